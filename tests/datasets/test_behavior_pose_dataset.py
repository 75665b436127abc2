"""Students, poses and behaviors: matched by box, one student a sample, nobody on both sides of a split."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.datasets import BehaviorPoseDataset
from synpose.evaluation.functional import pose_boxes
from synpose.files import write_json
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_NAMES, map_keypoints
from synpose.testing import write_pose_results, write_synpose_dataset

MARGINS = (0.2, 0.2, 0.2, 0.2)
PIPELINE = [{'type': 'NormalizePoseByBox'}, {'type': 'PackPoseSequence'}]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = write_synpose_dataset(tmp_path / 'data', num_images=4, splits=('train', 'val'))
    for split in ('train', 'val'):
        write_pose_results(tmp_path / f'{split}.json', folder / f'annotations/{split}.json')
    return folder


@pytest.fixture
def build(root: Path) -> Callable[..., BehaviorPoseDataset]:
    def make(**options: Any) -> BehaviorPoseDataset:
        config = dict(
            type='BehaviorPoseDataset',
            data_root=str(root),
            ann_file='annotations/train.json',
            predictions=str(root.parent / 'train.json'),
            margins=MARGINS,
            pipeline=PIPELINE,
        )
        return DATASETS.build({**config, **options})

    return make


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_every_student_gets_the_pose_of_its_box(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    dataset = build(test_mode=True)
    people = read(root / 'annotations/train.json')['annotations']
    poses = read(root.parent / 'train.json')
    assert len(dataset) == len(people) == 12
    assert dataset.metainfo['classes'] == ('hand_raised', 'reading', 'writing')
    assert dataset.metainfo['pose_margins'] == MARGINS
    for place, (person, pose) in enumerate(zip(people, poses)):
        info = dataset.get_data_info(place)
        assert (info['id'], info['img_id'], info['matched']) == (person['id'], person['image_id'], True)
        assert dataset.metainfo['classes'][info['gt_label']] == info['behavior'] == person['behavior']
        joints = np.reshape(pose['keypoints'], (17, 3))
        np.testing.assert_array_equal(info['pose'], joints)
        np.testing.assert_array_equal(info['keypoints'][0], joints[:, :2])
        np.testing.assert_array_equal(info['keypoint_scores'][0], joints[:, 2])
        box = pose_boxes(joints[None, :, :2], joints[None, :, 2], (192, 128), MARGINS)[0]
        np.testing.assert_allclose(info['bbox'], box)
        assert info['img_path'] == str(root / 'images' / f'{person["image_id"]:06d}.png')
    assert dataset[0]['inputs'].shape == (3, 1, 17, 1)


def test_unmatched_students_stay_in_tests_and_go_in_training(
    build: Callable[..., BehaviorPoseDataset], root: Path
) -> None:
    poses = read(root.parent / 'train.json')
    # The second person's pose is far off, the image of the last three was never predicted.
    poses[1]['keypoints'] = (np.array(poses[1]['keypoints']) + np.tile([60, 60, 0], 17)).tolist()
    write_json(root.parent / 'some.json', poses[:9])
    predictions = str(root.parent / 'some.json')
    tested, trained = (build(predictions=predictions, test_mode=mode) for mode in (True, False))
    flags = [tested.get_data_info(place)['matched'] for place in range(12)]
    assert flags == [True, False, *[True] * 7, False, False, False]
    assert [trained.get_data_info(place)['id'] for place in range(len(trained))] == [1, 3, 4, 5, 6, 7, 8, 9]
    missed = tested.get_data_info(1)
    np.testing.assert_array_equal(missed['bbox'], read(root / 'annotations/train.json')['annotations'][1]['bbox'])
    assert np.abs(missed['pose']).max() == np.abs(tested[1]['inputs']).max() == 0


def test_a_box_goes_to_one_pose_and_scores_decide(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    poses = read(root.parent / 'train.json')
    double = {**poses[0], 'score': 0.95, 'keypoints': (np.array(poses[0]['keypoints']) + 1e-3).tolist()}
    write_json(root.parent / 'double.json', [*poses, double])
    dataset = build(predictions=str(root.parent / 'double.json'), test_mode=True)
    assert len(dataset) == 12
    np.testing.assert_allclose(dataset.get_data_info(0)['pose'].ravel(), double['keypoints'])
    low = build(score_thr=0.895, test_mode=True)
    assert sum(low.get_data_info(place)['matched'] for place in range(12)) == 6  # .9, .899, ... .895


@pytest.mark.parametrize(('share', 'matched'), [(0.49, False), (0.5, True)])
def test_half_of_the_union_is_a_match(
    build: Callable[..., BehaviorPoseDataset], root: Path, share: float, matched: bool
) -> None:
    content, pose = read(root / 'annotations/train.json'), read(root.parent / 'train.json')[0]
    corners = np.array([[40.0, 20.0], [40.0 + 100 * share, 120.0]])  # the left part of a box of 100 px
    joints = np.column_stack([corners[np.arange(17) % 2], np.ones(17)])
    content['annotations'] = [{**content['annotations'][0], 'bbox': [40.0, 20.0, 100.0, 100.0]}]
    write_json(root / 'annotations/one.json', content)
    write_json(root.parent / 'one.json', [{**pose, 'keypoints': joints.ravel().tolist()}])
    one = dict(ann_file='annotations/one.json', predictions=str(root.parent / 'one.json'), test_mode=True)
    classes = ['writing', 'reading', 'hand_raised']
    assert build(**one, margins=None, classes=classes).get_data_info(0)['matched'] is matched


def test_a_crowd_region_takes_no_pose(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    content, pose = read(root / 'annotations/train.json'), read(root.parent / 'train.json')[0]
    first = content['annotations'][0]
    joints = np.reshape(pose['keypoints'], (1, 17, 3))
    box = pose_boxes(joints[..., :2], joints[..., 2], (192, 128), MARGINS)[0]
    # It fits the pose even better than the student does.
    content['annotations'].append({**first, 'id': 99, 'iscrowd': 1, 'bbox': box.tolist()})
    write_json(root / 'annotations/crowd.json', content)
    dataset = build(ann_file='annotations/crowd.json', test_mode=True)
    assert len(dataset) == 12
    assert dataset.get_data_info(0)['matched']


def test_annotated_poses_are_the_bound(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    dataset = build(source='annotation', predictions=None, test_mode=True)
    for place, person in enumerate(read(root / 'annotations/train.json')['annotations']):
        labels = np.reshape(person['keypoints'], (59, 3)).astype(float)
        expected = map_keypoints(labels, JOINT_NAMES, COCO17_NAMES)
        info = dataset.get_data_info(place)
        np.testing.assert_array_equal(info['keypoints'][0], expected[:, :2])
        np.testing.assert_array_equal(info['keypoint_scores'][0], expected[:, 2] > 0)
        assert info['matched']


def test_other_skeletons(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    poses = root.parent / 'poses14.json'
    write_pose_results(poses, root / 'annotations/train.json', CROWDPOSE14_NAMES)
    crowdpose = {'from_file': 'configs/_base_/datasets/crowdpose.py'}
    dataset = build(predictions=str(poses), metainfo=crowdpose)
    assert dataset[0]['inputs'].shape == (3, 1, 14, 1)
    with pytest.raises(ValueError, match=r'train.json: entry 0: keypoints: must be 42 .* but are 51'):
        build(metainfo=crowdpose)


def test_only_small_rooms(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    dataset = build(images={'room_size': 'small'})
    sizes = {image['id']: image['room_size'] for image in read(root / 'annotations/train.json')['images']}
    assert {dataset.get_data_info(place)['img_id'] for place in range(len(dataset))} == {
        key for key, size in sizes.items() if size == 'small'
    }
    with pytest.raises(ValueError, match=r"images: none has \{'room_size': 'huge'\}"):
        build(images={'room_size': 'huge'})


def test_people_of_an_image_stay_together(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    val = dict(ann_file='annotations/val.json', predictions=str(root.parent / 'val.json'))
    build(**val, disjoint_from='annotations/train.json')
    content = read(root / 'annotations/val.json')
    content['images'][2]['scene_id'] = 0  # of the training
    write_json(root / 'annotations/mixed.json', content)
    val['ann_file'] = 'annotations/mixed.json'
    with pytest.raises(ValueError, match=r'mixed.json: image 7: scene_id: 0 is also in .*train.json'):
        build(**val, disjoint_from='annotations/train.json')
    with pytest.raises(ValueError, match=r"image 1: file_name: '000001.png' is also in"):
        build(disjoint_from='annotations/train.json')
    with pytest.raises(ValueError, match='indices would split the people of an image'):
        build(indices=5)


def test_poses_of_other_images(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    both = [str(root.parent / f'{split}.json') for split in ('train', 'val')]
    with pytest.raises(ValueError, match=r'train.json: image 5: id: .*val.json has 3 pose\(s\) of it'):
        build(predictions=both)
    dataset = build(predictions=both, on_error='skip')
    assert len(dataset) == 12
    assert len(dataset.problems) == 4
    with pytest.raises(ValueError, match=r'train.json: .*val.json has no pose of these images'):
        build(predictions=both[1], on_error='skip')
    with pytest.raises(ValueError, match=r'train.json: image_id 1: another of predictions has it too'):
        build(predictions=[both[0], both[0]])


def test_behaviors_that_are_unknown_or_missing(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    content = read(root / 'annotations/train.json')
    content['annotations'][4]['behavior'] = 'juggling'
    del content['annotations'][7]['behavior']
    content['annotations'][0]['iscrowd'] = 1  # nobody in particular
    write_json(root / 'annotations/odd.json', content)
    odd = dict(ann_file='annotations/odd.json', classes=str(root / 'annotations/val.json'))
    with pytest.raises(ValueError, match=r"odd.json: annotation 5: behavior: unknown 'juggling'; classes: hand_raised"):
        build(**odd)
    dataset = build(**odd, on_error='skip', test_mode=True)
    assert dataset.metainfo['classes'] == ('hand_raised', 'reading', 'writing')
    assert len(dataset) == 9
    assert [problem.split(': ')[1:] for problem in dataset.problems][1][:3] == [
        'annotation 8',
        'behavior',
        'missing; classes',
    ]
    assert build(classes=['writing', 'reading', 'hand_raised']).get_data_info(0)['gt_label'] == 1
    with pytest.raises(ValueError, match='classes: must be two or more different names'):
        build(classes=['writing'])


def test_zero_students(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    content = read(root / 'annotations/train.json')
    write_json(root / 'annotations/empty.json', {**content, 'annotations': []})
    write_json(root.parent / 'empty.json', [])
    classes = ['writing', 'reading', 'hand_raised']
    with pytest.raises(ValueError, match=r'empty.json: 0 of 0 students have a pose: nobody is left to train on'):
        build(ann_file='annotations/empty.json', classes=classes)
    with pytest.raises(ValueError, match=r'empty.json has no pose of these images'):
        build(predictions=str(root.parent / 'empty.json'))
    # A pose model that finds nobody can be tested: everybody is missed.
    dataset = build(predictions=str(root.parent / 'empty.json'), test_mode=True)
    assert [dataset.get_data_info(place)['matched'] for place in range(len(dataset))] == [False] * 12


def test_margins_of_a_file_are_of_the_same_joints(build: Callable[..., BehaviorPoseDataset], root: Path) -> None:
    for names in (COCO17_NAMES, CROWDPOSE14_NAMES):
        write_json(root / f'{len(names)}.json', {'margins': MARGINS, 'joints': names})
    found = build(margins=str(root / '17.json'))
    assert found.metainfo['pose_margins'] == MARGINS
    np.testing.assert_array_equal(found.get_data_info(3)['bbox'], build().get_data_info(3)['bbox'])
    with pytest.raises(ValueError, match=r'14.json: joints: margins were fitted on other joints'):
        build(margins=str(root / '14.json'))


def test_bad_arguments(build: Callable[..., BehaviorPoseDataset]) -> None:
    for options, message in (
        ({'source': 'both'}, "source must be 'prediction' or 'annotation'"),
        ({'source': 'annotation'}, "give predictions for source='prediction', and only then"),
        ({'predictions': None}, "give predictions for source='prediction', and only then"),
        ({'on_error': 'ignore'}, 'on_error must be'),
    ):
        with pytest.raises(ValueError, match=message):
            build(**options, lazy_init=True)
    with pytest.raises(FileNotFoundError, match='no such file'):
        build(predictions='none.json')
