"""A small, quick generator for tests of what all generators share: boxes on noise, no renderer."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.jobs.generator import DatasetGenerator
from synpose.generation.jobs.writer import DatasetWriter, encode
from synpose.registry import GENERATORS

_SIZE = (32, 24)  # px


@dataclass(frozen=True)
class Picture:
    """One image of the plan; two make a unit."""

    image_id: int
    split: str
    unit: int
    room_size: str


@GENERATORS.register_module()
class ToyGenerator(DatasetGenerator):
    """Writes pictures of noise with up to three labeled boxes each, two pictures a unit.

    Args:
        seed: Of everything.
        units: Number of units; every third is ``val``, the others ``train``.
        pause: How long a picture takes at least, s.
        parts: Write part labels too.
        card: See the base class.
        num_images: Only the first so many pictures; None for all.
    """

    requires = ()
    title = 'Toys'

    def __init__(
        self,
        seed: int = 0,
        units: int = 6,
        pause: float = 0.0,
        parts: bool = False,
        card: dict[str, str] | None = None,
        num_images: int | None = None,
    ) -> None:
        options = {'seed': seed, 'units': units, 'pause': pause, 'parts': parts, 'card': card, 'num_images': num_images}
        super().__init__(seed, options, ('train', 'val'))

    def plan(self) -> list[Picture]:
        """List the pictures."""
        sizes = ('small', 'medium', 'large')
        units = [(unit, unit % 3) for unit in range(self.options['units']) for _ in range(2)]
        pictures = [
            Picture(k, 'val' if third == 2 else 'train', unit, sizes[third]) for k, (unit, third) in enumerate(units, 1)
        ]
        return pictures[: self.options['num_images']]

    def render_unit(self, shots: Sequence[Picture], writer: DatasetWriter) -> int:
        """Write the pictures of one unit."""
        redrawn = {'collision': int(self.rng(shots[0].unit).integers(3))}
        for shot in shots:
            time.sleep(self.options['pause'])
            self._write(shot, redrawn, writer)
        return len(shots)

    def _write(self, shot: Picture, redrawn: dict[str, int], writer: DatasetWriter) -> None:
        rng = self.rng(shot.unit, shot.image_id)
        width, height = _SIZE
        stencil = np.zeros((height, width), np.uint16)
        people = []
        for k in range(1, int(rng.integers(1, 4)) + 1):
            x = 10 * (k - 1)
            stencil[4:20, x : x + 6] = k
            people.append(_person(rng, x, k))
        stem = f'{shot.image_id:08d}'
        entry = {
            'id': shot.image_id,
            'file_name': f'{stem}.jpg',
            'width': width,
            'height': height,
            'stencil_file': f'stencils/{stem}.png',
            'depth_file': f'depth/{stem}.png',
            'camera': {'K': np.eye(3).tolist(), 'R': np.eye(3).tolist(), 't': [0.0, 0.0, 0.0]},
        }
        record = {'split': shot.split, 'image': entry, 'annotations': people, 'skipped': 0, 'redrawn': redrawn}
        picture = encode(rng.integers(0, 256, (height, width, 3), dtype=np.uint8), '.jpg')
        parts = (stencil > 0).astype(np.uint8) if self.options['parts'] else None
        writer.write(record, picture, stencil, np.where(stencil > 0, 2.0, 5.0), parts)


def _person(rng: np.random.Generator, x: int, number: int) -> dict[str, Any]:
    joints = np.column_stack([rng.uniform((x, 4), (x + 5, 19), (59, 2)), np.full(59, 2)])
    return {
        'category_id': 1,
        'keypoints': joints.round(3).ravel().tolist(),
        'num_keypoints': 59,
        'bbox': [x, 4, 6, 16],
        'area': 96,
        'iscrowd': 0,
        'stencil_id': number,
        'is_synthetic': True,
        'behavior': None if number == 3 else 'writing',
        'attributes': {'number': number},
    }
