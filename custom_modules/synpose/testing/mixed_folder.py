"""Write a tiny dataset folder with real and rendered people and cameras of several pitches."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from synpose.files import write_json

from .synpose_folder import write_synpose_dataset


def write_mixed_dataset(root: str | os.PathLike, num_images: int = 6, **options: Any) -> Path:
    """Write what :func:`write_synpose_dataset` does, where every second person is real, with pitches over [0, 45) deg.

    Args:
        root: Folder to write, created when missing.
        num_images: Images a split.
        **options: Of :func:`write_synpose_dataset`.

    Returns:
        ``root`` as a path.
    """
    root = write_synpose_dataset(root, num_images, **options)
    for path in sorted((root / 'annotations').glob('*.json')):
        content = json.loads(path.read_bytes())
        for number, image in enumerate(content['images']):
            image['camera_pitch'] = float(np.radians(45 * number / num_images))
        for person in content['annotations']:
            person['is_synthetic'] = person['stencil_id'] % 2 == 1
        write_json(path, content)
    return root
