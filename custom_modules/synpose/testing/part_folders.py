"""Write tiny folders in the layouts of Freiburg Sitting People and of Human3.6M as MMPose prepares it."""

import os
from pathlib import Path

import cv2
import numpy as np
from scipy.io import savemat

SIZE = (40, 30)  # px
H36M_SEQUENCES = (
    *('S1_Directions_1.54138969', 'S9_Directions_1.54138969', 'S9_Directions.54138969'),
    *('S11_Walking_1.60457274', 'S11_Walking_2.60457274'),
)
H36M_FRAMES = (1, 6, 11)
"""Numbers of every fifth frame, as MMPose's converter gives them."""


def write_freiburg_folder(root: str | os.PathLike, count: int = 4, seed: int = 0) -> Path:
    """Write photos of noise, masks of random parts, and the splits ``train.txt`` and ``test.txt``, half of them each.

    Args:
        root: Folder to write.
        count: Photos, ``image0`` and so on.
        seed: Same seed, same files.

    Returns:
        ``root`` as a path.
    """
    root, rng = Path(root), np.random.default_rng(seed)
    for folder in ('img', 'masks'):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture = rng.integers(0, 255, (*SIZE[::-1], 3), dtype=np.uint8)
        cv2.imwrite(str(root / f'img/image{number}.jpg'), picture)
        savemat(root / f'masks/image{number}.mat', {'M': rng.integers(0, 15, SIZE[::-1]).astype(np.float64)})
    names = [f'image{number}' for number in range(count)]
    (root / 'train.txt').write_text('\n'.join(names[1::2]) + '\n', encoding='utf-8')
    (root / 'test.txt').write_text('\n'.join(names[::2]) + '\n', encoding='utf-8')
    return root


def write_human36m_folder(root: str | os.PathLike, seed: int = 0) -> Path:
    """Write pictures, joints and labels of five sequences of three frames: one to train on, four to test on.

    Args:
        root: Folder to write.
        seed: Same seed, same files.

    Returns:
        ``root`` as a path.
    """
    root, rng = Path(root), np.random.default_rng(seed)
    place = root / 'annotation_body3d/fps50'
    place.mkdir(parents=True, exist_ok=True)
    names: dict[str, list[str]] = {'train': [], 'test': []}
    for sequence in H36M_SEQUENCES:
        subject = sequence.split('_')[0]
        for frame in H36M_FRAMES:
            name = f'{subject}/{sequence}/{sequence}_{frame:06d}.jpg'
            names['train' if subject == 'S1' else 'test'].append(name)
            path = root / 'images' / name
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), rng.integers(0, 255, (*SIZE[::-1], 3), dtype=np.uint8))
        (root / 'labels' / subject).mkdir(parents=True, exist_ok=True)
        shape = (len(H36M_FRAMES), *SIZE[::-1])
        segm, depth = rng.integers(0, 25, shape), rng.uniform(2, 5, shape)
        for label, maps in (('segm', segm), ('depth', np.where(segm > 0, depth, 1e10))):
            numbered = {f'{label}_{frame}': values for frame, values in zip(H36M_FRAMES, maps)}
            savemat(root / 'labels' / subject / f'{sequence}_{label}.mat', numbered)
    for split, found in names.items():
        joints, joints_3d = rng.uniform(0, SIZE[1], (len(found), 17, 3)), rng.uniform(2, 5, (len(found), 17, 4))
        np.savez(place / f'h36m_{split}.npz', imgname=found, part=joints, S=joints_3d)
    return root
