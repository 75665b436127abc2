"""What the generators of LTSH's crowds share: people in free poses over photos."""

import inspect
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.crowds.crowd import Spot, gather, make_person
from synpose.generation.crowds.crowd_images import CrowdView, render_over
from synpose.generation.crowds.crowd_options import check_crowd, chosen_actions, is_file
from synpose.generation.jobs.card import ANNY, About
from synpose.generation.jobs.generator import DatasetGenerator
from synpose.generation.jobs.options import require
from synpose.generation.jobs.writer import DatasetWriter, encode
from synpose.generation.posing.free_posing import FreePoser
from synpose.generation.primitives import Person
from synpose.generation.rendering.annotator import image_entry
from synpose.generation.rendering.cameras import Camera

_LTSH = (
    'David T. Hoffmann, Dimitrios Tzionas, Michael J. Black, Siyu Tang. Learning to Train with Synthetic Humans. '
    'GCPR 2019. arXiv:1908.00967.'
)
_IMAGE = 1  # random stream; 0 is the subclass's own
_STREAMS = 4  # within an image: numbers, places, people, looks


@dataclass
class Setting:
    """What an image is made of but for its people.

    Attributes:
        photo: sRGB ``(H, W, 3)`` uint8.
        camera: Of the photo's size.
        count: Number of people to add.
        spot: Draws a person's place, see :func:`~synpose.generation.crowds.crowd.gather`.
        fields: What this image's entry says besides.
    """

    photo: np.ndarray
    camera: Camera
    count: int
    spot: Callable[[int], Spot]
    fields: dict[str, Any] = field(default_factory=dict)


class CrowdGenerator(DatasetGenerator):
    """Renders crowds in free poses over photos, one image at a time.

    A subclass says which images there are (:meth:`plan`) and what is in them besides rendered people
    (:meth:`setting`, :meth:`label`).

    Args:
        own: The subclass's own options; ``photos``, ``people_per_image`` and ``domain`` among them.
        splits: The splits to write.
        seed: Seed of everything, >= 0.
        actions: What people may do: names of actions, or YAML files of one's own like ``data/movements/free.yaml``;
            all that come with the package by default.
        variation: Standard deviation of what is added to the joint angles, degrees.
        people: Options of :class:`synpose.generation.people.factory.PersonFactory`.
        sensor: Faults of the rendered people's camera, see :data:`synpose.generation.rendering.sensor.SENSOR_DEFAULTS`.
        match_brightness: Expose people to the brightness of their photo. The paper lights people at random.
        min_visible_pixels: Rendered people who show fewer pixels get no annotation and are counted as ``left_out``.
        light_samples: Light samples per pixel; more is slower and less blotchy.
        parts: Write the rendered people's body-part labels too
            (:data:`synpose.generation.primitives.BODY_PARTS`); photographed people have none.
        card: What the dataset's card cannot know, see :func:`synpose.generation.jobs.card.check_card`.
        unknown: Catches misspelled options.

    Raises:
        FileNotFoundError: If a file of actions is missing.
        ValueError: If an option is unknown or out of range.
    """

    citations = (_LTSH, ANNY)

    def __init__(
        self,
        own: Mapping[str, Any],
        splits: Sequence[str],
        *,
        seed: int,
        actions: Sequence[str] | None = None,
        variation: float = 7.0,
        people: Mapping[str, Any] | None = None,
        sensor: Mapping[str, Any] | None = None,
        match_brightness: bool = False,
        min_visible_pixels: int = 60,
        light_samples: int = 4,
        parts: bool = False,
        card: Mapping[str, str] | None = None,
        **unknown: Any,
    ) -> None:
        not_shared = ('self', 'own', 'splits', 'unknown', '__class__')
        options = {**own, **{key: value for key, value in locals().items() if key not in not_shared}}
        if unknown:
            known = [*inspect.signature(type(self)).parameters, *inspect.signature(CrowdGenerator).parameters]
            known = [name for name in known if name in options]
            raise ValueError(f'unknown generator option {sorted(unknown)[0]!r}; known: {known}')
        require(isinstance(options['photos'], str), f'photos: {options["photos"]!r} is not a folder')
        check_crowd(options)
        super().__init__(seed, options, splits)
        chosen_actions(self._actions())

    @abstractmethod
    def setting(
        self, shot: Any, number: np.random.Generator, places: np.random.Generator, look: np.random.Generator
    ) -> Setting:
        """Say what an image is made of but for its people.

        Args:
            shot: The planned image.
            number: Source of camera and number of people.
            places: Source of their places.
            look: Source of what the photo looks like.
        """

    def label(self, shot: Any, view: CrowdView) -> list[dict[str, Any]]:
        """Return an image's annotations without ids; ``view.stencil`` may be changed in place."""
        return view.annotations

    def files(self) -> list[Path]:
        """List the user's files that the pictures depend on, those of actions too."""
        return [*super().files(), *(Path(name) for name in self.options['actions'] or () if is_file(name))]

    def _actions(self) -> Sequence[str | Path] | None:
        """Return the option, files by their absolute paths."""
        names = self.options['actions']
        if names is None or isinstance(names, str):
            return names
        return [self.path(name) if is_file(name) else name for name in names]

    def about(self) -> About:
        """Say what the dataset's card tells, the rights in the photos too."""
        about = super().about()
        return replace(about, rights=(*about.rights, f'the photos of {Path(self.options["photos"]).name}'))

    def maker(self, rng: np.random.Generator, count: int) -> Callable[[int], Person]:
        """Return a function that makes the k-th of ``count`` people of an image, in its own frame.

        All of them are different where there is a roster.
        """
        factory = self.factory()
        poser = FreePoser(factory.model, np.deg2rad(self.options['variation']))
        actions = chosen_actions(self._actions())
        identities = factory.identities(rng, count)
        return lambda number: make_person(rng, factory, poser, actions, identities[number])

    def render_unit(self, shots: Sequence[Any], writer: DatasetWriter) -> int:
        """Render single images.

        Returns:
            The number of images written.
        """
        for shot in shots:
            number, places, people, look = (self.rng(_IMAGE, shot.image_id, stream) for stream in range(_STREAMS))
            setting = self.setting(shot, number, places, look)
            crowd = gather(setting.count, self.maker(people, setting.count), setting.spot)
            picture, view = render_over(look, crowd, setting.camera, setting.photo, self.options)
            record = {
                'split': shot.split,
                'image': {**image_entry(shot.image_id, setting.camera, self.options['domain']), **setting.fields},
                'annotations': self.label(shot, view),
                'skipped': view.skipped,
                'redrawn': crowd.redrawn,
            }
            jpeg = encode(picture, '.jpg', view.jpeg_quality)
            writer.write(record, jpeg, view.stencil, view.depth, parts=view.parts)
        return len(shots)
