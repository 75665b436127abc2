import numpy as np
import pytest
from scipy.spatial import cKDTree


def test_a_top_covers_chest_and_upper_arm_only(tailor):
    model, level = tailor.model, tailor.top(0.5, 0.0, 0.02)
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


def test_a_vest_leaves_the_arms(tailor):
    model, level = tailor.model, tailor.top(-1, 0.0, 0.02)
    assert not (level > 0)[model.share('upperarm02', 'lowerarm', 'wrist', 'finger') > 0.5].any()
    assert (level > 0)[model.share('spine01') > 0.9].any()


@pytest.mark.parametrize(('sleeve', 'leg'), [(0.5, 0.9), (1.9, 1.93)])
def test_hems_are_where_the_cut_says(tailor, sleeve, leg):
    regions, cloth = tailor.regions, tailor.regions.cloth
    for level, coordinate, expected in (
        (tailor.top(sleeve, 0.0, 0.02), regions.arm, sleeve),
        (tailor.trousers(leg), regions.leg, leg),
    ):
        covered = (level > 0) & (coordinate >= 0)
        assert coordinate[covered].max() == pytest.approx(expected, abs=0.06)
        assert set(cloth.source) >= set(np.flatnonzero(covered & np.isin(np.arange(len(level)), regions.outer_faces)))


def test_an_opening_parts_the_front_only(tailor):
    opening = tailor.opening(0.02, 0.05)
    inside = opening < 0
    assert inside.any()
    assert (tailor.model.template[inside, 1] > tailor.regions.neck[1]).all()
    assert np.abs(tailor.model.template[inside, 0]).max() < 0.05


def test_cloth_lies_outside_the_body(tailor, fitting):
    surface = fitting.cloth(fitting.shell(0.010, 8), tailor.top(0.5, 0.0, 0.02))
    body = fitting.body.vertices
    _, nearest = cKDTree(body).query(surface.points)
    outward = ((surface.points - body[nearest]) * fitting.normals[nearest]).sum(axis=1)
    assert np.quantile(outward, 0.02) > 0
    assert np.median(outward) == pytest.approx(0.010, abs=0.006)
    assert len(surface.uv) == len(surface.points) == surface.weights.shape[0] == surface.faces.max() + 1
    np.testing.assert_allclose(surface.weights.sum(axis=1), 1, atol=1e-6)
    # No triangle spans a seam: a tile of cloth is about a third of a metre.
    assert np.ptp(surface.uv[surface.faces], axis=1).max() < 0.5


def test_bare_skin_ends_under_the_hem(tailor, fitting):
    level = tailor.top(0.5, 0.0, 0.02)
    bare = fitting.skin(level)
    assert len(bare.faces) < 0.9 * len(tailor.regions.skin_faces)
    depth = level[cKDTree(fitting.body.vertices).query(bare.points)[1]]
    assert 0 < depth.max() < 0.06


def test_points_are_pushed_out_of_the_body(fitting):
    inside = fitting.body.heads[fitting.model.bone['spine02']] + np.array([[0.0, 0.06, 0.0], [0.0, 1.0, 0.0]])
    out = fitting.clear(inside, 0.02)
    body = fitting.body.vertices
    _, nearest = cKDTree(body).query(out)
    assert ((out - body[nearest]) * fitting.normals[nearest]).sum(axis=1)[0] > 0.01
    np.testing.assert_array_equal(out[1], inside[1])
    settled = fitting.clear(inside, 0.02, settle=True)
    np.testing.assert_allclose(cKDTree(body).query(settled)[0], 0.02, atol=2e-3)


def test_heights_follow_the_joints(tailor, fitting):
    bone, heads = tailor.model.bone, fitting.body.heads
    knee = tailor.model.template_heads[bone['lowerleg01.R'], 2]
    assert fitting.height(knee) == pytest.approx(heads[bone['lowerleg01.R'], 2])
