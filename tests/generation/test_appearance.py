"""Clothes, hair and fabrics."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from synpose.generation.appearance import dress, sample_look
from synpose.generation.bodies import BodyModel
from synpose.generation.clothing import Cut, Fitting, Tailor
from synpose.generation.fabrics import PATTERNS, fabric, hair_texture
from synpose.generation.hair import STYLES, build_hair
from synpose.generation.posing import Pose

CUT = Cut(sleeve=0.5, hem=0.0, collar=0.02, v_neck=0.0, leg=1.93, looseness=0.01, leg_looseness=0.012)


@cache
def tailor() -> Tailor:
    return Tailor(BodyModel())


@cache
def fitting() -> Fitting:
    """Someone of mean shape in the rest pose."""
    model = tailor().model
    races = {'caucasian': 0.4, 'asian': 0.3, 'african': 0.3}
    body = model.build(races, stature=1.65)
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    pose = Pose(*model.pose(body, local), main='R')
    return Fitting(tailor(), body, pose, np.zeros(len(model.template)))


def test_shirt_covers_chest_and_upper_arm_only():
    model, level = tailor().model, tailor().shirt_level(CUT)
    heads, bone = model.template_heads, model.bone

    def covered(point):
        return level[np.argmin(np.linalg.norm(model.template - point, axis=1))] > 0

    shoulder, elbow, wrist = (heads[bone[f'{name}.L']] for name in ('upperarm01', 'lowerarm01', 'wrist'))
    assert covered(heads[bone['spine02']] + [0, 0.15, 0])
    assert covered(0.8 * shoulder + 0.2 * elbow)
    assert not covered(0.2 * shoulder + 0.8 * elbow)
    assert not covered(wrist)
    assert not covered(heads[bone['head']] + [0, 0.1, 0])
    assert not covered(heads[bone['lowerleg01.L']])


@pytest.mark.parametrize(('sleeve', 'leg'), [(0.5, 0.9), (1.9, 1.93)])
def test_hems_are_where_the_cut_says(sleeve, leg):
    cut = Cut(sleeve, 0.0, 0.02, 0.0, leg, 0.01, 0.012)
    regions, cloth = tailor().regions, tailor().regions.cloth
    for level, coordinate, expected in (
        (tailor().shirt_level(cut), regions.arm, sleeve),
        (tailor().trousers_level(cut), regions.leg, leg),
    ):
        covered = (level > 0) & (coordinate >= 0)
        assert coordinate[covered].max() == pytest.approx(expected, abs=0.06)
        assert set(cloth.source) >= set(np.flatnonzero(covered & np.isin(np.arange(len(level)), regions.outer_faces)))


def test_cloth_lies_outside_the_body():
    fit = fitting()
    vertices, faces, uv = fit.garment(tailor().shirt_level(CUT), CUT.looseness, 8)
    _, nearest = cKDTree(fit.vertices).query(vertices)
    outward = ((vertices - fit.vertices[nearest]) * fit.normals[nearest]).sum(axis=1)
    assert np.quantile(outward, 0.02) > 0
    assert np.median(outward) == pytest.approx(CUT.looseness, abs=0.006)
    assert len(uv) == len(vertices)
    assert faces.max() == len(vertices) - 1
    # No triangle spans a seam: a tile of cloth is about a third of a metre.
    assert np.ptp(uv[faces], axis=1).max() < 0.5


def test_bare_skin_ends_under_the_hem():
    fit = fitting()
    level = tailor().shirt_level(CUT)
    bare, faces, _ = fit.skin(level)
    assert len(faces) < 0.9 * len(tailor().regions.skin_faces)
    depth = level[cKDTree(fit.vertices).query(bare)[1]]
    assert 0 < depth.max() < 0.06


@pytest.mark.parametrize('style', STYLES)
def test_hair_sits_on_the_head(style):
    fit = fitting()
    surfaces = build_hair(np.random.default_rng(0), fit, style)
    points = np.concatenate([vertices for vertices, _, _ in surfaces])
    head = fit.vertices[tailor().regions.is_head]
    regions, model = tailor().regions, tailor().model
    eye = fit.vertices[np.argmin(np.linalg.norm(model.template - regions.eye, axis=1))]
    chin = fit.vertices[model.chin_vertex()]
    assert head[:, 2].max() < points[:, 2].max() < head[:, 2].max() + 0.06
    in_face = (points[:, 1] > head[:, 1].max() - 0.045) & (points[:, 2] < eye[2] + 0.02) & (np.abs(points[:, 0]) < 0.05)
    assert not in_face.any()
    assert (points[:, 2].min() < chin[2] + 0.03) == (style in ('bob', 'long', 'ponytail'))
    for vertices, faces, uv in surfaces:
        assert np.isfinite(vertices).all()
        assert faces.max() < len(vertices) == len(uv)


def test_unknown_hair_style():
    with pytest.raises(ValueError, match='mohawk'):
        build_hair(np.random.default_rng(0), fitting(), 'mohawk')


@pytest.mark.parametrize('pattern', PATTERNS)
def test_fabric_shows_its_colors(pattern):
    ground, accent = np.array([0.5, 0.1, 0.1]), np.array([0.1, 0.1, 0.5])
    cloth = fabric(np.random.default_rng(1), pattern, ground, accent)
    assert cloth.dtype == np.float32
    assert 0 <= cloth.min() <= cloth.max() <= 1
    blue = (cloth[..., 2] > cloth[..., 0]).mean()
    assert blue == 0 if pattern == 'plain' else 0.02 < blue < 0.8


def test_unknown_pattern():
    with pytest.raises(ValueError, match='zebra'):
        fabric(np.random.default_rng(0), 'zebra', np.zeros(3), np.zeros(3))


def test_hair_texture_keeps_its_mean_color():
    color = np.array([0.2, 0.1, 0.05])
    np.testing.assert_allclose(hair_texture(np.random.default_rng(0), color).mean(axis=(0, 1)), color, rtol=0.1)


def test_skin_follows_ancestry():
    model, lightness = tailor().model, {}
    for race in ('caucasian', 'african'):
        races = {'caucasian': 0.0, 'asian': 0.0, 'african': 0.0, race: 1.0}
        body = model.build(races, stature=1.65)
        lightness[race] = [sample_look(np.random.default_rng(k), body).skin.mean() for k in range(8)]
    assert min(lightness['caucasian']) > max(lightness['african'])


def test_dressed_people_have_every_part():
    model, fit = tailor().model, fitting()
    look = sample_look(np.random.default_rng(4), fit.body)
    meshes, vertices = dress(np.random.default_rng(4), tailor(), fit.body, fit.pose, look)
    np.testing.assert_allclose(vertices, fit.vertices)
    assert len(meshes) >= 10  # skin, top, bottom, shoes, soles, hair, eyes, irises, brows, lips
    for mesh in meshes:
        assert mesh.vertices.dtype == np.float32
        assert mesh.faces.dtype == np.int32
        assert mesh.faces.max() == len(mesh.vertices) - 1
        assert (mesh.material.texture is None) or mesh.uv is not None
    # Bare and clothed together hide the whole body: seen from any side, nothing is missing.
    points = np.concatenate([mesh.vertices for mesh in meshes])
    outer = np.unique(tailor().regions.outer_faces)
    distance, _ = cKDTree(points).query(vertices[outer])
    assert distance.max() < 0.06
    assert len(model.template) == len(vertices)
