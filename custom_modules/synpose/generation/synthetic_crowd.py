"""The generator of LTSH's purely synthetic dataset: crowds over photos."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.crowds.backgrounds import Backgrounds, select_backgrounds
from synpose.generation.crowds.crowd import crowd_camera, gather, spot_in_view
from synpose.generation.crowds.crowd_images import (
    CROWD_LIMITS,
    LTSH,
    check_crowd,
    check_range,
    crowd_maker,
    image_entry,
    render_over,
)
from synpose.generation.crowds.person_filter import check_detector
from synpose.generation.crowds.photos import crop_to, read_photo, share_out
from synpose.generation.jobs.card import ANNY, About
from synpose.generation.jobs.generator import DatasetGenerator
from synpose.generation.jobs.options import check_image_size, check_known, check_numbers, require
from synpose.generation.jobs.writer import SPLITS, DatasetWriter, encode
from synpose.generation.primitives import Person
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rooms.styles import check_keys
from synpose.registry import GENERATORS

_PHOTOS, _IMAGE = range(2)  # random streams
_NUMBER, _PLACES, _PEOPLE, _LOOK = range(4)  # within an image


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
class SyntheticCrowdGenerator(DatasetGenerator):
    """Renders D_S of "Learning to Train with Synthetic Humans" (LTSH, section 3.2): crowds in free poses over photos.

    The number of people is Poisson(9), the camera's pitch uniform in [0, 45] degrees, the picture 640x640 px; photos
    smaller than 512x512 px or with people in them are rejected, and so is everybody who would be in another one. The
    paper is silent about images without people (a number of 0 is drawn again here), about lens and distance, and about
    poses beyond their licensed motion capture: here they are :mod:`~synpose.generation.posing.free_actions`.

    Splits share no photo. Photos take turns within a split.

    Args:
        seed: Seed of everything, >= 0.
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
        actions: What people may do: names of actions, or YAML files of one's own like ``data/movements/free.yaml``;
            all that come with the package by default.
        variation: Standard deviation of what is added to the joint angles, degrees.
        people: Options of :class:`synpose.generation.people.factory.PersonFactory`.
        sensor: Faults of the rendered people's camera, see :data:`synpose.generation.rendering.sensor.SENSOR_DEFAULTS`.
        match_brightness: Expose people to the brightness of their photo. The paper lights people at random.
        min_visible_pixels: People who show fewer pixels get no annotation and are counted as ``left_out``.
        light_samples: Light samples per pixel; more is slower and less blotchy.
        domain: Stored with every image.
        num_images: Render only so many images, the first of every split in proportion; None for all.
        card: What the dataset's card cannot know, see :func:`synpose.generation.jobs.card.check_card`.
        unknown: Catches misspelled options.

    Raises:
        ValueError: If an option is unknown, missing or out of range.
    """

    title = 'Synthetic crowds over photos'
    summary = 'Rendered crowds in free poses over photos without people, with exact labels.'
    citations = (LTSH, ANNY)

    def __init__(
        self,
        *,
        seed: int,
        images: Mapping[str, int],
        photos: str,
        detector: Mapping[str, Any] | None = None,
        min_photo_side: int = 512,
        people_per_image: float = 9.0,
        pitch: tuple[float, float] = (0.0, 45.0),
        camera: Mapping[str, tuple[float, float]] = {'fov': (40.0, 65.0), 'distance': (3.0, 8.0)},
        image_size: tuple[int, int] = (640, 640),
        actions: Sequence[str] | None = None,
        variation: float = 7.0,
        people: Mapping[str, Any] | None = None,
        sensor: Mapping[str, Any] | None = None,
        match_brightness: bool = False,
        min_visible_pixels: int = 60,
        light_samples: int = 4,
        domain: str = 'synthetic',
        num_images: int | None = None,
        card: Mapping[str, str] | None = None,
        **unknown: Any,
    ) -> None:
        options = {key: value for key, value in locals().items() if key not in ('self', 'unknown', '__class__')}
        check_known(type(self), unknown)
        require(bool(images) and set(images) <= set(SPLITS), f'images: splits are {SPLITS}, not {sorted(images)}')
        require(all(n >= 1 for n in images.values()), f'images: need at least 1 a split, not {dict(images)}')
        require(isinstance(photos, str), f'photos: {photos!r} is not a folder')
        limits = (('min_photo_side', Integral, 1, np.inf), ('num_images', Integral, len(images), np.inf))
        check_numbers(options, (*CROWD_LIMITS, *limits), optional=('num_images',))
        require(people_per_image > 0, 'people_per_image: is 0; images without people are drawn again')
        check_image_size(image_size)
        check_keys(camera, 'camera', ('fov', 'distance'))
        check_range(options, 'pitch', -10, 80)
        check_range(dict(camera), 'fov', 5, 150)
        check_crowd(options)
        check_detector(detector)
        super().__init__(seed, options, [split for split in SPLITS if split in images])
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
        self.check_packages()
        self._backgrounds = self._select(Path(out))
        return super().run(out, *args, **kwargs)

    def _select(self, out: Path | None) -> Backgrounds:
        options = self.options
        return select_backgrounds(options['photos'], options['min_photo_side'], options['detector'], out)

    def header(self) -> dict[str, Any]:
        """Describe the dataset, with the photos that were rejected."""
        self._backgrounds = self._backgrounds or self._select(None)
        return {**super().header(), 'photos': self._backgrounds.record()}

    def about(self) -> About:
        """Say what the dataset's card tells, the rights in the photos too."""
        about = super().about()
        return replace(about, rights=(*about.rights, f'the photos of {Path(self.options["photos"]).name}'))

    def plan(self) -> list[CrowdShot]:
        """List the images to render, by image id."""
        self._backgrounds = self._backgrounds or self._select(None)
        counts = {split: self.options['images'][split] for split in self.splits}
        order = self.rng(_PHOTOS).permutation(len(self._backgrounds.names))
        shares = share_out([self._backgrounds.names[i] for i in order], counts)
        wanted = self.options['num_images'] or sum(counts.values())
        shots, first, left = [], 1, sum(counts.values())
        for number, (split, count) in enumerate(counts.items()):
            kept = max(1, min(round(wanted * count / left), count, wanted - (len(counts) - number - 1)))
            shots += [CrowdShot(first + k, split, shares[split][k % len(shares[split])]) for k in range(kept)]
            first, left, wanted = first + count, left - count, wanted - kept
        return shots

    def render_unit(self, shots: Sequence[CrowdShot], writer: DatasetWriter) -> int:
        """Render single images.

        Returns:
            The number of images written.
        """
        for shot in shots:
            self._render(shot, writer)
        return len(shots)

    def maker(self, rng: np.random.Generator, count: int) -> Callable[[int], Person]:
        """Return a function that makes the k-th of ``count`` people of an image, in its own frame."""
        return crowd_maker(rng, self.factory(), self.options, count)

    def _render(self, shot: CrowdShot, writer: DatasetWriter) -> None:
        options = self.options
        rngs = [self.rng(_IMAGE, shot.image_id, stream) for stream in (_NUMBER, _PLACES, _PEOPLE, _LOOK)]
        number, places, people, look = rngs
        whole = read_photo(Path(options['photos']) / shot.photo)
        photo, part, mirrored = crop_to(look, whole, tuple(options['image_size']))
        camera, distance = self._camera(number)
        count = self._count(number)
        crowd = gather(count, self.maker(people, count), partial(_spot, places, camera, distance))
        picture, view = render_over(look, crowd, camera, photo, options)
        entry = image_entry(shot.image_id, camera, options['domain'])
        entry['background'] = {'file_name': shot.photo, 'crop': part, 'mirrored': mirrored}
        record = {
            'split': shot.split,
            'image': entry,
            'annotations': view.annotations,
            'skipped': view.skipped,
            'redrawn': crowd.redrawn,
        }
        writer.write(record, encode(picture, '.jpg', view.jpeg_quality), view.stencil, view.depth)

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


def _spot(rng: np.random.Generator, camera: Camera, distance: float, attempt: int) -> tuple[np.ndarray, float]:
    """Draw a place around the point the camera looks at; the more tries have failed, the further away it may be."""
    middle = distance * np.cos(camera.pitch)
    near = max(0.35 * middle, middle - 0.5 * distance, 0.6)
    return spot_in_view(rng, camera, near, middle + (0.45 + 0.1 * attempt) * distance)
