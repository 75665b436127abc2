"""Color, depth and instance stencils of a scene, through mitsuba's ``scalar_rgb`` variant.

mitsuba is imported inside functions, so that importing synpose does not load it. Everything runs on one thread: images
are rendered in parallel by processes, and the bytes do not depend on how many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from synpose.generation.cameras import Camera
from synpose.generation.denoise import normals_from_depth, scattered_light, smooth_light, soften_edges
from synpose.generation.furniture import merge
from synpose.generation.primitives import Material, Mesh, Person
from synpose.generation.rooms import Light

# Where in its pixel each sample of the noise-free reflectance lies, px from the center: the center and a rotated grid.
_EDGE_OFFSETS = ((0.0, 0.0), (-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125))
# What a surface shows stays between whole numbers, which carry labels, and far enough that rounding reaches none.
_FRACTIONS = (0.001, 0.998)
_NEAR = 0.01  # m before the camera where rays start
_SAME_SURFACE = 0.02  # relative difference in distance within a pixel that does not cross an edge
_MIN_ALBEDO = 0.02  # keeps the light on black surfaces finite
_EMISSION = {'type': 'path', 'max_depth': 1}


@dataclass
class Rendering:
    """What one camera sees.

    Attributes:
        color: Linear radiance ``(H, W, 3)`` float32, relative units.
        depth: z-depth at pixel centers ``(H, W)`` float32, m; 0 where nothing was hit.
        stencil: Person number ``(H, W)`` uint16, 1-based in the order of the people; 0 elsewhere.
    """

    color: np.ndarray
    depth: np.ndarray
    stencil: np.ndarray


@cache
def _mitsuba() -> Any:
    import drjit
    import mitsuba

    mitsuba.set_variant('scalar_rgb')
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    drjit.set_thread_count(1)
    return mitsuba


def _bitmap(image: np.ndarray) -> dict[str, Any]:
    mi = _mitsuba()
    data = mi.TensorXf(np.ascontiguousarray(image, dtype=np.float32))  # texture row 0 is at v = 0
    return {'type': 'bitmap', 'data': data, 'raw': True, 'wrap_mode': 'repeat'}


def _colors(
    color: np.ndarray,
    texture: np.ndarray | None,
    limits: tuple[float, float],
    label: tuple[float, float, float] = (0, 0, 0),
) -> dict[str, Any]:
    """Describe a constant or textured color, clipped to (low, high), plus a label."""
    if texture is None:
        return {'type': 'rgb', 'value': [float(c) for c in np.clip(color, *limits) + np.array(label)]}
    return _bitmap(np.clip(texture * color, *limits) + np.array(label))


def _bsdf(material: Material) -> Any:
    color = _colors(material.color, material.texture, (0, 1))
    surface: dict[str, Any] = {'type': 'diffuse', 'reflectance': color}
    if material.roughness < 1:
        surface = {'type': 'roughplastic', 'diffuse_reflectance': color, 'alpha': material.roughness}
    return _mitsuba().load_dict({'type': 'twosided', 'nested': surface})


def _shape(name: str, mesh: Mesh, bsdf: Any, radiance: dict[str, Any], weight: float) -> Any:
    """Make a surface that reflects by ``bsdf`` and shines; a ``weight`` of 0 lights nothing else."""
    mi = _mitsuba()
    properties = mi.Properties()
    properties['mesh_bsdf'] = bsdf
    properties['emitter'] = mi.load_dict({'type': 'area', 'radiance': radiance, 'sampling_weight': weight})
    # Flat faces: interpolated normals would turn silhouettes away from the camera, where they shine no more.
    shape = mi.Mesh(name, len(mesh.vertices), len(mesh.faces), properties, False, mesh.uv is not None)
    params = mi.traverse(shape)
    params['vertex_positions'] = np.ravel(mesh.vertices).astype(np.float32)
    params['faces'] = np.ravel(mesh.faces).astype(np.uint32)
    if mesh.uv is not None:
        params['vertex_texcoords'] = np.ravel(mesh.uv).astype(np.float32)
    params.update()
    return shape


def _fraction(shining: np.ndarray) -> np.ndarray:
    """Read the reflectances that surfaces show: their radiance without labels."""
    return shining - np.floor(shining)


def read_labels(shining: np.ndarray, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read whose surface each pixel shows.

    Red's whole part is the person's number (0: furniture), green's is 1 except on lights. Surfaces shine on their
    outer face only: a pixel that shows an inner face (a sleeve's opening) is black and takes the number of the nearest
    pixel that is not.

    Args:
        shining: Radiance without any lighting ``(H, W, 3)``.
        distance: ``(H, W)``, 0 where nothing was hit.

    Returns:
        Person numbers ``(H, W)`` uint16 and whether a light shows ``(H, W)`` bool.
    """
    numbers = np.floor(shining[..., 0]).astype(np.uint16)
    black = shining.max(-1) == 0
    inner = black & (distance > 0)
    if inner.any() and not black.all():
        nearest = distance_transform_edt(black, return_distances=False, return_indices=True)
        numbers = numbers[tuple(nearest)]
    return np.where(distance > 0, numbers, 0).astype(np.uint16), (shining[..., 1] < 1) & ~black


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
        mi = _mitsuba()
        self.samples = samples
        surfaces = [(mesh, 0) for mesh in merge(meshes)]
        surfaces += [(mesh, number) for number, person in enumerate(people, 1) for mesh in person.meshes]
        bsdfs: dict[int, Any] = {}
        scene: dict[str, Any] = {'type': 'scene'}
        # Every surface shines a little label that the camera sees and no other surface receives: its reflectance, free
        # of noise, plus whole numbers that tell whose it is. What light adds is found by subtraction.
        for i, (mesh, number) in enumerate(surfaces):
            material = mesh.material
            if id(material) not in bsdfs:
                bsdfs[id(material)] = _bsdf(material)
            label = _colors(material.color, material.texture, _FRACTIONS, (number, 1, 0))
            scene[f'surface_{i}'] = _shape(f'surface_{i}', mesh, bsdfs[id(material)], label, 0.0)
        black = mi.load_dict({'type': 'diffuse', 'reflectance': 0.0})
        brightest = max((float(light.radiance.max()) for light in lights), default=1.0)
        for i, light in enumerate(lights):
            radiance = _colors(light.radiance / brightest, light.mesh.material.texture, _FRACTIONS)
            scene[f'light_{i}'] = _shape(f'light_{i}', light.mesh, black, radiance, float(light.weight))
        self._scene = mi.load_dict(scene, parallel=False)

    def render(self, camera: Camera, seed: int) -> Rendering:
        """Render one view.

        Args:
            camera: The camera.
            seed: Seed of the light paths; the same seed gives the same bytes.
        """
        distance = self._pass(camera, {'type': 'depth'})[..., 0]
        # mitsuba measures along the ray, from the near plane.
        depth = np.where(distance > 0, distance * camera.ray_cosines() + _NEAR, 0).astype(np.float32)
        samples = [self._pass(camera, _EMISSION, offset=offset) for offset in _EDGE_OFFSETS]
        stencil, luminous = read_labels(samples[0], distance)
        edges = np.mean([_fraction(sample) for sample in samples], axis=0) + _MIN_ALBEDO
        # The same seed picks the same points, so these passes see the same surfaces.
        shining = self._pass(camera, _EMISSION, seed=seed)
        sampled = self._pass(camera, {'type': 'depth'}, seed=seed)[..., 0]
        lighting = {'type': 'direct', 'emitter_samples': self.samples, 'bsdf_samples': 0}
        reflected = np.maximum(self._pass(camera, lighting, seed=seed) - shining, 0)
        luminous |= read_labels(shining, sampled)[1]
        trust = (np.abs(sampled - distance) <= _SAME_SURFACE * distance) & ~luminous
        # Light is smooth over a surface, so one point a pixel serves; textures and silhouettes come at full detail.
        safe_depth = np.where(depth > 0, depth, 1e3)
        focal = float(camera.K[0, 0])
        normals = normals_from_depth(safe_depth, focal)
        direct = reflected / (_fraction(shining) + _MIN_ALBEDO)
        smooth = soften_edges(smooth_light(direct, safe_depth, normals, trust, focal), safe_depth)
        light = np.where(luminous[..., None], 1.0, smooth)
        light += scattered_light(light, normals @ camera.R.astype(np.float32), edges)
        return Rendering(light * edges, depth, stencil)

    def _pass(
        self,
        camera: Camera,
        integrator: dict[str, Any],
        seed: int | None = None,
        offset: tuple[float, float] = (0.0, 0.0),
    ) -> np.ndarray:
        """Shoot one ray a pixel: through a random point with a seed, else ``offset`` px (x, y) from the center."""
        mi = _mitsuba()
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
                'principal_point_offset_x': -offset[0] / camera.width,
                'principal_point_offset_y': -offset[1] / camera.height,
                'to_world': mi.ScalarTransform4f(pose),
                'film': film,
                'sampler': sampler,
            }
        )
        image = mi.load_dict(integrator).render(self._scene, sensor, seed=seed or 0, spp=1)
        return np.array(image, dtype=np.float32)
