"""The generator of LTSH's purely synthetic dataset: crowds over photos."""

import os
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log

from synpose.generation.crowds.backgrounds import Backgrounds, select_backgrounds
from synpose.generation.crowds.crowd import Spot, crowd_camera, spot_in_view
from synpose.generation.crowds.crowd_generator import CrowdGenerator, Setting
from synpose.generation.crowds.person_filter import check_detector
from synpose.generation.crowds.photos import crop_to, read_photo, share_out
from synpose.generation.jobs.options import check_image_size, check_keys, check_numbers, check_range, require
from synpose.generation.jobs.writer import SPLITS
from synpose.generation.rendering.cameras import Camera
from synpose.registry import GENERATORS

_PHOTOS = 0  # random stream


@dataclass(frozen=True)
class CrowdShot:
    """One planned image.

    Attributes:
        image_id: From 1, in the order of the full plan.
        split: One of :data:`~synpose.generation.jobs.writer.SPLITS`.
        photo: Background, below the folder of photos.
    """

    image_id: int
    split: str
    photo: str

    @property
    def unit(self) -> int:
        """Every image is made alone."""
        return self.image_id


@GENERATORS.register_module()
class SyntheticCrowdGenerator(CrowdGenerator):
    """Renders D_S of "Learning to Train with Synthetic Humans" (LTSH, section 3.2): crowds in free poses over photos.

    The number of people is Poisson(9), the camera's pitch uniform in [0, 45] degrees, the picture 640x640 px; photos
    smaller than 512x512 px or with people in them are rejected, and so is everybody who would be in another one. The
    paper is silent about images without people (a number of 0 is drawn again here), about lens and distance, and about
    poses beyond their licensed motion capture: here they are :mod:`~synpose.generation.posing.free_actions`.

    Splits share no photo. Photos take turns within a split.

    Args:
        images: Number of images of each split, e.g. ``dict(train=5000, val=500)``.
        photos: Folder of background photos; subfolders count.
        detector: Which MMDetection model rejects photos with people: ``dict(config=..., checkpoint=...,
            score_thr=0.3, device='cpu')``. None: you vouch that no photo shows a person; an unlabeled person in a
            photo teaches a model that people are background.
        min_photo_side: Photos with a shorter side are rejected, px.
        people_per_image: Mean of the Poisson distribution.
        pitch: (low, high) of the camera's angle below the horizon, degrees.
        camera: (low, high) of ``fov`` (horizontal, degrees) and ``distance`` (to the point it looks at, m).
        image_size: (width, height), px.
        domain: Stored with every image.
        num_images: Render only so many images, the first of every split in proportion; None for all.
        shared: What all crowds have: ``seed``, ``actions``, ``people`` and more, see
            :class:`~synpose.generation.crowds.crowd_generator.CrowdGenerator`.

    Raises:
        FileNotFoundError: If a file of actions is missing.
        ValueError: If an option is unknown, missing or out of range.
    """

    title = 'Synthetic crowds over photos'
    summary = 'Rendered crowds in free poses over photos without people, with exact labels.'

    def __init__(
        self,
        *,
        images: Mapping[str, int],
        photos: str,
        detector: Mapping[str, Any] | None = None,
        min_photo_side: int = 512,
        people_per_image: float = 9.0,
        pitch: tuple[float, float] = (0.0, 45.0),
        camera: Mapping[str, tuple[float, float]] = {'fov': (40.0, 65.0), 'distance': (3.0, 8.0)},
        image_size: tuple[int, int] = (640, 640),
        domain: str = 'synthetic',
        num_images: int | None = None,
        **shared: Any,
    ) -> None:
        own = {key: value for key, value in locals().items() if key not in ('self', 'shared', '__class__')}
        super().__init__(own, [split for split in SPLITS if split in images], **shared)
        require(bool(images) and set(images) <= set(SPLITS), f'images: splits are {SPLITS}, not {sorted(images)}')
        require(all(n >= 1 for n in images.values()), f'images: need at least 1 a split, not {dict(images)}')
        limits = (('min_photo_side', Integral, 1, np.inf), ('num_images', Integral, len(images), np.inf))
        check_numbers(own, limits, optional=('num_images',))
        require(people_per_image > 0, 'people_per_image: is 0; images without people are drawn again')
        check_image_size(image_size)
        check_keys(camera, 'camera', ('fov', 'distance'))
        check_range(pitch, 'pitch', -10, 80)
        check_range(camera['fov'], 'fov', 5, 150)
        check_detector(detector)
        self._out: Path | None = None
        self._backgrounds: Backgrounds | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the list of photos behind: worker processes get theirs with each image."""
        return {**self.__dict__, '_backgrounds': None}

    def run(self, out: str | os.PathLike, *args: Any, **kwargs: Any) -> dict[str, dict[str, Any]]:
        """Judge the photos, then render the dataset; see :meth:`DatasetGenerator.run`.

        Raises:
            FileNotFoundError: If the photos or the detector's files are missing.
            ValueError: If a photo cannot be read or none is left.
        """
        self._out, self._backgrounds = Path(os.path.abspath(out)), None  # judged when the header is made
        return super().run(out, *args, **kwargs)

    def unjudged(self) -> 'SyntheticCrowdGenerator':
        """Return a copy for estimates that trusts all photos instead of running the detector."""
        trusting = copy(self)
        if self.options['detector'] is not None:
            trusting.options = {**self.options, 'detector': None}
            print_log('photos not yet judged: none is taken to show people', 'current')
        return trusting

    def backgrounds(self) -> Backgrounds:
        """Return which photos are used, judged at the first call."""
        if self._backgrounds is None:
            options = self.options
            self._backgrounds = select_backgrounds(
                str(self.path(options['photos'])), options['min_photo_side'], options['detector'], self._out
            )
        return self._backgrounds

    def header(self) -> dict[str, Any]:
        """Describe the dataset, with the photos that were rejected."""
        return {**super().header(), 'photos': self.backgrounds().record()}

    def plan(self) -> list[CrowdShot]:
        """List the images to render, by image id."""
        names = self.backgrounds().names
        counts = {split: self.options['images'][split] for split in self.splits}
        order = self.rng(_PHOTOS).permutation(len(names))
        shares = share_out([names[i] for i in order], counts)
        wanted = self.options['num_images'] or sum(counts.values())
        shots, first, left = [], 1, sum(counts.values())
        for number, (split, count) in enumerate(counts.items()):
            kept = max(1, min(round(wanted * count / left), count, wanted - (len(counts) - number - 1)))
            shots += [CrowdShot(first + k, split, shares[split][k % len(shares[split])]) for k in range(kept)]
            first, left, wanted = first + count, left - count, wanted - kept
        return shots

    def setting(
        self, shot: CrowdShot, number: np.random.Generator, places: np.random.Generator, look: np.random.Generator
    ) -> Setting:
        """Cut a background out of the shot's photo and draw a camera and a number of people."""
        whole = read_photo(self.path(self.options['photos']) / shot.photo)
        photo, part, mirrored = crop_to(look, whole, tuple(self.options['image_size']))
        camera, distance = self._camera(number)
        background = {'file_name': shot.photo, 'crop': part, 'mirrored': mirrored}
        spot = partial(_spot, places, camera, distance)
        return Setting(photo, camera, self._count(number), spot, {'background': background})

    def _count(self, rng: np.random.Generator) -> int:
        """Draw the number of people; a 0 is drawn again."""
        count = 0
        while count == 0:
            count = int(rng.poisson(self.options['people_per_image']))
        return count

    def _camera(self, rng: np.random.Generator) -> tuple[Camera, float]:
        options = self.options
        pitch, fov = np.deg2rad(rng.uniform(*options['pitch'])), np.deg2rad(rng.uniform(*options['camera']['fov']))
        distance = rng.uniform(*options['camera']['distance'])
        return crowd_camera(rng, float(pitch), float(fov), distance, tuple(options['image_size'])), distance


def _spot(rng: np.random.Generator, camera: Camera, distance: float, attempt: int) -> Spot:
    """Draw a place around the point the camera looks at; the more tries have failed, the further away it may be."""
    middle = distance * np.cos(camera.pitch)
    near = max(0.35 * middle, middle - 0.5 * distance, 0.6)
    return spot_in_view(rng, camera, near, middle + (0.45 + 0.1 * attempt) * distance)
