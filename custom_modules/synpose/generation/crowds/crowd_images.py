"""One image of a crowd: rendered, laid over its photo, labeled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.crowds.crowd import Crowd
from synpose.generation.crowds.stage import open_air
from synpose.generation.rendering.annotator import annotate
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rendering.composite import lay_over
from synpose.generation.rendering.sensor import sample_sensor


@dataclass
class CrowdView:
    """Labels of one image.

    Attributes:
        annotations: Of the rendered people, without ids.
        stencil: Person numbers ``(H, W)`` uint16.
        depth: z-depth of the people ``(H, W)`` float32, m; 0 elsewhere.
        skipped: How many people show too few pixels.
        jpeg_quality: 1-100.
        parts: Body parts of the rendered people ``(H, W)`` uint8, 0 elsewhere; None if not asked for.
    """

    annotations: list[dict[str, Any]]
    stencil: np.ndarray
    depth: np.ndarray
    skipped: int
    jpeg_quality: int
    parts: np.ndarray | None = None


def render_over(
    rng: np.random.Generator, crowd: Crowd, camera: Camera, photo: np.ndarray, options: Mapping[str, Any]
) -> tuple[np.ndarray, CrowdView]:
    """Render a crowd, lay it over a photo and label it.

    Args:
        rng: Source of light, noise and the sensor's faults.
        crowd: The people.
        camera: Of the photo's size.
        photo: sRGB ``(H, W, 3)`` uint8.
        options: ``sensor``, ``match_brightness``, ``min_visible_pixels``, ``light_samples`` and ``parts``.

    Returns:
        The picture ``(H, W, 3)`` uint8 and its labels.
    """
    values = sample_sensor(rng, options['sensor'] or {})
    quality = round(values['jpeg_quality'])
    if not crowd.people:
        blank = np.zeros(photo.shape[:2], np.uint16)
        parts = blank.astype(np.uint8) if options['parts'] else None
        return photo, CrowdView([], blank, blank.astype(np.float32), 0, quality, parts)
    from synpose.generation.rendering.renderer import SceneRenderer

    points = np.concatenate([person.joints for person in crowd.people])
    meshes, lights = open_air(rng, points, camera.position, photo)
    renderer = SceneRenderer(meshes, lights, crowd.people, options['light_samples'])
    rendering = renderer.render(camera, int(rng.integers(2**31)), parts=options['parts'])
    depth = np.where(rendering.stencil > 0, rendering.depth, 0).astype(np.float32)
    annotations, stencil, skipped = annotate(
        crowd.people, camera, depth, rendering.stencil, options['min_visible_pixels']
    )
    picture = lay_over(rng, rendering.color, rendering.coverage, photo, values, options['match_brightness'])
    return picture, CrowdView(annotations, stencil, depth, skipped, quality, rendering.parts)
