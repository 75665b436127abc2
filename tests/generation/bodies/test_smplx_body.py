"""SMPL-X on a made file: anny's mesh in the layout of the official files. No SMPL-X data is used."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from synpose.generation.bodies.anny_body import AnnyBody
from synpose.generation.bodies.kinematics import aligning, rotation
from synpose.generation.bodies.smplx_body import SMPLXBody
from synpose.generation.bodies.smplx_skeleton import CARRIERS, CHAINS, JOINT_OF_BONE, OFFICIAL_LANDMARKS, SMPLX_PARENTS
from synpose.generation.bodies.wholebody import POINT_NAMES
from synpose.generation.people.factory import PersonFactory
from synpose.generation.primitives import Seat
from synpose.registry import BODIES
from synpose.skeletons import JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}
TURN = np.array([[-1.0, 0, 0], [0, 0, 1], [0, 1, 0]])  # the files' axes (x left, y up, z ahead) to ours


@cache
def anny() -> AnnyBody:
    return AnnyBody()


def _joint_of(label: str) -> int:
    """Return the SMPL-X joint that stands for a bone of anny."""
    stem, _, side = label.partition('.')
    wanted = {'pelvis': 'root', 'metacarpal': f'wrist.{side}', 'toe': f'toe2-1.{side}'}
    name = next((bone for prefix, bone in wanted.items() if stem.startswith(prefix)), label)
    return next(joint for joint, chain in enumerate(CHAINS) if name in chain)


def _t_pose() -> tuple[np.ndarray, np.ndarray]:
    """Return anny's mean body with its arms stretched out sideways: vertices and bones' joints, m."""
    model = anny()
    bone, heads = model.bone, model.template_heads
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    for side, sign in (('L', -1.0), ('R', 1.0)):
        shoulder, elbow, wrist = (heads[bone[f'{name}.{side}']] for name in ('upperarm01', 'lowerarm01', 'wrist'))
        out = np.array([sign, 0, 0])
        local[bone[f'upperarm01.{side}']] = lift = aligning(elbow - shoulder, out)
        local[bone[f'lowerarm01.{side}']] = lift.T @ aligning(lift @ (wrist - elbow), out) @ lift
    body = model.build({}, stature=1.63)
    rotations, positions = model.pose(body, local, body.heads[0])
    return model.skin(body, rotations, positions, body.vertices), positions


@cache
def made_fields(num_shapes: int = 20) -> dict[str, np.ndarray]:
    """Return the fields of a made model in the files' axes."""
    model, rng = anny(), np.random.default_rng(7)
    vertices, positions = _t_pose()
    count = len(vertices)
    joint = np.array([_joint_of(label) for label in model.labels])
    weights = np.zeros((count, 55), dtype=np.float32)
    for bone, column in enumerate(joint):
        weights[:, column] += model.weights[:, [bone]].toarray()[:, 0]
    # anny's default rig has no jaw: the lower front of the head follows one here.
    chin = vertices[model.chin_vertex()]
    jaw = (vertices[:, 2] < chin[2] + 0.03) & (vertices[:, 1] > chin[1] - 0.03) & (weights[:, 15] > 0.5)
    weights[jaw, 22], weights[jaw, 15] = weights[jaw, 15], 0
    weights /= weights.sum(axis=1, keepdims=True)

    places = np.stack([positions[np.flatnonzero(joint == k)[0]] if (joint == k).any() else chin for k in range(55)])
    regressor = np.zeros((55, count))
    tree = cKDTree(vertices)
    for row, place in zip(regressor, places):
        _, near = tree.query(place, 40)
        # The smallest change of equal weights that puts the joint there.
        equations = np.vstack([vertices[near].T, np.ones(len(near))])
        even = np.full(len(near), 1 / len(near))
        row[near] = even + np.linalg.lstsq(equations, np.array([*place, 1]) - equations @ even, rcond=None)[0]

    waves = np.stack([np.cos(vertices @ rng.normal(0, 4, 3) + phase) for phase in rng.uniform(0, 6, 4)], axis=1)
    shapes = np.einsum('vw,wcs->vcs', waves, rng.normal(0, 0.002, (4, 3, num_shapes)))
    shapes[:, 1, 0] += 0.04 * (vertices[:, 2] - vertices[:, 2].min())  # the first one makes people taller
    corrections = np.einsum('vw,wcp->vcp', waves, rng.normal(0, 0.0004, (4, 3, 486))).astype(np.float32)
    parents = np.array([2**32 - 1, *SMPLX_PARENTS[1:]], dtype=np.uint32)
    return {
        'v_template': vertices @ TURN,
        'f': model.faces.astype(np.uint32),
        'shapedirs': shapes,
        'posedirs': corrections,
        'J_regressor': regressor,
        'weights': weights,
        'kintree_table': np.stack([parents, np.arange(55, dtype=np.uint32)]),
        'hands_meanl': rng.normal(0, 0.05, 45),
        'hands_meanr': rng.normal(0, 0.05, 45),
    }


