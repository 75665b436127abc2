import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rendering.labels import Palette, label_vertices, read_labels
from synpose.generation.shapes import quad

WHITE = Material(np.ones(3))


def decode(labels):
    return read_labels(labels[None])


def test_labels_of_a_thing():
    mesh = quad((0, 0, 0), (1, 0, 0), (0, 1, 0), WHITE)
    vertices, faces, labels = label_vertices(mesh, 700)
    np.testing.assert_array_equal(vertices, mesh.vertices)
    np.testing.assert_array_equal(faces, mesh.faces)
    seen = decode(labels)
    assert (seen.surface == 700).all()
    assert not seen.part.any()
    assert not seen.luminous.any()


def test_every_triangle_has_one_part_and_keeps_its_corners():
    rng = np.random.default_rng(0)
    parts = rng.choice([1, 2, 14], 50).astype(np.uint8)
    mesh = Mesh(
        rng.random((50, 3), np.float32), rng.integers(50, size=(80, 3)), WHITE, rng.random((50, 2), np.float32), parts
    )
    vertices, faces, labels = label_vertices(mesh, 3)
    np.testing.assert_array_equal(vertices[faces], mesh.vertices[mesh.faces])
    np.testing.assert_array_equal(labels[faces][..., 1:], mesh.uv[mesh.faces])
    seen = decode(labels)
    shown = seen.part[0][faces]
    assert (shown == shown[:, :1]).all()
    for corners, part in zip(parts[mesh.faces], shown[:, 0], strict=True):
        values, counts = np.unique(corners, return_counts=True)
        assert part in values[counts == counts.max()]
    assert (seen.surface == 3).all()


def test_lights_and_nothing():
    seen = read_labels(np.array([[[0.9, 1, 0.2], [0, 0, 0], [37.0, -3, 0.5]]], np.float32))
    np.testing.assert_array_equal(seen.luminous, [[True, False, False]])
    np.testing.assert_array_equal(seen.surface, [[0, 0, 2]])
    np.testing.assert_array_equal(seen.part, [[0, 0, 5]])
    np.testing.assert_array_equal(seen.uv[0, 2], [-3, 0.5])


@pytest.mark.parametrize('shape', [(8, 8), (5, 17), (30, 4200)])
def test_textures_repeat_and_are_looked_up_bilinearly(shape):
    rng = np.random.default_rng(1)
    textures = [rng.random((*size, 3), dtype=np.float32) for size in (shape, (16, 16), (3, 2))]
    colors = rng.random((4, 3))
    palette = Palette([Material(c, t) for c, t in zip(colors, [*textures, None], strict=True)])
    uv = rng.uniform(-2, 2, (40, 50, 2)).astype(np.float32)
    for number, texture in enumerate(textures, 1):
        height, width = texture.shape[:2]
        grid = [uv[..., 1] * height - 0.5, uv[..., 0] * width - 0.5]
        expected = np.dstack(
            [map_coordinates(channel, grid, order=1, mode='grid-wrap') for channel in texture.transpose(2, 0, 1)]
        )
        got = palette.reflectance(np.full((40, 50), number), uv)
        np.testing.assert_allclose(got, expected * colors[number - 1], atol=0.03)  # places are rounded to 1/32 texel
    np.testing.assert_allclose(palette.reflectance(np.full((40, 50), 4), uv)[0, 0], colors[3], atol=1e-6)
    assert not palette.reflectance(np.zeros((40, 50), int), uv).any()
