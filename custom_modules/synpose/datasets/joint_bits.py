"""What a store tells of every person in bits, so that opening need not read joints."""

import numpy as np

SOUND, BOXED = 1, 2
"""Bits of the store's column ``sound``: no problem was found; not a crowd, and a box of some area in the picture."""


def pack_joints(flags: np.ndarray) -> np.ndarray:
    """Pack flags of joints ``(N, K)`` bool into ``(N, W)`` uint64: joint 64 w + k is bit k of word w."""
    count, joints = flags.shape
    words = -(-joints // 64)
    packed = np.zeros((count, 8 * words), np.uint8)
    packed[:, : -(-joints // 8)] = np.packbits(flags, axis=1, bitorder='little')
    return packed.view('<u8').astype(np.uint64, copy=False)


def any_joint(bits: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Return where one of some joints has its bit set.

    Args:
        bits: ``(N, W)`` uint64, packed.
        joints: ``(K,)`` bool, the joints to ask for.

    Returns:
        ``(N,)`` bool.
    """
    found = np.zeros(len(bits), bool)
    for word, mask in zip(bits.T, pack_joints(joints[None])[0]):  # word by word: faster than any(axis=1)
        found |= word & mask != 0
    return found
