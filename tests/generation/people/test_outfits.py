from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from synpose.generation.people.appearance import sample_look
from synpose.generation.people.outfits import build_outfit
from synpose.skeletons import BODY_PARTS


@pytest.mark.parametrize('seed', range(6))
def test_dressed_people_are_whole(tailor, mean_body, rest_pose, seed):
    look = replace(sample_look(np.random.default_rng(seed), mean_body), bag='backpack')
    outfit, bag = build_outfit(np.random.default_rng(seed), tailor, mean_body, look)
    meshes = outfit.posed(mean_body, rest_pose)
    assert len(meshes) >= 9  # skin, top, legs, shoes, soles, eyes, irises, brows, lips
    for mesh in meshes:
        assert mesh.vertices.dtype == np.float32
        assert mesh.faces.dtype == np.int32
        assert mesh.faces.max() == len(mesh.vertices) - 1
        assert mesh.parts.dtype == np.uint8
        assert len(mesh.parts) == len(mesh.vertices)
        assert mesh.parts.min() > 0
        assert (mesh.material.texture is None) or mesh.uv is not None
    assert set(np.concatenate([mesh.parts for mesh in meshes])) == set(range(1, len(BODY_PARTS)))
    assert all(mesh.parts is None for mesh in bag.posed(mean_body, rest_pose))
    # Bare and clothed together hide the whole body: seen from any side, nothing is missing.
    points = np.concatenate([mesh.vertices for mesh in meshes])
    body = tailor.model.skin(mean_body, rest_pose.rotations, rest_pose.positions, mean_body.vertices)
    outer = np.unique(tailor.regions.outer_faces)
    under_skirt = tailor.regions.leg_share > 0.4 if 'skirt' in look.clothes.bottom + look.clothes.top.name else False
    distance, _ = cKDTree(points).query(body[np.setdiff1d(outer, np.flatnonzero(under_skirt))])
    assert distance.max() < 0.07


def test_poses_share_materials(tailor, mean_body, rest_pose):
    look = sample_look(np.random.default_rng(1), mean_body)
    outfit, _ = build_outfit(np.random.default_rng(1), tailor, mean_body, look)
    first, second = outfit.posed(mean_body, rest_pose), outfit.posed(mean_body, rest_pose)
    assert all(a.material is b.material and a.faces is b.faces for a, b in zip(first, second))
    assert len({id(mesh.material) for mesh in first}) == len(first)


def test_a_headscarf_replaces_hair(tailor, mean_body):
    look = replace(sample_look(np.random.default_rng(1), mean_body), hair=np.array([0.5, 0.0, 0.5]))

    def purple(headwear):
        outfit, _ = build_outfit(np.random.default_rng(2), tailor, mean_body, replace(look, headwear=headwear))
        textures = [m.material.texture for m in outfit._meshes if m.material.texture is not None]
        return any(np.allclose(t.mean(axis=(0, 1)), [0.5, 0.002, 0.5], atol=0.05) for t in textures)

    assert purple(None)
    assert not purple('headscarf')