def made_landmarks() -> dict[str, int]:
    """Return the vertices of anny's mesh nearest to its own joints."""
    model = anny()
    joints = model.joints(model.template, model.template_heads)
    _, nearest = cKDTree(model.template).query(joints)
    return {name: int(nearest[ROW[name]]) for name in OFFICIAL_LANDMARKS}


@pytest.fixture(scope='module')
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('models')
    np.savez(folder / 'SMPLX_NEUTRAL.npz', **made_fields())
    return folder


@pytest.fixture(scope='module')
def model(model_path: Path) -> SMPLXBody:
    return BODIES.build({'type': 'SMPLXBody', 'model_path': str(model_path), 'landmarks': made_landmarks()})


def reference(betas: np.ndarray, pose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices and joints in the files' axes: equations 1 to 4 of Pavlakos et al. 2019, one joint at a time.

    Args:
        betas: ``(N,)``.
        pose: Rotations of the 55 joints in their parents' frames ``(55, 3, 3)``.
    """
    f = {name: np.asarray(field, dtype=float) for name, field in made_fields().items() if name != 'kintree_table'}
    shaped = f['v_template'] + np.einsum('vcn,n->vc', f['shapedirs'][..., : len(betas)], betas)
    joints = f['J_regressor'] @ shaped
    posed = shaped + f['posedirs'] @ (pose[1:] - np.eye(3)).ravel()
    world = np.zeros((55, 4, 4))
    for k, parent in enumerate(SMPLX_PARENTS):
        here = np.eye(4)
        here[:3, :3], here[:3, 3] = pose[k], joints[k] - (joints[parent] if k else 0)
        world[k] = world[parent] @ here if k else here
    result = np.zeros_like(posed)
    for k in range(55):
        result += f['weights'][:, [k]] * ((posed - joints[k]) @ world[k, :3, :3].T + world[k, :3, 3])
    return result, world[:, :3, 3]


def _ours(model: SMPLXBody, pose: np.ndarray) -> np.ndarray:
    """Return the posers' rotations ``(B, 3, 3)`` for a pose of SMPL-X's joints."""
    world = np.zeros((55, 3, 3))
    for k, parent in enumerate(SMPLX_PARENTS):
        world[k] = world[parent] @ pose[k] if k else pose[k]
    total = TURN @ world[JOINT_OF_BONE] @ TURN.T  # a chain's bones turn as one
    from_rest = total @ model._rest.transpose(0, 2, 1)
    return np.stack([from_rest[p].T @ turn if p >= 0 else turn for turn, p in zip(from_rest, model.parents)])


@pytest.mark.parametrize('seed', range(3))
def test_posed_bodies_follow_the_papers_equations(model, seed):
    rng = np.random.default_rng(seed)
    betas = rng.normal(0, 1, 10)
    named = {f'beta_{k}': float(beta) for k, beta in enumerate(betas, start=1)}
    body = model.build(named, stature=1.7)
    pose = np.stack([rotation(rng.normal(size=3), rng.normal(0, 0.4)) for _ in range(55)])
    expected, expected_joints = reference(betas, pose)
    origin = body.scale * TURN @ expected_joints[0]
    rotations, positions = model.pose(body, _ours(model, pose), origin)
    vertices = model.skin(body, rotations, positions, body.vertices)
    np.testing.assert_allclose(positions[CARRIERS], body.scale * expected_joints @ TURN.T, atol=1e-9)
    np.testing.assert_allclose(vertices, body.scale * expected @ TURN.T, atol=1e-5)
    # Corrections matter in this test: without them the result is elsewhere.
    plain = super(SMPLXBody, model).skin(body, rotations, positions, body.vertices)
    assert np.abs(plain - vertices).max() > 1e-3
    rows = rng.choice(len(vertices), 500, replace=False)
    part = model.skin(body, rotations, positions, body.vertices[rows], rows)
    np.testing.assert_allclose(part, vertices[rows], atol=1e-9)
    # The drawn surface carries its weights with it and follows the same skin.
    drawn = model.skin(body, rotations, positions, body.vertices[rows], weights=model.weights[rows])
    np.testing.assert_allclose(drawn, vertices[rows], atol=1e-9)


def test_joints_at_rest_are_regressed_from_the_shaped_vertices(model):
    betas = np.array([0, 1.5, -1.0, *[0.0] * 7])
    body = model.build({f'beta_{k}': beta for k, beta in enumerate(betas, start=1)}, stature=1.8)
    made = made_fields()
    expected = made['J_regressor'] @ (made['v_template'] + made['shapedirs'][..., :10] @ betas) @ TURN.T
    joints = body.zero_heads[CARRIERS]
    np.testing.assert_allclose(joints - joints[0], body.scale * (expected - expected[0]), atol=1e-12)
    assert body.stature == pytest.approx(1.8, abs=1e-9)


def test_the_rest_pose_stands_still_and_cloth_keeps_its_distance(model):
    body = model.sample(np.random.default_rng(3), (20, 30))
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    rotations, positions = model.pose(body, local, body.heads[0])
    outside = body.vertices + 0.01 * np.random.default_rng(0).normal(size=body.vertices.shape)
    np.testing.assert_allclose(model.skin(body, rotations, positions, outside), outside, atol=1e-6)
    # Turned as a whole, points move rigidly, on the skin or off it.
    local[0] = turn = rotation([1, 2, 3], 0.8)
    moved = model.skin(body, *model.pose(body, local, body.heads[0]), outside)
    np.testing.assert_allclose(moved, body.heads[0] + (outside - body.heads[0]) @ turn.T, atol=1e-6)


def test_landmarks_and_joints(model):
    body = model.build({}, stature=1.7)
    joints = dict(zip(JOINT_NAMES, model.joints(body.vertices, body.heads)))
    for name, vertex in made_landmarks().items():
        np.testing.assert_array_equal(joints[name], body.vertices[vertex])
    assert set(made_landmarks()) == set(OFFICIAL_LANDMARKS)
    for side, suffix in (('left', 'L'), ('right', 'R')):
        for joint, bone in (('shoulder', 'upperarm01'), ('elbow', 'lowerarm01'), ('knee', 'lowerleg01')):
            head = body.heads[model.bone[f'{bone}.{suffix}']]
            np.testing.assert_allclose(joints[f'{side}_{joint}'], head, atol=1e-12)
    np.testing.assert_allclose(joints['head_top'], body.vertices[body.vertices[:, 2].argmax()], atol=1e-12)
    # The chin is where it is on anny, whose mesh this is.
    assert np.linalg.norm(model.template[model.chin_vertex()] - model.template[anny().chin_vertex()]) < 0.01
    x, y, z = (dict(zip(JOINT_NAMES, axis)) for axis in np.stack(list(joints.values())).T)
    assert all(x[name] < 0 for name in JOINT_NAMES if name.startswith('left_'))
    assert all(x[name] > 0 for name in JOINT_NAMES if name.startswith('right_'))
    assert y['left_toe'] > y['left_ankle'] + 0.1
    chain = ['head_top', 'nose', 'chin', 'neck', 'chest', 'spine', 'pelvis', 'left_knee', 'left_ankle']
    assert [z[name] for name in chain] == sorted((z[name] for name in chain), reverse=True)


def test_whole_body_points_are_feet_hands_and_chin(model, model_path):
    feet = {'left_small_toe': 3, 'left_heel': 4, 'right_small_toe': 5, 'right_heel': 6}
    own = SMPLXBody(model_path, landmarks=made_landmarks() | feet)
    body = own.build({}, stature=1.7)
    points = dict(zip(POINT_NAMES, own.wholebody(body.vertices, body.heads)))
    for name, vertex in feet.items():
        np.testing.assert_array_equal(points[name], body.vertices[vertex])
    lacking = {name for name, point in points.items() if np.isnan(point).any()}
    assert lacking == {f'face-{k}' for k in range(68) if k != 8}
    np.testing.assert_array_equal(points['face-8'], body.vertices[own.chin_vertex()])
    np.testing.assert_allclose(points['left_thumb1'], body.heads[own.bone['finger1-1.L']], atol=1e-12)
    # Landmarks of one's own may lack small toes and heels.
    others = dict(zip(POINT_NAMES, model.wholebody(body.vertices, body.heads)))
    assert lacking | set(feet) == {name for name, point in others.items() if np.isnan(point).any()}


def test_the_rest_pose_lets_arms_hang_and_elbows_bend_ahead(model):
    heads, bone = model.template_heads, model.bone
    for side, sign in (('L', -1), ('R', 1)):
        shoulder, elbow, wrist = (heads[bone[f'{name}.{side}']] for name in ('upperarm01', 'lowerarm01', 'wrist'))
        arm = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
        np.testing.assert_allclose(arm, [sign * np.cos(0.84), 0, -np.sin(0.84)], atol=1e-3)
        assert wrist[1] > elbow[1] + 0.05
        assert wrist[2] < elbow[2]


def test_eyes_are_what_follows_the_eyes(model):
    for side in 'LR':
        both = model.face_parts(f'eye_front.{side}', f'eye_back.{side}')
        np.testing.assert_array_equal(both, anny().face_parts(f'eye_front.{side}', f'eye_back.{side}'))
        front = model.template[model.faces[model.face_parts(f'eye_front.{side}')]].mean(axis=(0, 1))
        back = model.template[model.faces[model.face_parts(f'eye_back.{side}')]].mean(axis=(0, 1))
        assert front[1] > back[1] + 0.005
    assert not model.face_parts('tongue', 'mouth_cavity').any()
    with pytest.raises(ValueError, match="'ear'"):
        model.face_parts('ear')


def test_sampled_bodies(model):
    bodies = [model.sample(np.random.default_rng(k), (25, 25)) for k in range(20)]
    again = model.sample(np.random.default_rng(4), (25, 25))
    np.testing.assert_array_equal(again.vertices, bodies[4].vertices)
    assert again.phenotypes == bodies[4].phenotypes
    betas = np.array([[body.phenotypes[f'beta_{k}'] for k in range(1, 11)] for body in bodies])
    assert np.abs(betas).max() <= 2
    assert betas[:, 1:].std() == pytest.approx(0.9, abs=0.12)  # N(0, 1) clipped at 2 has 0.96
    women, men = ([body.stature for body in bodies if body.sex == sex] for sex in ('female', 'male'))
    assert np.mean(women) == pytest.approx(1.63, abs=0.06)
    assert np.mean(men) == pytest.approx(1.76, abs=0.06)
    # Adults of the model's own range of statures are not scaled, children are.
    assert model.build({}, stature=1.65).scale == pytest.approx(1, abs=0.02)
    child = model.sample(np.random.default_rng(0), (8, 8))
    assert child.stature == pytest.approx(1.27, abs=0.12)
    assert child.scale < 0.9


@pytest.mark.parametrize('movement', ['listening', None])
def test_people_are_posed_and_dressed(model_path, movement):
    body = {'type': 'SMPLXBody', 'model_path': str(model_path), 'landmarks': made_landmarks()}
    factory = PersonFactory(roster=None, body=body)
    rng = np.random.default_rng(0)
    person = factory.sample_seated(rng, Seat(), movement) if movement else factory.sample_standing(rng)
    for name, vertex in made_landmarks().items():
        np.testing.assert_allclose(person.joints[ROW[name]], person.skin[vertex], atol=1e-6)
    assert all(np.isfinite(mesh.vertices).all() for mesh in person.meshes)
    # Skin, hair and clothes lie around the bare body, which has the corrections of the pose.
    tree = cKDTree(person.skin)
    drawn = np.concatenate([mesh.vertices for mesh in person.meshes if mesh.parts is not None])
    assert np.quantile(tree.query(drawn)[0], 0.5) < 0.02
    _, y, z = (dict(zip(JOINT_NAMES, axis)) for axis in person.joints.T)
    assert z['head_top'] > z['neck'] > z['pelvis'] > z['left_ankle']
    assert y['nose'] > y['left_ear']
    lowest = person.skin[:, 2].min()
    assert lowest == pytest.approx(0, abs=0.03)
    if movement:
        assert z['pelvis'] == pytest.approx(Seat().seat_height + 0.1, abs=0.1)
        assert y['left_knee'] > y['left_hip'] + 0.2


def test_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'smpl-x\.is\.tue\.mpg\.de.*model_path') as caught:
        BODIES.build({'type': 'SMPLXBody', 'model_path': str(tmp_path), 'gender': 'female'})
    assert 'SMPLX_FEMALE.npz' in str(caught.value)


def test_another_topology_needs_landmarks(model_path):
    with pytest.raises(ValueError, match='13718 vertices'):
        SMPLXBody(model_path)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({}, "SMPLXBody: missing a required argument: 'model_path'"),
        ({'model_path': '.', 'betas': 3}, "SMPLXBody: got an unexpected keyword argument 'betas'"),
        ({'model_path': '.', 'gender': 'both'}, "unknown gender 'both'"),
    ],
)
def test_options_are_checked_without_loading(options, message):
    with pytest.raises(ValueError, match=message):
        SMPLXBody.check(**options)


def test_a_missing_file_is_told_without_loading(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no SMPL-X model \(SMPLX_MALE\.npz\)'):
        SMPLXBody.check(model_path=tmp_path, gender='male')
    (tmp_path / 'SMPLX_MALE.npz').write_text('anything')
    SMPLXBody.check(model_path=tmp_path, gender='male')
