import numpy as np
import pytest

from synpose.reporting.classroom.looking import DIRECTIONS, looking_directions
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES

FRONT = {'nose': (0, 2), 'left_eye': (5, -3), 'right_eye': (-5, -3), 'left_ear': (13, 0), 'right_ear': (-13, 0)}


def pose(**changes: tuple[float, float] | None) -> np.ndarray:
    points = np.zeros((17, 3))
    for name, place in {**FRONT, **changes}.items():
        if place is not None:
            points[COCO17_NAMES.index(name)] = (100 + place[0], 50 + place[1], 0.9)
    return points


@pytest.mark.parametrize(
    ('changes', 'expected'),
    [
        ({}, 'to the camera'),
        ({'nose': (4.5, 2)}, 'to the camera'),  # .346 of half the ears' distance
        ({'nose': (4.7, 2)}, 'right'),
        ({'nose': (-4.7, 2)}, 'left'),
        ({'nose': (0, 15.5)}, 'to the camera'),
        ({'nose': (0, 15.8)}, 'down'),
        ({'left_ear': None}, 'right'),  # the nose lies to the right of the one ear
        ({'right_ear': None}, 'left'),
        ({'left_ear': None, 'right_ear': None}, 'to the camera'),
        ({'left_ear': None, 'right_ear': None, 'nose': (4, 2)}, 'right'),
        ({'nose': None, 'left_eye': None, 'right_eye': None}, 'away'),
        ({'nose': None}, 'unknown'),
        ({'left_eye': None, 'left_ear': None, 'right_ear': None}, 'unknown'),
        (dict.fromkeys(FRONT), 'unknown'),
    ],
)
def test_directions(changes: dict, expected: str) -> None:
    assert looking_directions(pose(**changes)[None], COCO17_NAMES) == [expected]
    assert expected in DIRECTIONS


def test_mirrored_people_look_the_other_way() -> None:
    for changes in ({'nose': (6, 2)}, {'left_ear': None}, {'nose': (0, 16)}):
        found = pose(**changes)
        mirrored = found[[0, 2, 1, 4, 3, *range(5, 17)]].copy()
        mirrored[:, 0] = np.where(mirrored[:, 2] > 0, 200 - mirrored[:, 0], 0)
        first, other = looking_directions(np.stack([found, mirrored]), COCO17_NAMES)
        assert other == {'left': 'right', 'right': 'left'}.get(first, first)


def test_skeletons_without_a_face_do_not_look() -> None:
    assert looking_directions(np.ones((2, 14, 3)), CROWDPOSE14_NAMES) == ['unknown'] * 2
    assert looking_directions(np.zeros((0, 17, 3)), COCO17_NAMES) == []
