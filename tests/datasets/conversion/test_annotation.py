"""AnnotationMaker: joints by name, and what lies outside the image."""

import numpy as np
import pytest

from synpose.datasets.conversion.annotation import AnnotationMaker
from synpose.datasets.conversion.source import BadRecordError, SourcePerson
from synpose.skeletons import JOINT_NAMES, WHOLEBODY133_NAMES


def make(names, joints, box=(1, 1, 8, 8), size=(20, 10), clip=False, renames=None, **kwargs):
    person = SourcePerson(3, np.array(joints, float), box, **kwargs)
    return AnnotationMaker(names, renames or {}, False).make(person, 5, size, clip)


def joint(annotation, name):
    start = 3 * JOINT_NAMES.index(name)
    return annotation['keypoints'][start : start + 3]


def test_joints_go_by_name():
    found = make(['neck', 'left_elbow', 'tail'], [[1, 2, 1], [3.5, 4, 2], [9, 9, 2]])
    assert (joint(found, 'neck'), joint(found, 'left_elbow')) == ([1, 2, 1], [3.5, 4, 2])
    assert (sum(value != 0 for value in found['keypoints']), found['num_keypoints']) == (6, 2)
    told = {'id': 5, 'image_id': 3, 'category_id': 1, 'iscrowd': 0, 'stencil_id': 0, 'is_synthetic': False}
    assert found.items() >= told.items()
    assert all(type(value) is int for value in joint(found, 'neck'))


def test_joints_outside_the_image_are_absent():
    places = [[-1, 0, 2], [20, 10, 1], [-1.5, 4, 2], [20.5, 4, 1], [4, 11, 2], [3, 3, 0]]
    names = ['nose', 'neck', 'left_eye', 'right_eye', 'left_ear', 'chin']
    found = make(names, places)
    assert [joint(found, name)[2] for name in names] == [2, 1, 0, 0, 0, 0]
    assert [joint(found, name) for name in names[2:]] == [[0, 0, 0]] * 4


def test_renames():
    for other in ('neck', 'head_top', 'top_head'):  # also where another joint has the name
        found = make(['head', other], [[1, 1, 2], [5, 5, 2]], renames={'head': 'head_top'})
        assert joint(found, 'head_top') == [1, 1, 2]
        assert (joint(found, 'neck') == [5, 5, 2]) == (other == 'neck')
    assert AnnotationMaker(['head', 'head_top'], {'head': 'head_top'}, False).unused == ['head_top']
    sides = {'left_hip': 'right_hip', 'right_hip': 'left_hip'}
    found = make(list(sides), [[1, 1, 2], [5, 5, 2]], renames=sides)
    assert (joint(found, 'left_hip'), joint(found, 'right_hip')) == ([5, 5, 2], [1, 1, 2])


def test_what_has_no_counterpart_is_told():
    maker = AnnotationMaker(['thorax', 'neck', 'top_head'], {}, False)
    assert maker.unused == ['thorax']
    assert set(JOINT_NAMES) - set(maker.absent) == {'neck', 'head_top'}
    with pytest.raises(ValueError, match='no joint is known by its name: thorax'):
        AnnotationMaker(['thorax'], {}, False)
    with pytest.raises(ValueError, match='unique'):
        AnnotationMaker(['thorax', 'throat'], {'thorax': 'neck', 'throat': 'neck'}, False)


def test_whole_bodies_keep_their_fields():
    joints = np.column_stack([np.arange(133) / 10, np.arange(133) / 20, np.full(133, 2)])
    joints[91:112, 2] = 0  # no left hand
    found = make(WHOLEBODY133_NAMES, joints)
    lists = [found[f'{part}_kpts'] for part in ('foot', 'face', 'lefthand', 'righthand')]
    joints[91:112] = 0
    np.testing.assert_allclose(np.concatenate(lists), joints[17:].ravel())
    assert [found[f'{part}_valid'] for part in ('foot', 'face', 'lefthand', 'righthand')] == [True, True, False, True]
    assert joint(found, 'left_toe') == [1.7, 0.85, 2]
    assert 'foot_kpts' not in make(JOINT_NAMES, np.ones((59, 3)))


def test_boxes():
    found = make(['neck'], [[1, 1, 2]], box=(-4, 2, 10, 20), clip=True)
    assert (found['bbox'], found['area']) == ([0, 2, 6, 8], pytest.approx(0.53 * 48))
    assert make(['neck'], [[1, 1, 2]], box=(-4, 2, 10, 20))['bbox'] == [-4, 2, 10, 20]
    assert make(['neck'], [[1, 1, 2]], fields={'area': 7})['area'] == 7
    with pytest.raises(BadRecordError, match='bbox: must have a positive area'):
        make(['neck'], [[1, 1, 2]], box=(-4, 2, 3, 3), clip=True)
    with pytest.raises(BadRecordError, match='bbox: lies outside the image'):
        make(['neck'], [[1, 1, 2]], box=(-4, 2, 3, 3))
