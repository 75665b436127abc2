"""The generator of LTSH's mixed dataset: rendered people among the annotated people of real photos."""

from dataclasses import dataclass
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.crowds.crowd import Spot
from synpose.generation.crowds.crowd_generator import CrowdGenerator, Setting
from synpose.generation.crowds.crowd_images import CrowdView
from synpose.generation.crowds.photos import fingerprint, read_photo
from synpose.generation.crowds.real_annotations import FORMATS, read_people
from synpose.generation.crowds.real_people import RealPhoto, cover, fit_camera, number_people, spot_among
from synpose.generation.jobs.options import check_numbers, check_range, require
from synpose.generation.jobs.writer import SPLITS
from synpose.generation.rendering.cameras import Camera
from synpose.registry import GENERATORS

_CAMERA = 0  # random stream
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
class MixedCrowdGenerator(CrowdGenerator):
    """Renders D_M of "Learning to Train with Synthetic Humans" (LTSH, section 3.3): people added to annotated photos.

    Poisson(4) rendered people stand before the people of a real photo, at its own size, five times over with other
    people. The real annotations stay as they are, but for joints that somebody now covers: visible ones become
    occluded. Joints keep their names; what a source does not annotate stays absent.

    The paper does not say where its camera is. Here each photo gets one pinhole camera for all its variants: lens and
    pitch drawn from ranges, the height such that the photo's own people stand on the ground at the distances that their
    sizes suggest (:func:`~synpose.generation.crowds.real_people.fit_camera`). Rendered people are as far away as one of
    them, give or take 15 % (up to 26 % where places are scarce), so they come at their sizes. They cover whoever is
    behind: a photo has no depth.

    Images keep 0 people if 0 are drawn. Photos without an annotated person are not used.

    Args:
        annotations: COCO person keypoints, or MPII in MMPose's form (``mpii_train.json``).
        photos: Folder of the photos.
        format: ``'coco'`` or ``'mpii'``; told by the content by default.
        split: The split to write.
        variants: Images of each photo.
        people_per_image: Mean of the Poisson distribution.
        fov: (low, high) of the horizontal field of view, degrees.
        pitch: (low, high) of the camera's angle below the horizon, degrees.
        domain: Stored with every image.
        num_images: Render only so many images: every photo's first variant, then the second ones; None for all.
        shared: What all crowds have: ``seed``, ``actions``, ``people`` and more, see
            :class:`~synpose.generation.crowds.crowd_generator.CrowdGenerator`.

    Raises:
        FileNotFoundError: If a file of actions is missing.
        ValueError: If an option is unknown, missing or out of range.
    """

    title = 'Rendered people in real photos'
    summary = 'Real photos with annotated people, to which rendered people with exact labels are added.'

    def __init__(
        self,
        *,
        annotations: str,
        photos: str,
        format: str | None = None,
        split: str = 'train',
        variants: int = 5,
        people_per_image: float = 4.0,
        fov: tuple[float, float] = (45.0, 65.0),
        pitch: tuple[float, float] = (0.0, 15.0),
        domain: str = 'mixed',
        num_images: int | None = None,
        **shared: Any,
    ) -> None:
        own = {key: value for key, value in locals().items() if key not in ('self', 'shared', '__class__')}
        super().__init__(own, [split], **shared)
        require(isinstance(annotations, str), f'annotations: {annotations!r} is not a path')
        require(format is None or format in FORMATS, f'format: {format!r} is none of {FORMATS}')
        require(split in SPLITS, f'split: {split!r} is none of {SPLITS}')
        limits = (('variants', Integral, 1, np.inf), ('num_images', Integral, 1, np.inf))
        check_numbers(own, limits, optional=('num_images',))
        check_range(fov, 'fov', 5, 150)
        check_range(pitch, 'pitch', -30, 80)
        self._read: tuple[list[RealPhoto], tuple[str, ...]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the annotations behind: worker processes get theirs with each image."""
        return {**self.__dict__, '_read': None}

    def _source(self) -> tuple[list[RealPhoto], tuple[str, ...]]:
        """Read and check annotations and photos, once."""
        if self._read is None:
            annotations, photos = (self.path(self.options[name]) for name in ('annotations', 'photos'))
            self._read = read_people(annotations, photos, self.options['format'])
        return self._read

    def files(self) -> list[Path]:
        """List the user's files that the pictures depend on, the annotations too."""
        return [*super().files(), Path(self.options['annotations'])]

    def header(self) -> dict[str, Any]:
        """Describe the dataset, with the names of the joints that the real people are annotated with."""
        photos, names = self._source()
        source = {
            'photos': len(photos),
            'photos_sha256': fingerprint(self.path(self.options['photos']), [photo.file_name for photo in photos]),
            'people': sum(len(photo.people) for photo in photos),
            'joints': list(names),
        }
        return {**super().header(), 'source': source}

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

    def camera(self, photo: RealPhoto) -> tuple[Camera, np.ndarray]:
        """Return a photo's camera and the distances of its people ``(N,)``, m."""
        rng = self.rng(_CAMERA, photo.number)
        fov, pitch = (float(np.deg2rad(rng.uniform(*self.options[name]))) for name in ('fov', 'pitch'))
        return fit_camera(photo, fov, pitch)

    def setting(
        self, shot: MixedShot, number: np.random.Generator, places: np.random.Generator, look: np.random.Generator
    ) -> Setting:
        """Take the shot's photo whole, with its own camera."""
        source = shot.photo
        photo = read_photo(self.path(self.options['photos']) / source.file_name)
        camera, distances = self.camera(source)
        count = int(number.poisson(self.options['people_per_image']))
        fields = {'source': source.source, 'source_file': source.file_name, 'variant': shot.variant}
        return Setting(photo, camera, count, partial(_spot, places, camera, distances), fields)

    def label(self, shot: MixedShot, view: CrowdView) -> list[dict[str, Any]]:
        """Return the annotations of the rendered people, then those of the photo's own."""
        people, covered = shot.photo.people, view.depth > 0
        numbers = number_people(people, view.stencil, covered, len(view.annotations) + 1)
        real = [{**cover(person, covered), 'stencil_id': i} for person, i in zip(people, numbers)]
        return [*view.annotations, *real]


def _spot(rng: np.random.Generator, camera: Camera, distances: np.ndarray, attempt: int) -> Spot:
    """Draw a place at somebody's distance; the more tries have failed, the less exactly."""
    return spot_among(rng, camera, distances, _SPREAD * (1 + 0.1 * attempt))
