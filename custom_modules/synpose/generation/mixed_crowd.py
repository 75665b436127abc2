"""The generator of LTSH's mixed dataset: rendered people among the annotated people of real photos."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.crowds.crowd import gather
from synpose.generation.crowds.crowd_images import (
    CROWD_LIMITS,
    LTSH,
    check_crowd,
    check_range,
    crowd_maker,
    image_entry,
    render_over,
)
from synpose.generation.crowds.photos import read_photo
from synpose.generation.crowds.real_annotations import FORMATS, read_people
from synpose.generation.crowds.real_people import RealPhoto, cover, fit_camera, number_people, spot_among
from synpose.generation.jobs.card import ANNY, About
from synpose.generation.jobs.generator import DatasetGenerator
from synpose.generation.jobs.options import check_known, check_numbers, require
from synpose.generation.jobs.writer import SPLITS, DatasetWriter, encode
from synpose.generation.primitives import Person
from synpose.generation.rendering.cameras import Camera
from synpose.registry import GENERATORS

_CAMERA, _IMAGE = range(2)  # random streams
_NUMBER, _PLACES, _PEOPLE, _LOOK = range(4)  # within an image
_SPREAD = 0.15  # standard deviation of a distance's logarithm


@dataclass(frozen=True)
class MixedShot:
    """One planned image.

    Attributes:
        image_id: From 1, in the order of the full plan.
        split: One of :data:`~synpose.generation.jobs.writer.SPLITS`.
        photo: The photo with its people.
        variant: Which of the photo's images, from 0.
    """

    image_id: int
    split: str
    photo: RealPhoto
    variant: int

    @property
    def unit(self) -> int:
        """Every image is made alone."""
        return self.image_id


@GENERATORS.register_module()
class MixedCrowdGenerator(DatasetGenerator):
    """Renders D_M of "Learning to Train with Synthetic Humans" (LTSH, section 3.3): people added to annotated photos.

    Poisson(4) rendered people stand before the people of a real photo, at its own size, five times over with other
    people. The real annotations stay as they are, but for joints that somebody now covers: visible ones become
    occluded. Joints keep their names; what a source does not annotate stays absent.

    The paper does not say where its camera is. Here each photo gets one pinhole camera for all its variants: lens and
    pitch drawn from ranges, the height such that the photo's own people stand on the ground at the distances that their
    sizes suggest (:func:`~synpose.generation.crowds.real_people.fit_camera`). Rendered people are as far away as one of
    them, give or take 15 %, so they come at their sizes. They cover whoever is behind: a photo has no depth.

    Images keep 0 people if 0 are drawn. Photos without an annotated person are not used.

    Args:
        seed: Seed of everything, >= 0.
        annotations: COCO person keypoints, or MPII in MMPose's form (``mpii_train.json``).
        photos: Folder of the photos.
        format: ``'coco'`` or ``'mpii'``; told by the content by default.
        split: The split to write.
        variants: Images of each photo.
        people_per_image: Mean of the Poisson distribution.
        fov: (low, high) of the horizontal field of view, degrees.
        pitch: (low, high) of the camera's angle below the horizon, degrees.
        actions: What people may do, see :class:`~synpose.generation.synthetic_crowd.SyntheticCrowdGenerator`.
        variation: Standard deviation of what is added to the joint angles, degrees.
        people: Options of :class:`synpose.generation.people.factory.PersonFactory`.
        sensor: Faults of the rendered people's camera, see :data:`synpose.generation.rendering.sensor.SENSOR_DEFAULTS`.
        match_brightness: Expose people to the brightness of their photo. The paper lights people at random.
        min_visible_pixels: Rendered people who show fewer pixels get no annotation and are counted as ``left_out``.
        light_samples: Light samples per pixel; more is slower and less blotchy.
        domain: Stored with every image.
        num_images: Render only so many images: every photo's first variant, then the second ones; None for all.
        card: What the dataset's card cannot know, see :func:`synpose.generation.jobs.card.check_card`.
        unknown: Catches misspelled options.

    Raises:
        ValueError: If an option is unknown, missing or out of range.
    """

    title = 'Rendered people in real photos'
    summary = 'Real photos with annotated people, to which rendered people with exact labels are added.'
    citations = (LTSH, ANNY)

    def __init__(
        self,
        *,
        seed: int,
        annotations: str,
        photos: str,
        format: str | None = None,
        split: str = 'train',
        variants: int = 5,
        people_per_image: float = 4.0,
        fov: tuple[float, float] = (45.0, 65.0),
        pitch: tuple[float, float] = (0.0, 15.0),
        actions: Sequence[str] | None = None,
        variation: float = 7.0,
        people: Mapping[str, Any] | None = None,
        sensor: Mapping[str, Any] | None = None,
        match_brightness: bool = False,
        min_visible_pixels: int = 60,
        light_samples: int = 4,
        domain: str = 'mixed',
        num_images: int | None = None,
        card: Mapping[str, str] | None = None,
        **unknown: Any,
    ) -> None:
        options = {key: value for key, value in locals().items() if key not in ('self', 'unknown', '__class__')}
        check_known(type(self), unknown)
        for name in ('annotations', 'photos'):
            require(isinstance(options[name], str), f'{name}: {options[name]!r} is not a path')
        require(format is None or format in FORMATS, f'format: {format!r} is none of {FORMATS}')
        require(split in SPLITS, f'split: {split!r} is none of {SPLITS}')
        limits = (('variants', Integral, 1, np.inf), ('num_images', Integral, 1, np.inf))
        check_numbers(options, (*CROWD_LIMITS, *limits), optional=('num_images',))
        check_range(options, 'fov', 5, 150)
        check_range(options, 'pitch', -30, 80)
        check_crowd(options)
        super().__init__(seed, options, [split])
        self._read: tuple[list[RealPhoto], tuple[str, ...]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the annotations behind: worker processes get theirs with each image."""
        return {**self.__dict__, '_read': None}

    def _source(self) -> tuple[list[RealPhoto], tuple[str, ...]]:
        """Read and check annotations and photos, once."""
        if self._read is None:
            options = self.options
            self._read = read_people(Path(options['annotations']), Path(options['photos']), options['format'])
        return self._read

    def header(self) -> dict[str, Any]:
        """Describe the dataset, with the names of the joints that the real people are annotated with."""
        photos, names = self._source()
        source = {'photos': len(photos), 'people': sum(len(photo.people) for photo in photos), 'joints': list(names)}
        return {**super().header(), 'source': source}

    def about(self) -> About:
        """Say what the dataset's card tells, the rights in the photos too."""
        about = super().about()
        return replace(about, rights=(*about.rights, f'the photos of {Path(self.options["photos"]).name}'))

    def plan(self) -> list[MixedShot]:
        """List the images to render, by image id."""
        options = self.options
        variants = options['variants']
        photos, _ = self._source()
        shots = [
            MixedShot(photo.number * variants + variant + 1, options['split'], photo, variant)
            for variant in range(variants)
            for photo in photos
        ]
        return sorted(shots[: options['num_images']], key=lambda shot: shot.image_id)

    def render_unit(self, shots: Sequence[MixedShot], writer: DatasetWriter) -> int:
        """Render single images.

        Returns:
            The number of images written.
        """
        for shot in shots:
            self._render(shot, writer)
        return len(shots)

    def camera(self, photo: RealPhoto) -> tuple[Camera, np.ndarray]:
        """Return a photo's camera and the distances of its people ``(N,)``, m."""
        rng = self.rng(_CAMERA, photo.number)
        fov, pitch = (float(np.deg2rad(rng.uniform(*self.options[name]))) for name in ('fov', 'pitch'))
        return fit_camera(photo, fov, pitch)

    def maker(self, rng: np.random.Generator, count: int) -> Callable[[int], Person]:
        """Return a function that makes the k-th of ``count`` people of an image, in its own frame."""
        return crowd_maker(rng, self.factory(), self.options, count)

    def _render(self, shot: MixedShot, writer: DatasetWriter) -> None:
        options, source = self.options, shot.photo
        rngs = [self.rng(_IMAGE, shot.image_id, stream) for stream in (_NUMBER, _PLACES, _PEOPLE, _LOOK)]
        number, places, people, look = rngs
        photo = read_photo(Path(options['photos']) / source.file_name)
        camera, distances = self.camera(source)
        count = int(number.poisson(options['people_per_image']))
        crowd = gather(count, self.maker(people, count), partial(_spot, places, camera, distances))
        picture, view = render_over(look, crowd, camera, photo, options)
        covered = view.depth > 0
        numbers = number_people(source.people, view.stencil, covered, len(view.annotations) + 1)
        real = [{**cover(person, covered), 'stencil_id': i} for person, i in zip(source.people, numbers)]
        entry = image_entry(shot.image_id, camera, options['domain'])
        entry |= {'source': source.source, 'source_file': source.file_name, 'variant': shot.variant}
        record = {
            'split': shot.split,
            'image': entry,
            'annotations': [*view.annotations, *real],
            'skipped': view.skipped,
            'redrawn': crowd.redrawn,
        }
        writer.write(record, encode(picture, '.jpg', view.jpeg_quality), view.stencil, view.depth)


def _spot(rng: np.random.Generator, camera: Camera, distances: np.ndarray, attempt: int) -> tuple[np.ndarray, float]:
    """Draw a place at somebody's distance; the more tries have failed, the less exactly."""
    return spot_among(rng, camera, distances, _SPREAD * (1 + 0.1 * attempt))
