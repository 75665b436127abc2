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
_MAX_FRACTION = 0.998  # reflectances stay below 1: the red channel's whole part is the person's number
_LUMINOUS = 4096  # stands for a person's number on lights
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


def _colors(color: np.ndarray, texture: np.ndarray | None, limit: float, number: int = 0) -> dict[str, Any]:
    """Describe a constant or textured color, clipped to [0, limit], with ``number`` added to red."""
    shift = np.array([number, 0.0, 0.0])
    if texture is None:
        return {'type': 'rgb', 'value': [float(c) for c in np.clip(color, 0, limit) + shift]}
    return _bitmap(np.clip(texture * color, 0, limit) + shift)


def _bsdf(material: Material) -> Any:
    color = _colors(material.color, material.texture, 1.0)
    surface: dict[str, Any] = {'type': 'diffuse', 'reflectance': color}
    if material.roughness < 1:
        surface = {'type': 'roughplastic', 'diffuse_reflectance': color, 'alpha': material.roughness}
    return _mitsuba().load_dict({'type': 'twosided', 'nested': surface})


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Average the normals of the faces around each vertex, weighted by area.

    Args:
        vertices: ``(V, 3)``.
        faces: ``(F, 3)``.

    Returns:
        ``(V, 3)`` float32 unit vectors; (0, 0, 1) for a vertex without faces.
    """
    a, b, c = (vertices[faces[:, i]].astype(np.float64) for i in range(3))
    face_normals = np.cross(b - a, c - a)
    normals = np.stack(
        [np.bincount(faces.ravel(), np.repeat(face_normals[:, i], 3), len(vertices)) for i in range(3)], -1
    )
    length = np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.where(length > 0, normals / np.maximum(length, 1e-20), (0, 0, 1)).astype(np.float32)


def _shape(name: str, mesh: Mesh, bsdf: Any = None, emitter: Any = None) -> Any:
    mi = _mitsuba()
    properties = mi.Properties()
    if bsdf is not None:
        properties['mesh_bsdf'] = bsdf
    if emitter is not None:
        properties['emitter'] = emitter
    shape = mi.Mesh(name, len(mesh.vertices), len(mesh.faces), properties, mesh.smooth, mesh.uv is not None)
    params = mi.traverse(shape)
    params['vertex_positions'] = np.ravel(mesh.vertices).astype(np.float32)
    params['faces'] = np.ravel(mesh.faces).astype(np.uint32)
    if mesh.smooth:
        params['vertex_normals'] = np.ravel(vertex_normals(mesh.vertices, mesh.faces))
    if mesh.uv is not None:
        params['vertex_texcoords'] = np.ravel(mesh.uv).astype(np.float32)
    params.update()
    return shape


def _emitter(name: str, mesh: Mesh, radiance: dict[str, Any], weight: float = 1.0) -> Any:
    mi = _mitsuba()
    area = mi.load_dict({'type': 'area', 'radiance': radiance, 'sampling_weight': float(weight)})
    return _shape(name, Mesh(mesh.vertices, mesh.faces, mesh.material, mesh.uv), None, area)


def _fraction(shining: np.ndarray) -> np.ndarray:
    """Read the reflectances of the shining scene: what is left of red without the person's number."""
    return shining - np.floor(shining)


def read_stencil(shining: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Read the person numbers of the shining scene.

    Surfaces shine on their outer face only. A pixel that shows an inner face (a sleeve's opening) is black and takes
    the number of the nearest pixel that is not.

    Args:
        shining: Radiance of the shining scene ``(H, W, 3)``.
        distance: ``(H, W)``, 0 where nothing was hit.

    Returns:
        ``(H, W)`` uint16.
    """
    numbers = np.floor(shining[..., 0]).astype(np.uint16) % _LUMINOUS
    inner = (distance > 0) & (shining.max(-1) == 0)
    if inner.any() and not inner.all():
        nearest = distance_transform_edt(inner, return_distances=False, return_indices=True)
        numbers = numbers[tuple(nearest)]
    return np.where(distance > 0, numbers, 0).astype(np.uint16)


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
        lit: dict[str, Any] = {'type': 'scene'}
        shining: dict[str, Any] = {'type': 'scene'}
        for i, (mesh, number) in enumerate(surfaces):
            material = mesh.material
            if id(material) not in bsdfs:
                bsdfs[id(material)] = _bsdf(material)
            lit[f's{i}'] = _shape(f's{i}', mesh, bsdfs[id(material)])
            shining[f's{i}'] = _emitter(f's{i}', mesh, _colors(material.color, material.texture, _MAX_FRACTION, number))
        for i, light in enumerate(lights):
            texture = light.mesh.material.texture
            radiance = _colors(light.radiance, texture, np.inf)
            lit[f'l{i}'] = _emitter(f'l{i}', light.mesh, radiance, light.weight)
            shining[f'l{i}'] = _emitter(f'l{i}', light.mesh, _colors(np.ones(3), texture, _MAX_FRACTION, _LUMINOUS))
        self._lit = mi.load_dict(lit, parallel=False)
        # Every surface shines instead of being lit: a camera sees reflectances and person numbers, free of noise.
        self._shining = mi.load_dict(shining, parallel=False)

    def render(self, camera: Camera, seed: int) -> Rendering:
        """Render one view.

        Args:
            camera: The camera.
            seed: Seed of the light paths; the same seed gives the same bytes.
        """
        distance = self._pass(self._lit, camera, {'type': 'depth'})[..., 0]
        depth = (distance * camera.ray_cosines()).astype(np.float32)
        samples = [self._pass(self._shining, camera, _EMISSION, offset=offset) for offset in _EDGE_OFFSETS]
        stencil = read_stencil(samples[0], distance)
        edges = np.mean([_fraction(sample) for sample in samples], axis=0) + _MIN_ALBEDO
        integrator = {'type': 'direct', 'emitter_samples': self.samples, 'bsdf_samples': 0}
        color = self._pass(self._lit, camera, integrator, seed=seed)
        # The same seed picks the same points, so this reflectance and distance belong to the color just rendered.
        shining = self._pass(self._shining, camera, _EMISSION, seed=seed)
        sampled = self._pass(self._lit, camera, {'type': 'depth'}, seed=seed)[..., 0]
        luminous = np.maximum(shining, samples[0])[..., 0] >= _LUMINOUS
        trust = (np.abs(sampled - distance) <= _SAME_SURFACE * distance) & ~luminous
        # Light is smooth over a surface, so one point a pixel serves; textures and silhouettes come at full detail.
        safe_depth = np.where(depth > 0, depth, 1e3)
        focal = float(camera.K[0, 0])
        normals = normals_from_depth(safe_depth, focal)
        direct = color / (_fraction(shining) + _MIN_ALBEDO)
        smooth = soften_edges(smooth_light(direct, safe_depth, normals, trust, focal), safe_depth)
        light = np.where(luminous[..., None], direct, smooth)
        light += scattered_light(light, normals @ camera.R.astype(np.float32), edges)
        return Rendering(light * edges, depth, stencil)

    @staticmethod
    def _pass(
        scene: Any,
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
                'near_clip': 0.01,
                'principal_point_offset_x': -offset[0] / camera.width,
                'principal_point_offset_y': -offset[1] / camera.height,
                'to_world': mi.ScalarTransform4f(pose),
                'film': film,
                'sampler': sampler,
            }
        )
        image = mi.load_dict(integrator).render(scene, sensor, seed=seed or 0, spp=1)
        return np.array(image, dtype=np.float32)
