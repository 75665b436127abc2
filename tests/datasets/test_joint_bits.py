import numpy as np
import pytest

from synpose.datasets.joint_bits import any_joint, pack_joints


@pytest.mark.parametrize(('joints', 'words'), [(0, 0), (1, 1), (17, 1), (64, 1), (65, 2), (133, 3)])
def test_pack_joints(joints: int, words: int) -> None:
    flags = np.random.default_rng(0).random((5, joints)) < 0.5
    packed = pack_joints(flags)
    assert (packed.shape, packed.dtype) == ((5, words), np.uint64)
    for row, told in zip(packed.tolist(), flags):
        assert [bool(row[k // 64] >> k % 64 & 1) for k in range(joints)] == told.tolist()


@pytest.mark.parametrize('joints', [3, 59, 133])
def test_any_joint(joints: int) -> None:
    rng = np.random.default_rng(joints)
    flags, chosen = rng.random((200, joints)) < 1 / joints, rng.random(joints) < 0.5
    assert any_joint(pack_joints(flags), chosen).tolist() == (flags & chosen).any(axis=1).tolist()
    assert not any_joint(pack_joints(flags), np.zeros(joints, bool)).any()
