"""The results folder a test run leaves behind."""

import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from synpose.engine.hooks.results_hook import ResultsHook, to_behavior_result, to_coco_result


def make_sample(num_people, with_boxes):
    keypoints = np.arange(num_people * 4, dtype=np.float32).reshape(num_people, 2, 2)
    instances = InstanceData(keypoints=keypoints, keypoint_scores=np.full((num_people, 2), 0.25, dtype=np.float32))
    if with_boxes:
        instances.bboxes = np.tile(np.array([[1, 2, 4, 8]], dtype=np.float32), (num_people, 1))
    sample = PoseDataSample(metainfo={'img_id': 7})
    sample.pred_instances = instances
    return sample


def test_result_entries_are_coco_results():
    entries = to_coco_result(make_sample(2, with_boxes=False))
    assert entries[1] == {
        'image_id': 7,
        'category_id': 1,
        'keypoints': [4.0, 5.0, 0.25, 6.0, 7.0, 0.25],
        'score': 0.25,
        'bbox': [4.0, 5.0, 2.0, 2.0],
    }


def test_boxes_of_the_model_are_kept():
    assert to_coco_result(make_sample(1, with_boxes=True))[0]['bbox'] == [1.0, 2.0, 3.0, 6.0]


def test_an_image_without_people_has_no_entries():
    assert to_coco_result(make_sample(0, with_boxes=False)) == []


def test_a_model_without_joints_has_no_entries():
    assert to_coco_result(PoseDataSample(metainfo={'img_id': 7})) == []


def test_what_a_classifier_says_of_a_student():
    pose = np.arange(6, dtype=float).reshape(2, 3)
    info = {
        'img_id': 7,
        'id': 3,
        'behavior': 'reading',
        'matched': True,
        'bbox': np.array([1.0, 2, 3, 4]),
        'pose': pose,
    }
    sample = PoseDataSample(metainfo=info)
    sample.set_field(1, 'gt_label')
    sample.set_field(0, 'pred_label')
    sample.set_field(np.array([0.75, 0.25], np.float32), 'pred_scores')
    assert to_behavior_result(sample) == [
        {
            'image_id': 7,
            'id': 3,
            'behavior': 'reading',
            'label': 1,
            'predicted': 0,
            'scores': [0.75, 0.25],
            'matched': True,
            'bbox': [1.0, 2.0, 3.0, 4.0],
            'keypoints': [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
        }
    ]


@pytest.mark.parametrize('name', ['', 'a/b', '..'])
def test_name_must_be_a_folder_name(name):
    with pytest.raises(ValueError, match='plain folder name'):
        ResultsHook(name=name)
