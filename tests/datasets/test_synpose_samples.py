"""Every sample of SynPoseDataset against MMPose's CocoDataset, on a copy of the file whose joints are mapped here."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmengine.dataset import RepeatDataset
from mmpose.datasets import CocoDataset
from mmpose.registry import DATASETS
from torch.utils.data import DataLoader

from synpose.skeletons import COCO17_NAMES, JOINT_NAMES

STORED = random.Random(0).sample([name for name in JOINT_NAMES if name != 'left_wrist'], 40)
TYPES = ('SynPoseDataset', 'SynPose17Dataset', 'SynPose14Dataset')
MODES = [(mode, test) for mode in ('topdown', 'bottomup') for test in (False, True)]
ALL: dict[str, Any] = {'data_prefix': {'img': 'pictures', 'stencil': 'masks', 'depth': 'far'}, 'check_files': ()}


def crowds(content: dict[str, Any]) -> None:
    """Make a file of irregular crowds one that SynPoseDataset reads: sound boxes, 40 named joints, our own fields."""
    rng = np.random.default_rng(0)
    content['categories'] = [{'id': 1, 'name': 'person', 'keypoints': STORED}, {'id': 2, 'name': 'chair'}]
    sizes = {image['id']: image['width'] for image in content['images']}
    for index, image in enumerate(content['images']):
        image |= {'room_size': 'small', 'viewpoint': 'back', 'domain': 'real'} if index % 3 else {'scene_id': index}
        image |= {'stencil_file': f'{index}.png', 'depth_file': f'{index}.png'} if index % 2 else {'depth_file': None}
    for index, person in enumerate(content['annotations']):
        person['bbox'] = [sizes[person['image_id']] - 0.5 if index % 9 == 0 else index % 40 - 3, 5, 20.25, 30]
        style = index % 8
        if style != 1:
            joints = np.concatenate([rng.uniform(-20, 60, (40, 2)).round(1), rng.integers(0, 3, (40, 1))], axis=1)
            joints[:, 2] *= style != 2
            joints[:, :2] = -abs(joints[:, :2]) if style == 3 else joints[:, :2]
            joints[[name in COCO17_NAMES for name in STORED]] *= style != 4  # labeled in other joints only
            person['keypoints'] = [int(v) if v == int(v) else v for v in joints.ravel().tolist()]
        else:
            person.pop('keypoints', None)
        bare = person['image_id'] % 3 == 0  # MMPose cannot join an outline and none
        person['segmentation'] = None if bare else [[1.5, 2, 3, 4, 5, index]]
        person |= {'category_id': 2} if style == 5 else {'stencil_id': index} if style else {'behavior': 'writing'}


def mapped(person: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Map a person's joints by name, the slow way, into an annotation of MMPose's fields only."""
    fields = ('id', 'image_id', 'category_id', 'bbox', 'area', 'segmentation')
    found = {'iscrowd': 0} | {key: person[key] for key in (*fields, 'iscrowd') if key in person}
    joints = {name: person['keypoints'][3 * i : 3 * i + 3] for i, name in enumerate(STORED)}
    joints['top_head'] = joints.get('head_top', [0, 0, 0])
    triples = [[float(value) for value in joints.get(name, [0, 0, 0])] for name in names]
    found['keypoints'] = [value for triple in triples for value in triple]
    found['num_keypoints'] = sum(triple[2] > 0 for triple in triples)
    return found


