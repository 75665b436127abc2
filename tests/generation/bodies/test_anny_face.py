"""The 68 points against what is known of a face: its order, its symmetry, and the features that people get."""

import numpy as np
import pytest

from synpose.generation.bodies.anny_body import AnnyBody
from synpose.generation.bodies.anny_face import FACE_VERTICES, NUM_VERTICES
from synpose.generation.bodies.wholebody import POINT_NAMES
from synpose.generation.people.regions import Regions
from synpose.skeletons import JOINT_NAMES

# Mirror image of each point, as MMPose's coco_wholebody_face swaps them.
MIRROR = [
    *range(16, -1, -1),
    *range(26, 16, -1),
    *range(27, 31),
    *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
]


@pytest.fixture(scope='module')
def model() -> AnnyBody:
    return AnnyBody()


@pytest.fixture(scope='module')
def points(model: AnnyBody) -> dict[str, np.ndarray]:
    """The points of the mean body by name: x to its right, y ahead, z up, m."""
    return dict(zip(POINT_NAMES, model.wholebody(model.template, model.template_heads)))


@pytest.fixture(scope='module')
def face(points: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([points[f'face-{number}'] for number in range(68)])


def test_all_points_are_defined(points):
    assert len(points) == 116
    assert all(np.isfinite(point).all() for point in points.values())
    assert len(FACE_VERTICES) == 68
    assert max(map(max, FACE_VERTICES)) < NUM_VERTICES


def test_the_face_is_symmetric(face):
    np.testing.assert_allclose(face[MIRROR] * (-1, 1, 1), face, atol=2e-5)


def test_they_lie_on_the_outer_skin_of_the_head(model):
    outer = np.unique(model.faces[model.face_parts('head')])
    used = [vertex for vertices in FACE_VERTICES for vertex in vertices]
    assert set(used) <= set(outer.tolist())
    assert (model.share('head')[used] > 0.9).all()


def test_the_jaw_goes_from_ear_to_chin(model, points, face):
    x, y, z = face[:9].T
    assert (np.diff(x) < 0).all()  # from the right ear inwards
    assert (np.diff(z) < 0).all()  # and down
    joints = dict(zip(JOINT_NAMES, model.joints(model.template, model.template_heads)))
    np.testing.assert_array_equal(points['face-8'], joints['chin'])
    assert abs(z[0] - joints['right_eye'][2]) < 0.01
    ear = joints['right_ear']
    assert ear[1] < y[0] < ear[1] + 0.04  # just ahead of the ear
    # Seen from the front it is the outline of the face: little of the head's skin ahead of it lies further out.
    skin = model.template[np.unique(model.faces[model.face_parts('head')])]
    for number in range(4):
        level = skin[(np.abs(skin[:, 2] - z[number]) < 0.006) & (skin[:, 1] > y[number] - 0.003)]
        assert level[:, 0].max() < x[number] + 0.004, number


def test_steps_along_the_jaw_are_even(face):
    steps = np.linalg.norm(np.diff(face[:17, [0, 2]], axis=0), axis=1)
    assert steps.max() < 1.8 * steps.min()


def test_brows_lie_in_the_painted_brows(model, face):
    """Painted where `Regions.brow` is positive: 8 mm high."""
    regions = Regions(model)
    for number in range(17, 27):
        inside = regions.brow[list(FACE_VERTICES[number])]
        assert inside.mean() > -0.0015, number
    right = face[17:22]
    assert (np.diff(right[:, 0]) < -0.007).all()
    # From end to end: none of the paint reaches further than 2 mm beyond.
    paint = model.template[(regions.brow > 0) & (model.template[:, 0] > 0)]
    assert right[0, 0] > paint[:, 0].max() - 0.002
    assert right[-1, 0] < paint[:, 0].min() + 0.002


def test_the_nose_runs_down_the_middle_to_its_tip(model, face):
    bridge = face[27:31]
    np.testing.assert_allclose(bridge[:, 0], 0, atol=1e-5)
    steps = np.diff(bridge[:, 2])
    np.testing.assert_allclose(steps, steps.mean(), atol=0.003)
    head = model.template[np.unique(model.faces[model.face_parts('head')])]
    assert bridge[-1, 1] == pytest.approx(head[:, 1].max(), abs=1e-4)  # nothing of the head is further ahead
    eyes = face[36:48, 2].mean()
    assert abs(bridge[0, 2] - eyes) < 0.005
    base = face[31:36]
    assert (np.diff(base[:, 0]) < -0.004).all()
    assert (base[:, 2] < bridge[-1, 2] - 0.005).all()
    assert base[2, 2] == base[:, 2].min()  # the septum's foot is the lowest


@pytest.mark.parametrize(('first', 'side', 'sign'), [(36, 'R', 1), (42, 'L', -1)])
def test_eyes(model, face, first, side, sign):
    eye = face[first : first + 6]
    ball = model.template[np.unique(model.faces[model.face_parts(f'eye_front.{side}')])]
    x = eye[:, 0]
    assert x[0] == x.max()
    assert x[3] == x.min()
    # The opening, not the ball, which is wider behind the lids; points go clockwise as the viewer sees them.
    upper, lower = eye[[1, 2]], eye[[5, 4]]
    np.testing.assert_allclose(upper[:, 0], lower[:, 0], atol=0.0015)
    assert (upper[:, 2] - lower[:, 2] > 0.006).all()
    assert (upper[:, 2] - lower[:, 2] < 0.013).all()
    assert abs(eye[1:3, 2].mean() + eye[4:6, 2].mean() - 2 * ball[:, 2].mean()) < 0.006
    np.testing.assert_allclose(np.diff(x[[0, 1, 2, 3]]), -np.ptp(x) / 3, atol=0.0025)  # thirds
    assert sign * x.mean() > 0.025


def test_lips(model, face):
    outer, inner = face[48:60], face[60:68]
    regions = Regions(model)
    for number in (*range(49, 54), *range(55, 60)):  # the border of the painted lips
        assert abs(regions.lips[FACE_VERTICES[number][0]]) < 0.01, number  # .05 times the share of the radius: 2 mm
    assert (np.diff(outer[:7, 0]) < 0).all()  # from the right corner over the top to the left one
    assert (np.diff(outer[6:, 0]) > 0).all()  # and back below
    top, bottom, left, right = outer[3], outer[9], outer[6], outer[0]
    np.testing.assert_allclose([top[0], bottom[0]], 0, atol=1e-5)
    assert top[2] < outer[2, 2]  # Cupid's bow
    assert right[0] == pytest.approx(-left[0], abs=2e-5)
    # The inner points lie between, and the mouth is closed: upper and lower ones meet.
    assert (inner[:, 2] < top[2]).all()
    assert (inner[:, 2] > bottom[2]).all()
    assert np.abs(inner[:, 0]).max() < right[0]
    np.testing.assert_allclose(inner[1:4, 2], inner[[7, 6, 5], 2], atol=0.0005)
    assert (inner[1:4, 2] >= inner[[7, 6, 5], 2]).all()


def test_hands_and_feet_are_in_order(points):
    for side, sign in (('left', -1), ('right', 1)):
        toe, small, heel = (points[f'{side}_{name}'] for name in ('big_toe', 'small_toe', 'heel'))
        assert toe[1] > small[1] > heel[1] + 0.1
        assert sign * (small[0] - toe[0]) > 0.02  # further out
        root = points[f'{side}_hand_root']
        for finger in ('thumb', 'forefinger', 'middle_finger', 'ring_finger', 'pinky_finger'):
            chain = np.stack([points[f'{side}_{finger}{k}'] for k in (1, 2, 3, 4)])
            reach = np.linalg.norm(chain - root, axis=1)
            assert (np.diff(reach) > 0.005).all(), finger
            assert reach[0] < 0.12


def test_another_topology_is_refused(model, monkeypatch):
    monkeypatch.setattr('synpose.generation.bodies.anny_body.NUM_VERTICES', 19158)
    with pytest.raises(ValueError, match=r'13718 vertices.*chosen on 19158'):
        model.surface_points()
