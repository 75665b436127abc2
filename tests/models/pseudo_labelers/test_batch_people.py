import numpy as np
import pytest

from synpose.models.pseudo_labelers.batch_people import STATES, BatchPeople

JOINTS = [10, 20, 2, *[0] * 48]


@pytest.fixture
def people():
    records = [
        [dict(id=5, bbox=[1, 2, 10, 20], keypoints=JOINTS), dict(id=6, bbox=[0, 0, 9, 9], keypoints=[0] * 51)],
        [],
        [dict(id=7, keypoints=JOINTS, iscrowd=1), dict(id=8, bbox=[3, 4, 5, 6])],
    ]
    none = np.zeros((0, 4)), np.zeros(0)
    found = [none, (np.array([[1.0, 2, 3, 4]]), np.array([0.7])), none]
    return BatchPeople.gather(records, found, [(100, 50), (200, 60), (300, 70)])


def test_annotated_and_found_people_are_gathered(people):
    assert people.images.tolist() == [0, 0, 2, 2, 1]
    assert people.sizes[:, 0].tolist() == [100, 100, 300, 300, 200]
    assert people.ids == [5, 6, 7, 8, None]
    assert people.boxes[[0, 3, 4]].tolist() == [[1, 2, 11, 22], [3, 4, 8, 10], [1, 2, 3, 4]]
    assert np.isnan(people.boxes[2]).all()
    assert people.annotated.tolist() == [True, True, True, False, False]
    assert people.box_scores.tolist() == [1, 1, 1, 1, 0.7]
    assert [STATES[k] for k in people.states()] == ['labeled', 'no_joints', 'crowd', 'no_joints', 'no_joints']


def test_a_teachers_body_is_for_those_who_have_none(people):
    people.points[:, :17], people.scores[:, :17], people.predicted[:, :17] = 30.0, 0.5, True
    people.scores[4, 3] = 0.3
    people.points[4, 4] = np.nan
    people.points[4, 5] = 300.0
    before = people.joints.copy()
    people.take_body(0.35)
    assert np.array_equal(people.joints[:3], before[:3])
    assert people.joints[3].tolist() == [[30, 30, 2]] * 17
    assert np.flatnonzero(people.joints[4, :, 2] == 0).tolist() == [3, 4, 5]
    assert [STATES[k] for k in people.states()] == ['labeled', 'no_joints', 'crowd', 'labeled', 'labeled']


def test_nobody():
    people = BatchPeople.gather([[]], [(np.zeros((0, 4)), np.zeros(0))], [(10, 10)])
    assert len(people) == 0
    assert people.states().shape == (0,)
    assert people.points.shape == (0, 133, 2)
