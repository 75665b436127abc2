"""What goes wrong with annotation files and their stores: correct or one clear error, never a wrong label."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.datasets.columnar import store

NAMES = ('nose', 'neck', 'left_hip')
METAINFO = {
    'dataset_name': 'three',
    'keypoint_info': {i: {'name': n, 'id': i, 'color': [0, 0, 0], 'type': '', 'swap': ''} for i, n in enumerate(NAMES)},
    'skeleton_info': {},
    'joint_weights': [1.0] * 3,
    'sigmas': [0.1] * 3,
}
TYPES: dict[str, dict[str, Any]] = {
    'ColumnarCocoDataset': {'metainfo': METAINFO},
    'SynPoseDataset': {'metainfo': METAINFO, 'check_files': ()},
}
both = pytest.mark.parametrize('dataset_type', TYPES)


def content_of(people: int = 6, images: int = 3) -> dict[str, Any]:
    """Make a file whose every number tells which person it belongs to."""
    return {
        'images': [{'id': i, 'file_name': f'{i}.jpg', 'width': 10**6, 'height': 10**6} for i in range(images)],
        'annotations': [
            {
                'id': n,
                'image_id': n % images,
                'category_id': 1,
                'bbox': [n, 1, 30, 40],
                'keypoints': [n + 1, 2, 2, n + 1, 3, 1, 0, 0, 0],
                'num_keypoints': 2,
            }
            for n in range(people)
        ],
        'categories': [{'id': 1, 'name': 'person', 'keypoints': list(NAMES)}],
    }


def write(tmp_path: Path, change: Callable[[dict], Any] | None = None, **sizes: int) -> Path:
    content = content_of(**sizes)
    if change is not None:
        change(content)
    path = tmp_path / 'train.json'
    path.write_text(json.dumps(content))
    return path


def opened(path: Path, dataset_type: str, **kwargs: Any) -> Any:
    return DATASETS.build({'type': dataset_type, 'ann_file': str(path), **TYPES[dataset_type], **kwargs})


def labels(path: Path, dataset_type: str, **kwargs: Any) -> dict[int, list]:
    """Return each person's joints, by id."""
    dataset = opened(path, dataset_type, **kwargs)
    infos = (dataset.get_data_info(index) for index in range(len(dataset)))
    return {info['id']: info['keypoints'][0].tolist() for info in infos}


def expected(people: int = 6) -> dict[int, list]:
    return {n: [[n + 1, 2], [n + 1, 3], [0, 0]] for n in range(people)}


@both
def test_a_json_that_changes_while_its_store_exists(tmp_path: Path, dataset_type: str) -> None:
    path = write(tmp_path)
    assert labels(path, dataset_type) == expected()
    times = path.stat().st_mtime_ns
    write(tmp_path, lambda content: content['annotations'].reverse())  # the same size
    os.utime(path, ns=(times, times))
    assert list(labels(path, dataset_type)) == [3, 0, 4, 1, 5, 2]
    assert labels(path, dataset_type) == expected()
    write(tmp_path, people=9)
    assert labels(path, dataset_type) == expected(9)


@both
def test_a_store_that_is_replaced_under_an_open_dataset(tmp_path: Path, dataset_type: str) -> None:
    dataset = opened(write(tmp_path), dataset_type)
    path = write(tmp_path, lambda content: content['annotations'].reverse())
    assert labels(path, dataset_type) == expected()
    assert [dataset.get_data_info(index)['id'] for index in range(6)] == [0, 3, 1, 4, 2, 5]  # the file it was opened on