def build_both(path: Path, dataset_type: str, **kwargs: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Build our dataset, and MMPose's on a mapped copy; returns both and the file's content."""
    ours = DATASETS.build({'type': dataset_type, 'ann_file': str(path), **ALL, **kwargs})
    content = json.loads(path.read_text())
    people = [person for person in content['annotations'] if 'keypoints' in person and person['category_id'] == 1]
    copy = {
        'categories': [{'id': 1}],
        'images': content['images'],
        'annotations': [mapped(person, ours.joint_names) for person in people],
    }
    for image in copy['images']:
        image.pop('camera', None)
    copy_path = path.with_name('mapped.json')
    copy_path.write_text(json.dumps(copy))
    metainfo = DATASETS.get(dataset_type).METAINFO
    options = {'data_prefix': {'img': 'pictures'}, 'metainfo': metainfo, **kwargs}
    return ours, CocoDataset(ann_file=str(copy_path), **options), json.loads(path.read_text())


def complete(info: dict[str, Any], content: dict[str, Any], ours: Any) -> dict[str, Any]:
    """Add to MMPose's sample what SynPoseDataset tells beside it."""
    image = next(image for image in content['images'] if image['id'] == info['img_id'])
    keys = ('room_size', 'viewpoint', 'scene_id', 'camera_id', 'camera', 'camera_pitch', 'domain')
    info |= {key: image[key] for key in keys if key in image}
    for kind, folder in (('stencil', 'masks'), ('depth', 'far')):
        info |= {f'{kind}_path': f'{folder}/{image[f"{kind}_file"]}'} if image.get(f'{kind}_file') else {}
    if 'keypoints' not in info:
        return info
    people = {person['id']: person for person in content['annotations']}
    chosen = [people[number] for number in (info['id'] if isinstance(info['id'], list) else [info['id']])]
    seen = [mapped(person, ours.joint_names)['keypoints'][2::3] for person in chosen]
    info['keypoints_visibility'] = np.array(seen, np.float32)
    info['stencil_id'] = np.array([person.get('stencil_id', 0) for person in chosen], np.int32)
    behaviors = [person.get('behavior') for person in chosen]
    info['behavior'] = behaviors if isinstance(info['id'], list) else behaviors[0]
    if 'invalid_segs' in info and None in info['invalid_segs']:  # a box instead
        valid = [ours._is_valid_instance(_only(info, index)) for index in range(len(chosen))]
        boxes = [box for box, good in zip(info['bbox'].tolist(), valid) if not good]
        info['invalid_segs'] = [[[a, b, c, b, c, d, a, d]] for a, b, c, d in boxes]
    return info


def _only(info: dict[str, Any], index: int) -> dict[str, Any]:
    fields = {key: info[key][index : index + 1] for key in ('bbox', 'keypoints')}
    return fields | {key: info[key][index] for key in ('iscrowd', 'num_keypoints')}


def infos(dataset: Any) -> list[dict]:
    return [dataset.get_data_info(index) for index in range(len(dataset))]


@pytest.mark.parametrize(('mode', 'test_mode'), MODES)
@pytest.mark.parametrize('dataset_type', TYPES)
def test_samples(write_coco: Callable, assert_same: Callable, dataset_type: str, mode: str, test_mode: bool) -> None:
    path = write_coco(crowds, num_images=40, joints=40)
    ours, stock, content = build_both(path, dataset_type, data_mode=mode, test_mode=test_mode)
    assert len(ours) > 20
    assert_same(infos(ours), [complete(info, content, ours) for info in infos(stock)])


OPTIONS: dict[str, dict[str, Any]] = {
    'first': {'indices': 3},
    'some': {'indices': [4, 0, -1, 4], 'data_mode': 'bottomup'},
    'interval': {'sample_interval': 3, 'data_mode': 'bottomup', 'test_mode': True},
    'score': {'filter_cfg': {'bbox_score_thr': 0.5}},
    'lazy': {'lazy_init': True},
}


@pytest.mark.parametrize('option', OPTIONS)
def test_options(write_coco: Callable, assert_same: Callable, option: str) -> None:
    path = write_coco(crowds, num_images=40, joints=40)
    ours, stock, content = build_both(path, 'SynPose17Dataset', **OPTIONS[option])
    assert_same(infos(ours), [complete(info, content, ours) for info in infos(stock)])


def test_detected_boxes(write_coco: Callable, assert_same: Callable, tmp_path: Path) -> None:
    path = write_coco(crowds, num_images=12, joints=40)
    ids = [image['id'] for image in json.loads(path.read_text())['images']]
    found = [
        {'image_id': number, 'category_id': 1 + index % 2, 'bbox': [index, 2.5, 9, 30], 'score': index / 12}
        for index, number in enumerate(ids)
    ]
    boxes = tmp_path / 'boxes.json'
    boxes.write_text(json.dumps(found))
    options = {'bbox_file': str(boxes), 'test_mode': True, 'filter_cfg': {'bbox_score_thr': 0.3}}
    ours, stock, content = build_both(path, 'SynPose14Dataset', **options)
    expected = []
    for info in infos(stock):
        joints = {key: info.pop(key) for key in ('keypoints', 'keypoints_visible')}
        expected.append(complete(info, content, ours) | joints)
    assert len(expected) == 4
    assert_same(infos(ours), expected)


def test_in_wrappers(write_coco: Callable, assert_same: Callable) -> None:
    part = {'type': 'SynPose17Dataset', 'ann_file': str(write_coco(crowds, joints=40)), 'data_mode': 'bottomup', **ALL}
    dataset = DATASETS.build(part)
    metainfo = {'from_file': 'configs/_base_/datasets/coco.py'}
    combined = DATASETS.build({'type': 'CombinedDataset', 'metainfo': metainfo, 'datasets': [part, part]})
    repeated = RepeatDataset(dataset, times=2)
    expected = infos(dataset) * 2
    for wrapper in (combined, repeated):
        assert len(wrapper) == len(expected)
        for index, info in enumerate(expected):
            found = wrapper[index]
            for key in ('dataset', 'sample_idx', 'dataset_name'):
                found.pop(key, None)
            assert_same(found, {key: value for key, value in info.items() if key not in ('sample_idx', 'dataset_name')})


def _without_dataset(batch: list[dict]) -> dict:
    return {key: value for key, value in batch[0].items() if key != 'dataset'}


@pytest.mark.parametrize('persistent', [False, True])
def test_workers_read_the_same_file(write_coco: Callable, assert_same: Callable, persistent: bool) -> None:
    path = write_coco(crowds, joints=40)
    dataset = DATASETS.build({'type': 'SynPoseDataset', 'ann_file': str(path), 'data_mode': 'bottomup', **ALL})
    loader = DataLoader(
        dataset,
        batch_size=1,
        num_workers=1,
        collate_fn=_without_dataset,
        persistent_workers=persistent,
        multiprocessing_context='fork',
    )
    for _ in range(2):
        assert_same(list(loader), infos(dataset))
