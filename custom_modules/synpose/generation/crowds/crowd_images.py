"""What the generators of crowds share: options, people, rendering over a photo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.crowds.crowd import Crowd, make_person
from synpose.generation.crowds.stage import open_air
from synpose.generation.jobs.options import require
from synpose.generation.people.factory import PersonFactory, check_options
from synpose.generation.posing.free_actions import FreeAction, read_actions
from synpose.generation.posing.free_posing import FreePoser
from synpose.generation.primitives import Person
from synpose.generation.rendering.annotator import annotate
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rendering.composite import lay_over
from synpose.generation.rendering.sensor import sample_sensor

LTSH = (
    'David T. Hoffmann, Dimitrios Tzionas, Michael J. Black, Siyu Tang. Learning to Train with Synthetic Humans. '
    'GCPR 2019. arXiv:1908.00967.'
)
CROWD_LIMITS: tuple[tuple[str, Any, float, float], ...] = (
    ('seed', Integral, 0, np.inf),
    ('people_per_image', Real, 0, 100),
    ('variation', Real, 0, 45),
    ('min_visible_pixels', Integral, 1, np.inf),
    ('light_samples', Integral, 1, np.inf),
)


@dataclass
class CrowdView:
    """Labels of one image.

    Attributes:
        annotations: Of the rendered people, without ids.
        stencil: Person numbers ``(H, W)`` uint16.
        depth: z-depth of the people ``(H, W)`` float32, m; 0 elsewhere.
        coverage: Share of each pixel that they cover ``(H, W)`` float32.
        skipped: How many people show too few pixels.
        jpeg_quality: 1-100.
    """

    annotations: list[dict[str, Any]]
    stencil: np.ndarray
    depth: np.ndarray
    coverage: np.ndarray
    skipped: int
    jpeg_quality: int


def check_crowd(options: Mapping[str, Any]) -> None:
    """Check the options that all crowds have: people, actions, sensor, brightness.

    Raises:
        ValueError: Naming what is wrong.
    """
    check_options(options['people'] or {})
    chosen_actions(options['actions'])
    sample_sensor(np.random.default_rng(0), options['sensor'] or {})
    if not isinstance(options['match_brightness'], bool):
        raise ValueError(f'match_brightness: {options["match_brightness"]!r} is not true or false')


def check_range(options: Mapping[str, Any], name: str, low: float, high: float) -> None:
    """Check a (low, high) range of degrees.

    Raises:
        ValueError: If it is none within the limits.
    """
    ends = options[name]
    fits = np.shape(ends) == (2,) and low <= ends[0] <= ends[1] <= high
    require(fits, f'{name}: {ends!r} is not a (low, high) range in [{low}, {high}]')


def chosen_actions(names: Any) -> list[FreeAction]:
    """Return the actions of these names and YAML files, all that come with the package for None.

    Raises:
        ValueError: If a name is unknown or there is none.
        FileNotFoundError: If there is no such file.
    """
    known = _shipped()
    if names is None:
        return list(known.values())
    if isinstance(names, str) or not names:
        raise ValueError(f'actions: {names!r} is not a list of names')
    chosen: list[FreeAction] = []
    for name in names:
        if name.endswith(('.yaml', '.yml')):
            chosen += read_actions(Path(name)).values()
        elif name in known:
            chosen.append(known[name])
        else:
            raise ValueError(f'actions: unknown action {name!r}, expected some of {sorted(known)}')
    return chosen


@cache
def _shipped() -> dict[str, FreeAction]:
    return read_actions()


def crowd_maker(
    rng: np.random.Generator, factory: PersonFactory, options: Mapping[str, Any], count: int
) -> Callable[[int], Person]:
    """Return a function that makes the k-th of ``count`` people, all of them different where there is a roster."""
    poser = FreePoser(factory.model, np.deg2rad(options['variation']))
    actions = chosen_actions(options['actions'])
    identities = factory.identities(rng, count)
    return lambda number: make_person(rng, factory, poser, actions, identities[number])


def render_over(
    rng: np.random.Generator, crowd: Crowd, camera: Camera, photo: np.ndarray, options: Mapping[str, Any]
) -> tuple[np.ndarray, CrowdView]:
    """Render a crowd, lay it over a photo and label it.

    Args:
        rng: Source of light, noise and the sensor's faults.
        crowd: The people.
        camera: Of the photo's size.
        photo: sRGB ``(H, W, 3)`` uint8.
        options: ``sensor``, ``match_brightness``, ``min_visible_pixels`` and ``light_samples``.

    Returns:
        The picture ``(H, W, 3)`` uint8 and its labels.
    """
    values = sample_sensor(rng, options['sensor'] or {})
    quality = round(values['jpeg_quality'])
    if not crowd.people:
        blank = np.zeros(photo.shape[:2], np.float32)
        return photo, CrowdView([], blank.astype(np.uint16), blank, blank, 0, quality)
    from synpose.generation.rendering.renderer import SceneRenderer

    center = np.mean([person.joints.mean(axis=0) for person in crowd.people], axis=0)
    meshes, lights = open_air(rng, center, photo)
    renderer = SceneRenderer(meshes, lights, crowd.people, options['light_samples'])
    rendering = renderer.render(camera, int(rng.integers(2**31)))
    depth = np.where(rendering.stencil > 0, rendering.depth, 0).astype(np.float32)
    annotations, stencil, skipped = annotate(
        crowd.people, camera, depth, rendering.stencil, options['min_visible_pixels']
    )
    picture = lay_over(rng, rendering.color, rendering.coverage, photo, values, options['match_brightness'])
    return picture, CrowdView(annotations, stencil, depth, rendering.coverage, skipped, quality)


def image_entry(image_id: int, camera: Camera, domain: str) -> dict[str, Any]:
    """Return an image's record without what only one generator knows."""
    stem = f'{image_id:08d}'
    return {
        'id': image_id,
        'file_name': f'{stem}.jpg',
        'width': camera.width,
        'height': camera.height,
        'stencil_file': f'stencils/{stem}.png',
        'depth_file': f'depth/{stem}.png',
        'camera': {'K': camera.K.tolist(), 'R': camera.R.tolist(), 't': camera.t.tolist()},
        'camera_pitch': camera.pitch,
        'domain': domain,
    }
