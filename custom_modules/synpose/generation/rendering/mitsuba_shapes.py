"""Meshes as mitsuba's shapes. mitsuba is imported inside functions, so that importing synpose does not load it."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rendering.labels import label_vertices
from synpose.generation.rooms.building import Light

_RADIANCES = (0.001, 1.0)  # of lights, after scaling; labels are 16 and more, inner faces 0


@cache
def load_mitsuba() -> Any:
    """Return mitsuba in its ``scalar_rgb`` variant, on one thread."""
    import drjit
    import mitsuba

    mitsuba.set_variant('scalar_rgb')
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    drjit.set_thread_count(1)
    return mitsuba


def _bitmap(image: np.ndarray) -> dict[str, Any]:
    mi = load_mitsuba()
    data = mi.TensorXf(np.ascontiguousarray(image, dtype=np.float32))  # texture row 0 is at v = 0
    return {'type': 'bitmap', 'data': data, 'raw': True, 'wrap_mode': 'repeat'}


def _radiance(color: np.ndarray, texture: np.ndarray | None) -> dict[str, Any]:
    """Describe a light's constant or textured color, clipped to what labels leave free."""
    if texture is None:
        return {'type': 'rgb', 'value': [float(c) for c in np.clip(color, *_RADIANCES)]}
    return _bitmap(np.clip(texture * color, *_RADIANCES))


def finish(material: Material) -> tuple[float, float]:
    """Return what of a material decides how its surface scatters white light: roughness and a factor on its gloss.

    The factor (a power of the root of 2, so that there are few) makes up for the later product with the color.
    """
    if material.roughness >= 1:
        return 1.0, 1.0
    texture = 1.0 if material.texture is None else material.texture.mean((0, 1))
    gray = max(float(np.mean(material.color * texture)), 0.05)
    return material.roughness, float(2 ** (np.round(-2 * np.log2(gray)) / 2))


@lru_cache(maxsize=256)
def _white_bsdf(roughness: float, gloss: float) -> Any:
    """Describe how a white surface scatters light; kept for the process, since a glossy one takes 40 ms to prepare."""
    mi = load_mitsuba()
    white = {'type': 'uniform', 'value': 1.0}
    surface: dict[str, Any] = {'type': 'diffuse', 'reflectance': white}
    if roughness < 1:
        surface = {'type': 'roughplastic', 'alpha': roughness, 'diffuse_reflectance': white}
        surface['specular_reflectance'] = {'type': 'uniform', 'value': gloss}
    return mi.load_dict({'type': 'twosided', 'nested': surface})


def _shape(
    vertices: np.ndarray,
    faces: np.ndarray,
    bsdf: Any,
    emitter: dict[str, Any],
    uv: np.ndarray | None = None,
    labels: np.ndarray | None = None,
) -> Any:
    """Make a surface that reflects by ``bsdf`` and shines, with texture coordinates or labels ``(V, 3)``."""
    mi = load_mitsuba()
    properties = mi.Properties()
    properties['mesh_bsdf'] = bsdf
    properties['emitter'] = mi.load_dict({'type': 'area', **emitter})
    # Flat faces: interpolated normals would turn silhouettes away from the camera, where they shine no more.
    shape = mi.Mesh('', len(vertices), len(faces), properties, False, uv is not None)
    if labels is not None:
        shape.add_attribute('vertex_label', 3, labels.ravel())
    params = mi.traverse(shape)
    params['vertex_positions'] = np.ravel(vertices).astype(np.float32)
    params['faces'] = np.ravel(faces).astype(np.uint32)
    if uv is not None:
        params['vertex_texcoords'] = np.ravel(uv).astype(np.float32)
    params.update()
    return shape


def label_shape(meshes: Sequence[tuple[Mesh, int]]) -> Any:
    """Join numbered meshes of one finish into a white shape that shines its labels and lights nothing else."""
    labeled = [label_vertices(mesh, number) for mesh, number in meshes]
    starts = np.cumsum([0, *(len(vertices) for vertices, _, _ in labeled)])
    return _shape(
        np.concatenate([vertices for vertices, _, _ in labeled]),
        np.concatenate([faces + start for (_, faces, _), start in zip(labeled, starts[:-1], strict=True)]),
        _white_bsdf(*finish(meshes[0][0].material)),
        {'radiance': {'type': 'mesh_attribute', 'name': 'vertex_label'}, 'sampling_weight': 0.0},
        labels=np.concatenate([labels for _, _, labels in labeled]),
    )


def light_shape(light: Light, scale: float) -> Any:
    """Make a lamp that reflects nothing; ``scale`` multiplies its radiance."""
    mesh, black = light.mesh, load_mitsuba().load_dict({'type': 'diffuse', 'reflectance': 0.0})
    radiance = _radiance(light.radiance * scale, mesh.material.texture)
    return _shape(
        mesh.vertices, mesh.faces, black, {'radiance': radiance, 'sampling_weight': float(light.weight)}, mesh.uv
    )


def build_scene(shapes: Sequence[Any]) -> Any:
    """Join shapes into a scene that rays can be shot into (this builds the tree of their triangles)."""
    named = {f'shape_{i}': shape for i, shape in enumerate(shapes)}
    return load_mitsuba().load_dict({'type': 'scene', **named}, parallel=False)