@both
@pytest.mark.parametrize('damage', ['half', 'version'])
def test_a_damaged_or_outdated_store(tmp_path: Path, dataset_type: str, damage: str) -> None:
    path = write(tmp_path)
    opened(path, dataset_type)
    arrow = path.with_suffix('.arrow')
    data = arrow.read_bytes()
    old = data.replace(f'"version": {store.VERSION}'.encode(), b'"version": 1')
    arrow.write_bytes(data[: len(data) // 2] if damage == 'half' else old)
    assert labels(path, dataset_type) == expected()


@both
def test_a_list_of_the_wrong_length_far_into_the_file(tmp_path: Path, dataset_type: str) -> None:
    path = write(tmp_path, lambda content: content['annotations'][9_003].update(keypoints=[1, 2, 2]), people=10_000)
    with pytest.raises(
        ValueError, match=r'train.json: annotation 9003: keypoints: must be 9 numbers for 3 .* but is 3'
    ):
        opened(path, dataset_type)


@both
def test_ids_beyond_int32(tmp_path: Path, dataset_type: str) -> None:
    def enlarge(content: dict) -> None:
        for image in content['images']:
            image['id'] += 2**40
        for person in content['annotations']:
            person['id'] += 2**60
            person['image_id'] += 2**40

    path = write(tmp_path, enlarge)
    assert labels(path, dataset_type) == {number + 2**60: joints for number, joints in expected().items()}
    assert [opened(path, dataset_type).get_data_info(index)['img_id'] - 2**40 for index in (0, 5)] == [0, 2]
    write(tmp_path, lambda content: content['annotations'][4].update(id=2**63))
    with pytest.raises(ValueError, match=f'train.json: annotation {2**63}: id: must be an integer of 64 bits'):
        opened(path, dataset_type)


@both
def test_images_without_people(tmp_path: Path, dataset_type: str) -> None:
    path = write(tmp_path, people=4, images=9)
    assert len(opened(path, dataset_type, data_mode='bottomup')) == 4
    dataset = opened(path, dataset_type, data_mode='bottomup', test_mode=True)
    infos = [dataset.get_data_info(index) for index in range(9)]
    assert [info['id'] for info in infos] == [[0], [1], [2], [3], [], [], [], [], []]
    assert [info['img_id'] for info in infos] == list(range(9))


def test_two_processes_that_build_the_same_store(tmp_path: Path, open_at_once: Callable) -> None:
    path = write(tmp_path, people=900)
    found = open_at_once(*(partial(labels, path, dataset_type) for dataset_type in TYPES))
    assert sorted(built for built, _ in found) == [0, 1]  # one built it, the other waited
    assert all(joints == expected(900) for _, joints in found)


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    'nan': ({'keypoints': [float('nan')] * 9}, 'keypoints: must be finite'),
    'null': ({'keypoints': None}, 'keypoints: must be a list'),
    'length': ({'keypoints': [1, 2, 2]}, 'keypoints: must be 9 numbers'),
    'box': ({'bbox': [1, 2, 3]}, 'bbox: must be 4 numbers'),
    'id': ({'id': 0}, 'id: used by more than one annotation'),
    'integer': ({'keypoints': [2**53 + 1, 2, 2, 0, 0, 0, 0, 0, 0]}, 'keypoints: must hold integers up to'),
    'huge': ({'keypoints': [10**400] * 9}, 'keypoints: must be finite'),
}


@pytest.mark.parametrize('case', BROKEN)
def test_a_record_no_column_can_hold(tmp_path: Path, case: str) -> None:
    change, message = BROKEN[case]
    path = write(tmp_path, lambda content: content['annotations'][1].update(change))
    for _ in range(2):  # from the json, and from the store
        dataset = opened(path, 'SynPoseDataset', on_error='skip')
        assert len(dataset.problems) == 1
        assert message in dataset.problems[0]
        assert labels(path, 'SynPoseDataset', on_error='skip') == {
            n: joints for n, joints in expected().items() if n != 1
        }
    for dataset_type in TYPES:  # a store without the record is no way around the error
        with pytest.raises(ValueError, match=rf'train.json: annotation \d: {message}'):
            opened(path, dataset_type)


UNSOUND: dict[str, tuple[dict[str, Any], str]] = {
    'flat': ({'bbox': [1, 1, 30, 0]}, 'annotation 1: bbox: must have a positive area'),
    'outside': ({'bbox': [10**7, 1, 30, 40]}, 'annotation 1: bbox: lies outside'),
    'visibility': ({'keypoints': [2, 2, 3, 2, 3, 1, 0, 0, 0]}, 'annotation 1: keypoints: visibility must be'),
    'area': ({'area': float('nan')}, 'annotation 1: area: must be a finite number'),
    'huge area': ({'area': 10**400}, 'annotation 1: area: must be a finite number, but is 1000'),
    'no stencil': ({'stencil_id': None}, 'annotation 1: stencil_id: must be an integer of 32 bits, but is None'),
    'stencil': ({'stencil_id': 2**31}, 'annotation 1: stencil_id: must be an integer of 32 bits'),
    'mask': ({'segmentation': {'counts': 'a'}}, 'annotation 1: segmentation: must be polygons, or have size and'),
    'image': ({'image_id': 77}, 'annotation 1: image_id: no image has the id 77'),
}


@pytest.mark.parametrize('case', UNSOUND)
def test_a_record_that_mmpose_reads_and_we_do_not(tmp_path: Path, case: str) -> None:
    change, message = UNSOUND[case]
    path = write(tmp_path, lambda content: content['annotations'][1].update(change))
    opened(path, 'ColumnarCocoDataset')
    for _ in range(2):
        with pytest.raises(ValueError, match=f'train.json: {message}'):
            opened(path, 'SynPoseDataset')
        assert labels(path, 'SynPoseDataset', on_error='skip') == {
            n: joints for n, joints in expected().items() if n != 1
        }
    write(tmp_path, lambda content: content['annotations'][1].update(change, category_id=2))
    assert len(opened(path, 'SynPoseDataset')) == 5  # people only are checked


def test_an_image_left_out_takes_its_people_along(tmp_path: Path) -> None:
    for change in ({'width': 0}, {'width': 64.0}, {'file_name': ''}):
        path = write(tmp_path, lambda content, change=change: content['images'][1].update(change))
        with pytest.raises(ValueError, match=r'train.json: image 1: '):
            opened(path, 'SynPoseDataset')
        dataset = opened(path, 'SynPoseDataset', on_error='skip', data_mode='bottomup', test_mode=True)
        assert [dataset.get_data_info(index)['img_id'] for index in range(len(dataset))] == [0, 2]
        assert len(dataset.problems) == 1


def test_images_that_share_an_id_give_nobody_a_wrong_picture(tmp_path: Path) -> None:
    path = write(tmp_path, lambda content: content['images'][1].update(id=0))
    with pytest.raises(ValueError, match=r'train.json: image 0: id: used by more than one image'):
        opened(path, 'SynPoseDataset')
    write(tmp_path, lambda content: content['images'].append({**content['images'][1], 'file_name': 'other.jpg'}))
    dataset = opened(path, 'SynPoseDataset', on_error='skip', data_mode='bottomup', test_mode=True)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert {info['img_id']: info['id'] for info in infos} == {0: [0, 3], 2: [2, 5]}
    assert [problem.split(': ', 1)[1] for problem in dataset.problems] == ['image 1: id: used by more than one image']


def test_joints_in_other_numbers_than_names(tmp_path: Path) -> None:
    path = write(tmp_path, lambda content: content['categories'][0].update(keypoints=['nose', 'neck']))
    for on_error in ('raise', 'skip'):
        with pytest.raises(ValueError, match=r'train.json: categories: keypoints: names 2 joints, but people have 3'):
            opened(path, 'SynPoseDataset', on_error=on_error)
    assert len(opened(path, 'ColumnarCocoDataset')) == 6
    write(tmp_path, lambda content: content.update(categories=[1]))
    for dataset_type in TYPES:
        with pytest.raises(ValueError, match=r'train.json: categories: must be a list of objects'):
            opened(path, dataset_type)


def test_opening_a_store_reads_no_joints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path)
    opened(path, 'SynPoseDataset')
    dataset = opened(path, 'SynPoseDataset', lazy_init=True)
    monkeypatch.setattr(dataset.store.people.columns['keypoints'], 'numbers', np.zeros(0))
    dataset.full_init()
    assert len(dataset) == 6
