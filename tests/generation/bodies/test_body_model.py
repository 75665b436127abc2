"""What all body models share, on a stick of a body: the bones posers know, a box for its skin."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from synpose.generation.bodies.body_model import Body, BodyModel, sample_stature
from synpose.generation.bodies.kinematics import rotation
from synpose.generation.bodies.wholebody import POINT_NAMES
from synpose.registry import BODIES
from synpose.skeletons import FINGERS, JOINT_NAMES

LABELS = [
    *('root', 'spine03', 'spine01', 'neck01'),
    *(f'{name}.{side}' for side in 'LR' for name in ('clavicle', 'wrist')),
    *(f'finger{n}-{k}.{side}' for side in 'LR' for n in range(1, 6) for k in (1, 2, 3)),
]
PARENTS = [-1] + [0] * (len(LABELS) - 1)
HEADS = np.random.default_rng(0).normal(0, 0.3, (len(LABELS), 3))
CORNERS = np.array([[x, y, z] for x in (0.0, 1) for y in (0.0, 1) for z in (0.0, 2)])


class StickBody(BodyModel):
    def __init__(self):
        weights = np.zeros((8, len(LABELS)))
        weights[:, 0] = [1, 1, 1, 1, 0.25, 0, 0, 0]
        weights[:, 1] = [0, 0, 0, 0, 0.75, 0.5, 1, 0]
        weights[:, 2] = [0, 0, 0, 0, 0, 0.5, 0, 1]
        super().__init__(LABELS, PARENTS, np.array([[0, 1, 2]]), csr_matrix(weights))

    def sample(self, rng, age_range):
        raise NotImplementedError

    def build(self, phenotypes, stature, sex='female', years=25.0):
        return Body(CORNERS * stature / 2, HEADS, phenotypes, sex, years)

    def face_parts(self, *labels):
        return np.zeros(1, dtype=bool)

    def chin_vertex(self):
        return 0

    def regressors(self):
        half = np.full(8, 1 / 8)
        return self.joint_maps({'nose': half, 'chin': 3, 'head_top': self.top_vertex()}, {'left_hip': 'root'})


def test_shares_add_up_bones_by_prefix():
    model = StickBody()
    np.testing.assert_allclose(model.share('root'), [1, 1, 1, 1, 0.25, 0, 0, 0])
    np.testing.assert_allclose(model.share('spine'), [0, 0, 0, 0, 0.75, 1, 1, 1])
    np.testing.assert_allclose(model.share('tail'), 0)
    assert model.bones('clavicle', 'wrist') == [LABELS.index(n) for n in LABELS if n.startswith(('clavicle', 'wrist'))]
    assert model.template.shape == (8, 3)
    assert np.ptp(model.template[:, 2]) == pytest.approx(1.63)


def test_joints_come_from_skin_and_bones():
    model = StickBody()
    vertices, positions = (
        np.random.default_rng(1).normal(size=(8, 3)),
        np.random.default_rng(2).normal(size=HEADS.shape),
    )
    joints = dict(zip(JOINT_NAMES, model.joints(vertices, positions)))
    at = dict(zip(LABELS, positions))
    np.testing.assert_allclose(joints['nose'], vertices.mean(axis=0))
    np.testing.assert_allclose(joints['chin'], vertices[3])
    np.testing.assert_allclose(joints['head_top'], vertices[1])
    for name, bone in (('pelvis', 'root'), ('spine', 'spine03'), ('chest', 'spine01'), ('left_hip', 'root')):
        np.testing.assert_allclose(joints[name], at[bone])
    for number, finger in enumerate(FINGERS, start=1):
        bones = (2, 3) if finger == 'thumb' else (1, 2)
        for joint, k in zip('12', bones):
            np.testing.assert_allclose(joints[f'right_{finger}_{joint}'], at[f'finger{number}-{k}.R'])
    knuckles = np.mean([at[f'finger{n}-1.L'] for n in (2, 3, 4, 5)], axis=0)
    np.testing.assert_allclose(joints['left_palm'], (at['wrist.L'] + knuckles) / 2)


def test_whole_body_points_a_model_lacks_are_nan():
    model = StickBody()
    vertices, positions = np.random.default_rng(1).normal(size=(8, 3)), HEADS
    points = dict(zip(POINT_NAMES, model.wholebody(vertices, positions)))
    assert np.isnan(points['face-0']).all()
    assert np.isnan(points['left_heel']).all()
    np.testing.assert_allclose(points['face-8'], vertices[3])
    np.testing.assert_allclose(points['right_hand_root'], HEADS[LABELS.index('wrist.R')])


def test_skinning_blends_the_bones_a_point_follows():
    model = StickBody()
    body = model.build({}, stature=2.0)
    local = np.tile(np.eye(3), (len(LABELS), 1, 1))
    local[1], local[2] = rotation([0, 0, 1], 0.7), rotation([1, 0, 0], -0.4)
    rotations, positions = model.pose(body, local, HEADS[0])
    moved = model.skin(body, rotations, positions, body.vertices)

    def turned(vertex, bone):
        return HEADS[bone] + local[bone] @ (body.vertices[vertex] - HEADS[bone])

    np.testing.assert_allclose(moved[:4], body.vertices[:4], atol=1e-12)
    np.testing.assert_allclose(moved[4], 0.25 * body.vertices[4] + 0.75 * turned(4, 1), atol=1e-12)
    np.testing.assert_allclose(moved[5], 0.5 * turned(5, 1) + 0.5 * turned(5, 2), atol=1e-12)
    np.testing.assert_allclose(moved[7], turned(7, 2), atol=1e-12)
    some = model.skin(body, rotations, positions, body.vertices[[5, 7]], [5, 7])
    np.testing.assert_allclose(some, moved[[5, 7]], atol=1e-12)
    own = model.skin(body, rotations, positions, body.vertices[:1], weights=model.weights[[7]])
    np.testing.assert_allclose(own[0], turned(0, 2), atol=1e-12)


@pytest.mark.parametrize(('years', 'sex', 'median'), [(8, 'male', 1.27), (14, 'female', 1.60), (40, 'male', 1.76)])
def test_statures_follow_the_growth_reference(years, sex, median):
    rng = np.random.default_rng(0)
    statures = [sample_stature(rng, years, sex) for _ in range(2000)]
    assert np.mean(statures) == pytest.approx(median, abs=0.01)
    assert np.std(statures) / median == pytest.approx(0.04, abs=0.003)


@pytest.mark.parametrize('name', ['AnnyBody', 'SMPLXBody'])
def test_models_are_found_by_name(name):
    assert BODIES.get(name).__name__ == name
