"""No face is left: whichever joints are missing, the region covers the head."""

from itertools import combinations, product

import numpy as np
import pytest

from synpose.reporting.classroom.faces import face_boxes, head_joints, hide_faces
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_NAMES, WHOLEBODY133_NAMES

# A student in an image, px: the head is a circle of radius 14 around (100, 60), the box goes down to the desk.
HEAD, RADIUS = np.array([100.0, 60.0]), 14.0
BOX = np.array([65.0, 42.0, 70.0, 110.0])
FRONT = {
    'nose': (100, 62),
    'left_eye': (105, 57),
    'right_eye': (95, 57),
    'left_ear': (113, 60),
    'right_ear': (87, 60),
    'left_shoulder': (125, 90),
    'right_shoulder': (75, 90),
    'top_head': (100, 46),
    'neck': (100, 84),
}
# Seen from the left side: everything close together, the shoulders one behind the other.
SIDE = {
    'nose': (112, 62),
    'left_eye': (109, 58),
    'right_eye': (110, 58),
    'left_ear': (99, 60),
    'right_ear': (100, 60),
    'left_shoulder': (101, 90),
    'right_shoulder': (99, 90),
    'top_head': (100, 46),
    'neck': (99, 84),
}


def pose_of(places: dict, names: tuple[str, ...]) -> np.ndarray:
    return np.array([(*places.get(name, (100, 120)), 0.9) for name in names], dtype=float)


def covers_head(face: np.ndarray) -> bool:
    angles = np.linspace(0, 2 * np.pi, 60)
    rim = HEAD + RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return bool(((rim >= face[:2]) & (rim <= face[2:])).all())


@pytest.mark.parametrize('places', [FRONT, SIDE], ids=['front', 'side'])
@pytest.mark.parametrize('names', [COCO17_NAMES, CROWDPOSE14_NAMES], ids=['coco', 'crowdpose'])
def test_whichever_joints_are_missing_the_head_is_covered(places: dict, names: tuple[str, ...]) -> None:
    pose = pose_of(places, names)
    known = [k for k, name in enumerate(names) if name in places]
    for count in range(len(known) + 1):
        for missing in combinations(known, count):
            seen = pose.copy()
            seen[list(missing), 2] = 0.01
            (face,) = face_boxes(seen[None], names, BOX[None])
            assert covers_head(face), [names[k] for k in missing]


def test_with_all_joints_the_body_is_left() -> None:
    (face,) = face_boxes(pose_of(FRONT, COCO17_NAMES)[None], COCO17_NAMES, BOX[None])
    assert face[3] < 100  # the shoulders are at 90
    assert face[2] - face[0] < 60


def test_one_joint_of_the_head_widens_the_region_of_the_box() -> None:
    """A head that rests on the desk, below the upper part of the box."""
    pose = np.zeros((17, 3))
    pose[0] = (100, 140, 0.9)
    (face,) = face_boxes(pose[None], COCO17_NAMES, BOX[None])
    np.testing.assert_allclose(face, [65, 42, 135, 157.5])
    pose[0, 2] = 0.0
    np.testing.assert_allclose(face_boxes(pose[None], COCO17_NAMES, BOX[None])[0], [65, 42, 135, 86])


def test_joints_that_are_not_numbers_count_as_missing() -> None:
    pose = pose_of(FRONT, COCO17_NAMES)
    pose[:5, 0] = np.nan
    assert covers_head(face_boxes(pose[None], COCO17_NAMES, BOX[None])[0])
    assert face_boxes(np.zeros((0, 17, 3)), COCO17_NAMES, np.zeros((0, 4))).shape == (0, 4)


def test_joints_of_the_head_by_skeleton() -> None:
    assert head_joints(COCO17_NAMES).sum() == 5
    assert head_joints(CROWDPOSE14_NAMES).sum() == 1
    assert head_joints(JOINT_NAMES).sum() == 7
    assert head_joints(WHOLEBODY133_NAMES).sum() == 5 + 68


def test_hidden_means_few_colors_and_the_rest_is_untouched() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)
    before = image.copy()
    hide_faces(image, np.array([[10.2, 20, 40, 50]]))
    assert len(np.unique(image[20:50, 10:40].reshape(-1, 3), axis=0)) <= 16
    outside = np.ones((60, 80), bool)
    outside[20:50, 10:40] = False
    np.testing.assert_array_equal(image[outside], before[outside])
    # of a face, means of quarters are left: no stripe survives
    stripes = np.zeros((40, 40, 3), np.uint8)
    stripes[:, ::2] = 255
    hide_faces(stripes, np.array([[0, 0, 40, 40]]))
    assert np.ptp(stripes) < 5


def test_regions_at_the_edge_and_outside() -> None:
    for face in product((-20, 70), (-20, 50), (5, 90), (5, 70)):
        image = np.full((60, 80, 3), 9, np.uint8)
        hide_faces(image, np.array([face], dtype=float))
        assert (image == 9).all()
    hide_faces(np.zeros((4, 4, 3), np.uint8), np.zeros((0, 4)))
