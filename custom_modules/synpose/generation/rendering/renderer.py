"""Color, depth and instance stencils of a scene, through mitsuba's ``scalar_rgb`` variant.

Everything runs on one thread: images are rendered in parallel by processes, and the bytes do not depend on how many.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from synpose.generation.primitives import Mesh, Person
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rendering.denoise import (
    mix_bright,
    normals_from_depth,
    scattered_light,
    smooth_light,
    soften_edges,
)
from synpose.generation.rendering.labels import Palette, Seen, read_labels
from synpose.generation.rendering.mitsuba_shapes import build_scene, finish, label_shape, light_shape, load_mitsuba
from synpose.generation.rooms.building import Light

# Where in its pixel each sample of the noise-free reflectance lies, px from the center: the center and a rotated grid.
_EDGE_OFFSETS = ((0.0, 0.0), (-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125))
_NEAR = 0.01  # m before the camera where rays start
_SAME_SURFACE = 0.02  # relative difference in distance within a pixel that does not cross an edge
_DEPTH = {'type': 'depth'}
_EMISSION = {'type': 'path', 'max_depth': 1}


@dataclass
class Rendering:
    """What one camera sees.

    Attributes:
        color: Linear radiance ``(H, W, 3)`` float32, relative units.
        depth: z-depth at pixel centers ``(H, W)`` float32, m; 0 where nothing was hit.
        stencil: Person number ``(H, W)`` uint16, 1-based in the order of the people; 0 elsewhere.
        coverage: Share of each pixel that people cover ``(H, W)`` float32 in [0, 1]; what to blend by when people are
            laid over a photo (``color`` is multiplied by it already where nothing is behind them).
        parts: Body part ``(H, W)`` uint8, a number of :data:`synpose.skeletons.BODY_PARTS`; 0 off people
            and on what they hold. None if not asked for.
    """

    color: np.ndarray
    depth: np.ndarray
    stencil: np.ndarray
    coverage: np.ndarray
    parts: np.ndarray | None = None


class SceneRenderer:
    """A room with people, loaded once and rendered from any number of cameras.

    Args:
        meshes: Surfaces of the room.
        lights: Luminous surfaces.
        people: Posed people in world coordinates; their order gives the stencil numbers.
        samples: Light samples per pixel.
    """

    def __init__(
        self,
        meshes: Sequence[Mesh],
        lights: Sequence[Light],
        people: Sequence[Person],
        samples: int = 8,
    ) -> None:
        mi = load_mitsuba()
        self.samples = samples
        surfaces = [(mesh, 0) for mesh in meshes]
        surfaces += [(mesh, number) for number, person in enumerate(people, 1) for mesh in person.meshes]
        self._palette = Palette([mesh.material for mesh, _ in surfaces])
        self._people = np.array([0, *(number for _, number in surfaces)], np.uint16)
        # The light that falls on a surface does not depend on its color, so all of one finish are one white shape.
        groups: dict[tuple[float, float], list[tuple[Mesh, int]]] = {}
        for number, (mesh, _) in enumerate(surfaces, 1):
            groups.setdefault(finish(mesh.material), []).append((mesh, number))
        shapes = [label_shape(group) for group in groups.values()]
        self._labels = [mi.traverse(shape.emitter()) for shape in shapes]
        brightest = max((float(light.radiance.max()) for light in lights), default=1.0)
        shapes += [light_shape(light, 1 / brightest) for light in lights]
        self._scene = build_scene(shapes)

    def render(self, camera: Camera, seed: int, parts: bool = False) -> Rendering:
        """Render one view.

        Args:
            camera: The camera.
            seed: Seed of the light paths; the same seed gives the same bytes.
            parts: Also tell the body parts.
        """
        distance = self._pass(camera, _DEPTH)[..., 0]
        hit = distance > 0
        # mitsuba measures along the ray, from the near plane.
        depth = np.where(hit, distance * camera.ray_cosines() + _NEAR, 0).astype(np.float32)
        near = cv2.dilate(hit.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        shining = [self._label_pass(camera, offset, near, depth) for offset in _EDGE_OFFSETS]
        seen = [read_labels(image) for image in shining]
        shown = [self._show(*pair) for pair in zip(shining, seen, strict=True)]
        luminous = np.stack([s.luminous for s in seen]).mean(0, dtype=np.float32)
        reflectance = np.stack(shown).mean(0)
        light = self._light(camera, seed, depth, distance, luminous, reflectance)
        color = light * reflectance
        mixed = (luminous > 0) & (luminous < 1)
        lit = [np.where(s.luminous[mixed, None], np.float32(1), light[mixed]) for s in seen]
        sides = [one[mixed] * factor for one, factor in zip(shown, lit, strict=True)]
        color[mixed] = mix_bright(np.stack(sides), 4 * float(np.median(color[hit])))
        stencil = self._people[seen[0].surface]
        coverage = np.stack([self._people[s.surface] > 0 for s in seen]).mean(0, dtype=np.float32)
        return Rendering(color, depth, stencil, coverage, np.where(stencil > 0, seen[0].part, 0) if parts else None)

    def _label_pass(
        self, camera: Camera, offset: tuple[float, float], near: np.ndarray, depth: np.ndarray
    ) -> np.ndarray:
        """Look through one point of every pixel at labels ``(H, W, 3)``.

        Surfaces shine on their outer face only: where a pixel ``near`` something ``(H, W)`` stays black, a ray of its
        own finds whose inner face it shows (the inside of a sleeve or of hanging hair). At pixel centers that ray also
        gives the ``depth`` ``(H, W)``: two rays that graze an edge may pass it on different sides.
        """
        mi = load_mitsuba()
        image = self._pass(camera, _EMISSION, offset=offset)
        rows, columns = np.nonzero(near & (image[..., 0] == 0))
        points = np.stack([columns + offset[0], rows + offset[1], np.ones(len(rows))], -1)
        directions = points @ np.linalg.inv(camera.K).T @ camera.R
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        for row, column, direction in zip(rows, columns, directions.tolist(), strict=True):
            found = self._scene.ray_intersect(mi.Ray3f(camera.position.tolist(), direction))
            if found.is_valid() and found.shape.has_attribute('vertex_label'):
                image[row, column] = found.shape.eval_attribute_3('vertex_label', found)
                if not any(offset):
                    depth[row, column] = found.t * float(camera.R[2] @ direction)
        return image

    def _show(self, shining: np.ndarray, seen: Seen) -> np.ndarray:
        """Return what each ray's surface reflects of white light, or a light's own radiance ``(H, W, 3)``."""
        return np.where(seen.luminous[..., None], shining, self._palette.reflectance(seen.surface, seen.uv))

    def _light(
        self,
        camera: Camera,
        seed: int,
        depth: np.ndarray,
        distance: np.ndarray,
        luminous: np.ndarray,
        reflectance: np.ndarray,
    ) -> np.ndarray:
        """Find the light that falls on what each pixel shows ``(H, W, 3)``; 1 on lights."""
        # The same seed picks the same points, so both passes see the same surfaces.
        sampled = self._pass(camera, _DEPTH, seed=seed)[..., 0]
        lighting = {'type': 'direct', 'emitter_samples': self.samples, 'bsdf_samples': 0}
        with self._no_labels():
            direct = self._pass(camera, lighting, seed=seed)
        trust = (np.abs(sampled - distance) <= _SAME_SURFACE * distance) & (luminous == 0)
        # Light is smooth over a surface, so one point a pixel serves; textures and silhouettes come at full detail.
        safe_depth = np.where(depth > 0, depth, np.float32(1e3))
        focal = float(camera.K[0, 0])
        normals = normals_from_depth(safe_depth, focal)
        smooth = soften_edges(smooth_light(direct, safe_depth, normals, trust, focal), safe_depth, normals)
        light = np.where(luminous[..., None] == 1, np.float32(1), smooth)
        return light + scattered_light(light, normals @ camera.R.astype(np.float32), reflectance)

    @contextmanager
    def _no_labels(self) -> Iterator[None]:
        """Let surfaces reflect light and shine no labels."""
        self._shine(0.0)
        try:
            yield
        finally:
            self._shine(1.0)

    def _shine(self, scale: float) -> None:
        """Set how bright all labels are; 1 shows their values."""
        for emitter in self._labels:
            emitter['radiance.scale'] = scale
            emitter.update()

    def _pass(
        self,
        camera: Camera,
        integrator: dict[str, Any],
        seed: int | None = None,
        offset: tuple[float, float] = (0.0, 0.0),
    ) -> np.ndarray:
        """Shoot one ray a pixel: through a random point with a seed, else ``offset`` px (x, y) from the center."""
        mi = load_mitsuba()
        sampler: dict[str, Any] = {'type': 'independent', 'sample_count': 1}
        if seed is None:
            sampler = {'type': 'stratified', 'sample_count': 1, 'jitter': False}
        pose = np.eye(4)
        pose[:3, :3] = camera.R.T @ np.diag([-1.0, -1.0, 1.0])  # mitsuba's camera frame: x left, y up, z ahead
        pose[:3, 3] = camera.position
        film = {
            'type': 'hdrfilm',
            'width': camera.width,
            'height': camera.height,
            'rfilter': {'type': 'box'},
            'pixel_format': 'rgb',
            'component_format': 'float32',
        }
        sensor = mi.load_dict(
            {
                'type': 'perspective',
                'fov': float(np.rad2deg(2 * np.arctan(0.5 * camera.width / camera.K[0, 0]))),
                'fov_axis': 'x',
                'near_clip': _NEAR,
                'principal_point_offset_x': offset[0] / camera.width,
                'principal_point_offset_y': offset[1] / camera.height,
                'to_world': mi.ScalarTransform4f(pose),
                'film': film,
                'sampler': sampler,
            }
        )
        image = mi.load_dict(integrator).render(self._scene, sensor, seed=seed or 0, spp=1)
        return np.array(image, dtype=np.float32)
