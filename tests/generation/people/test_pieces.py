import numpy as np
import pytest
from scipy.sparse import csr_matrix

from synpose.generation.people.pieces import HEAD, Outfit, Piece, Surface, bone_parts, dominant_parts
from synpose.generation.primitives import Material, Seat
from synpose.skeletons import BODY_PARTS, JOINT_NAMES

_NEAR = {  # the joints a part's surface lies around, and how far from them at most, m
    'head': (['nose', '{side}_eye', '{side}_ear', 'chin', 'head_top'], 0.20),
    'hand': (['{side}_wrist', '{side}_palm', '{side}_index_2', '{side}_thumb_tip', '{side}_middle_tip'], 0.10),
    'foot': (['{side}_ankle', '{side}_toe'], 0.16),
    'lower_arm': (['{side}_elbow', '{side}_wrist'], 0.20),
    'upper_arm': (['{side}_shoulder', '{side}_elbow'], 0.22),
    'lower_leg': (['{side}_knee', '{side}_ankle'], 0.30),
    'upper_leg': (['{side}_hip', '{side}_knee'], 0.38),
}


@pytest.mark.parametrize(
    ('bone', 'part'),
    [
        ('head', 'head'),
        ('eye.L', 'head'),
        ('neck02', 'torso'),
        ('clavicle.R', 'torso'),
        ('root', 'torso'),
        ('pelvis.L', 'torso'),
        ('upperarm02.L', 'left_upper_arm'),
        ('lowerarm01.R', 'right_lower_arm'),
        ('finger3-2.R', 'right_hand'),
        ('metacarpal1.L', 'left_hand'),
        ('upperleg01.R', 'right_upper_leg'),
        ('lowerleg02.L', 'left_lower_leg'),
        ('toe1-1.L', 'left_foot'),
    ],
)
def test_bones_belong_to_parts(bone, part):
    assert BODY_PARTS[bone_parts([bone])[0]] == part


def test_the_heaviest_part_wins():
    weights = csr_matrix([[0.3, 0.3, 0.4], [0.2, 0.1, 0.7]])
    np.testing.assert_array_equal(dominant_parts(weights, np.array([2, 2, 5])), [2, 5])


@pytest.mark.parametrize('identity', [3, 8, 21, 44])
def test_parts_lie_at_their_joints(factory, identity):
    person = factory.sample_seated(np.random.default_rng(identity), Seat(), identity=identity)
    joints = dict(zip(JOINT_NAMES, person.joints))
    points = np.concatenate([mesh.vertices for mesh in person.meshes if mesh.parts is not None])
    parts = np.concatenate([mesh.parts for mesh in person.meshes if mesh.parts is not None])
    # Skirts, coats and long hair reach far from the bones they hang from: the skin and close cloth are the median.
    for side in ('left', 'right'):
        for name, (around, reach) in _NEAR.items():
            number = BODY_PARTS.index(name if name == 'head' else f'{side}_{name}')
            chosen = points[parts == number]
            near = np.stack([joints[joint.format(side=side)] for joint in around])
            distance = np.linalg.norm(chosen[:, None] - near, axis=2).min(axis=1)
            assert len(chosen) > 20
            assert np.quantile(distance, 0.9) < reach
            other = np.stack([joints[joint.format(side='right' if side == 'left' else 'left')] for joint in around])
            if name in ('hand', 'foot', 'lower_arm'):
                away = np.linalg.norm(chosen[:, None] - other, axis=2).min(axis=1)
                assert (distance <= away).mean() > 0.7


def _triangle(labels, bone, uv=False):
    weights = np.zeros((3, len(labels)))
    weights[:, labels.index(bone)] = 1
    faces = np.array([[0, 1, 2]], dtype=np.int32)
    return Surface(np.eye(3), faces, np.zeros((3, 2)) if uv else None, csr_matrix(weights))


def test_pieces_of_a_material_become_one_mesh(tailor, mean_body, rest_pose):
    labels, red, blue = tailor.model.labels, Material(np.ones(3)), Material(np.zeros(3))
    pieces = [
        Piece(_triangle(labels, 'foot.L'), red),
        Piece(_triangle(labels, 'head'), blue, 0),
        Piece(_triangle(labels, 'wrist.R'), red, HEAD),
        Piece(_triangle(labels, 'wrist.R')._replace(faces=np.zeros((0, 3), np.int32)), blue),
    ]
    meshes = Outfit(tailor.model, pieces).posed(mean_body, rest_pose)
    assert [mesh.material is red for mesh in meshes] == [True, False]
    np.testing.assert_array_equal(meshes[0].faces, [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(meshes[0].parts, [BODY_PARTS.index('left_foot')] * 3 + [HEAD] * 3)
    assert meshes[1].parts is None
    np.testing.assert_allclose(meshes[1].vertices, np.eye(3), atol=1e-6)  # the rest pose leaves it in place


def test_an_outfit_of_nothing(tailor, mean_body, rest_pose):
    assert Outfit(tailor.model, []).posed(mean_body, rest_pose) == []
