import numpy as np
import pytest

from synpose.generation.people.hair import STYLES, build_hair, sample_style

_LONG = {
    'bob',
    'bob with fringe',
    'long',
    'very long',
    'wavy',
    'ponytail',
    'high ponytail',
    'two tails',
    'braid',
    'two braids',
}


def test_there_are_enough_styles():
    assert len(STYLES) >= 16


@pytest.mark.parametrize('style', STYLES)
def test_hair_sits_on_the_head(tailor, fitting, style):
    surfaces = build_hair(np.random.default_rng(0), fitting, style)
    points = np.concatenate([surface.points for surface in surfaces])
    body, regions, model = fitting.body.vertices, tailor.regions, tailor.model
    head = body[regions.is_head]
    eye = body[np.argmin(np.linalg.norm(model.template - regions.eye, axis=1))]
    chin = body[model.chin_vertex()]
    top = points[:, 2].max() - head[:, 2].max()
    assert -0.2 < top < 0.14
    assert (top < 0) == (style == 'balding')
    in_face = (points[:, 1] > head[:, 1].max() - 0.045) & (points[:, 2] < eye[2] + 0.01) & (np.abs(points[:, 0]) < 0.05)
    assert not in_face.any()
    assert (points[:, 2].min() < chin[2] + 0.02) == (style in _LONG)
    for surface in surfaces:
        assert np.isfinite(surface.points).all()
        assert surface.faces.max() < len(surface.points) == len(surface.uv)
        np.testing.assert_allclose(surface.weights.sum(axis=1), 1, atol=1e-6)


def test_volume_follows_the_style(fitting):
    def size(style):
        points = build_hair(np.random.default_rng(1), fitting, style)[0].points
        return np.ptp(points[:, 0])

    assert size('shaved') < size('short') < size('curly') < size('afro')


def test_hair_lies_flat_under_headwear(tailor, fitting):
    pressed = np.full(len(tailor.model.template), 1.0)
    free, flat = (build_hair(np.random.default_rng(1), fitting, 'afro', worn)[0].points for worn in (None, pressed))
    assert np.ptp(flat[:, 0]) < np.ptp(free[:, 0]) - 0.06
    assert len(build_hair(np.random.default_rng(1), fitting, 'top bun', pressed)) == 1


@pytest.mark.parametrize('style', ['long', 'ponytail', 'bun', 'top bun'])
def test_volumes_face_outward(fitting, style):
    surface = build_hair(np.random.default_rng(0), fitting, style)[1]
    a, b, c = (surface.points[surface.faces[:, k]] for k in range(3))
    center = fitting.joints['head_top'] * [0, 0, 1] if style == 'long' else surface.points.mean(axis=0)
    outward = (np.cross(b - a, c - a) * ((a + b + c) / 3 - center)).sum(axis=1)
    assert outward.sum() > 0
    assert (outward > 0).mean() > 0.7


def test_only_the_old_go_bald():
    rng = np.random.default_rng(0)
    assert 'balding' not in {sample_style(rng, 'male', 20) for _ in range(300)}
    assert 'balding' in {sample_style(rng, 'male', 60) for _ in range(300)}
    assert {sample_style(rng, 'female', 20) for _ in range(2000)} == {k for k, s in STYLES.items() if s.female}


def test_unknown_hair_style(fitting):
    with pytest.raises(ValueError, match='mohawk'):
        build_hair(np.random.default_rng(0), fitting, 'mohawk')
