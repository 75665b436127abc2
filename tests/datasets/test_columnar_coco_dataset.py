import copy
import json
import pickle
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmengine.dataset import RepeatDataset
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS
from torch.utils.data import DataLoader

from synpose.datasets import ColumnarCocoDataset, SynPoseDataset, columnar_coco_dataset
from synpose.datasets.columnar import section
from synpose.datasets.conversion.ai_challenger import AIC_NAMES
from synpose.skeletons import CROWDPOSE14_NAMES

CLASSES = {
    'CocoDataset': ({'joints': 17}, None),
    'CrowdPoseDataset': ({'joints': 14}, 'configs/_base_/datasets/crowdpose.py'),
    'OCHumanDataset': ({'joints': 17}, 'configs/_base_/datasets/ochuman.py'),
    'CocoWholeBodyDataset': ({'joints': 17, 'wholebody': True}, 'configs/_base_/datasets/coco_wholebody.py'),
}


@pytest.fixture(autouse=True)
def scope() -> None:
    init_default_scope('mmpose')


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(columnar_coco_dataset, 'print_log', lambda text, *args: texts.append(text))
    return texts


def build_both(path: Path, stock_type: str = 'CocoDataset', **kwargs: Any) -> tuple[Any, Any]:
    """Build our dataset and MMPose's on a file; returns ours and the stock one."""
    metainfo = CLASSES[stock_type][1]
    options = {'ann_file': str(path), 'data_prefix': {'img': 'pictures'}, **kwargs}
    ours = {'type': 'ColumnarCocoDataset', **options} | ({'metainfo': {'from_file': metainfo}} if metainfo else {})
    return DATASETS.build(ours), DATASETS.build({'type': stock_type, **options})


def infos(dataset: Any) -> list[dict]:
    return [dataset.get_data_info(index) for index in range(len(dataset))]


@pytest.mark.parametrize('test_mode', [False, True])
@pytest.mark.parametrize('mode', ['topdown', 'bottomup'])
@pytest.mark.parametrize('stock_type', CLASSES)
def test_samples_equal_those_of_mmpose(
    write_coco: Callable, assert_same: Callable, stock_type: str, mode: str, test_mode: bool
) -> None:
    path = write_coco(num_images=30, **CLASSES[stock_type][0])
    ours, stock = build_both(path, stock_type, data_mode=mode, test_mode=test_mode)
    assert len(ours) > 10
    assert_same(infos(ours), infos(stock))
    for key, value in stock.metainfo.items():
        assert_same(ours.metainfo[key], value)


@pytest.mark.parametrize('mode', ['topdown', 'bottomup'])
def test_columns_that_change_their_kind_from_chunk_to_chunk(
    write_coco: Callable, assert_same: Callable, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(section, 'CHUNK', 2)
    ours, stock = build_both(write_coco(num_images=40, seed=1), data_mode=mode)
    assert_same(infos(ours), infos(stock))


OPTIONS: dict[str, dict[str, Any]] = {
    'first': {'indices': 3},
    'last': {'indices': -3},
    'some': {'indices': [4, 0, -1, 4]},
    'interval': {'sample_interval': 3},
    'objects': {'serialize_data': False},
    'lazy': {'lazy_init': True},
}


@pytest.mark.parametrize('mode', ['topdown', 'bottomup'])
@pytest.mark.parametrize('option', OPTIONS)
def test_options(write_coco: Callable, assert_same: Callable, option: str, mode: str) -> None:
    ours, stock = build_both(write_coco(num_images=30), data_mode=mode, **OPTIONS[option])
    assert_same(infos(ours), infos(stock))
    assert_same(ours.get_data_info(-1), stock.get_data_info(-1))
    assert_same(list(ours.data_list), list(stock.data_list))
    with pytest.raises(IndexError):
        ours.get_data_info(len(ours))


@pytest.mark.parametrize(('threshold', 'kept'), [(0.5, True), (1.5, False)])
def test_filter_by_score_of_annotated_boxes(write_coco: Callable, threshold: float, kept: bool) -> None:
    path = write_coco()
    options: dict[str, Any] = {'filter_cfg': {'bbox_score_thr': threshold}, 'serialize_data': False}
    ours, stock = build_both(path, **options)
    assert len(ours) == len(stock)
    assert (len(ours) > 0) == kept
    with pytest.raises(ValueError, match='only supported in topdown mode'):
        DATASETS.build(dict(type='ColumnarCocoDataset', ann_file=str(path), data_mode='bottomup', **options))


def test_detected_boxes(write_coco: Callable, assert_same: Callable, tmp_path: Path) -> None:
    path = write_coco()
    rng = np.random.default_rng(0)
    ids = [image['id'] for image in json.loads(path.read_text())['images']]
    found: list[dict] = [
        {'image_id': ids[i % 5], 'category_id': 1 + i % 3 // 2, 'bbox': rng.uniform(0, 30, 4).tolist(), 'score': i / 20}
        for i in range(20)
    ]
    boxes = tmp_path / 'boxes.json'
    boxes.write_text(json.dumps(found))
    options: dict[str, Any] = {'bbox_file': str(boxes), 'test_mode': True}
    for filter_cfg in (None, {'bbox_score_thr': 0.35}):
        ours, stock = build_both(path, **options, filter_cfg=filter_cfg)
        assert_same(infos(ours), infos(stock))
    boxes.write_text(json.dumps([{**found[0], 'image_id': 5}]))
    with pytest.raises(ValueError, match=r'boxes.json: detection number 0: image_id: no image has the id 5'):
        ColumnarCocoDataset(str(path), **options)
    boxes.unlink()
    with pytest.raises(FileNotFoundError, match=r'boxes.json: detection file'):
        ColumnarCocoDataset(str(path), **options)


@pytest.mark.parametrize('indices', [3, -2, [5, 1, 1], []])
def test_subsets(write_coco: Callable, assert_same: Callable, indices: Any) -> None:
    ours, stock = build_both(write_coco(num_images=30))
    assert_same(infos(ours.get_subset(indices)), infos(stock.get_subset(indices)))
    assert len(ours) == len(stock)  # as before
    ours.get_subset_(indices)
    stock.get_subset_(indices)
    assert_same(infos(ours), infos(stock))
    with pytest.raises(TypeError, match='indices should be'):
        ours.get_subset(1.5)


def test_in_wrappers(write_coco: Callable, assert_same: Callable) -> None:
    def wrapped(dataset_type: str) -> list[Any]:
        part = dict(type=dataset_type, ann_file=str(path), data_mode='bottomup')
        combined = dict(type='CombinedDataset', metainfo=dict(from_file=metainfo), datasets=[part, part | shorter])
        return [DATASETS.build(combined), RepeatDataset(DATASETS.build(part), times=2)]

    path, metainfo, shorter = write_coco(), 'configs/_base_/datasets/coco.py', dict(indices=2)
    for ours, stock in zip(wrapped('ColumnarCocoDataset'), wrapped('CocoDataset')):
        assert len(ours) == len(stock)
        for index in range(len(stock)):
            a, b = ours[index], stock[index]
            for info in (a, b):
                info.pop('dataset', None)
            assert_same(a, b)


@pytest.mark.parametrize('context', ['fork', pytest.param('spawn', marks=pytest.mark.slow)])
def test_workers_read_the_same_file(write_coco: Callable, assert_same: Callable, context: str) -> None:
    dataset = ColumnarCocoDataset(str(write_coco()), data_mode='bottomup')
    loader = DataLoader(dataset, batch_size=1, num_workers=1, collate_fn=itemgetter(0), multiprocessing_context=context)
    found = [{key: value for key, value in info.items() if key != 'dataset'} for info in loader]
    assert_same(found, infos(dataset))


def test_a_pickled_dataset_holds_no_annotations(write_coco: Callable, assert_same: Callable) -> None:
    path = write_coco(num_images=200)
    dataset = ColumnarCocoDataset(str(path), data_mode='bottomup')
    data = pickle.dumps(dataset)
    assert len(data) < path.stat().st_size / 20
    assert_same(infos(pickle.loads(data)), infos(dataset))
    assert copy.deepcopy(dataset).store is dataset.store


def test_a_sample_is_new_each_time(write_coco: Callable, assert_same: Callable) -> None:
    dataset = ColumnarCocoDataset(str(write_coco(num_images=30)), data_mode='bottomup')
    before = infos(dataset)
    for info in infos(dataset):
        info['keypoints'][:] = -1
        info['bbox'][:] = -1
        info['raw_ann_info'][0]['segmentation'] = 'lost'
        info['segmentation'].clear()
    assert_same(infos(dataset), before)


def test_the_store_can_lie_elsewhere(write_coco: Callable, tmp_path: Path) -> None:
    path = write_coco()
    options: dict[str, Any] = {'ann_file': path.name, 'data_root': str(tmp_path)}
    assert len(ColumnarCocoDataset(**options, store_file='cache/x.arrow')) > 0
    assert (tmp_path / 'cache/x.arrow').exists()
    assert not path.with_suffix('.arrow').exists()


def test_an_image_file_without_annotations(write_coco: Callable, assert_same: Callable) -> None:
    path = write_coco(lambda content: content.pop('annotations'))
    options: dict[str, Any] = {'data_mode': 'bottomup', 'test_mode': True}
    ours, stock = build_both(path, **options)
    assert_same(infos(ours), infos(stock))
    assert len(ours) == 9


def test_lazy_dataset_needs_no_file() -> None:
    dataset = ColumnarCocoDataset('not_there.json', lazy_init=True)
    assert dataset.metainfo['num_keypoints'] == 17
    with pytest.raises(FileNotFoundError, match=r'not_there.json: annotation file does not exist'):
        dataset.full_init()


def test_joints_must_be_the_metainfos(write_coco: Callable) -> None:
    with pytest.raises(ValueError, match=r'train.json: annotations: keypoints: 14 joints a person, but .* coco has 17'):
        ColumnarCocoDataset(str(write_coco(joints=14)))


def test_joints_must_stand_where_the_metainfo_has_them(write_coco: Callable, logged: list[str]) -> None:
    def name_joints(*names: str) -> Callable:
        return lambda content: content['categories'][0].update(keypoints=list(names))

    crowdpose = {'metainfo': {'from_file': 'configs/_base_/datasets/crowdpose.py'}}
    path = write_coco(name_joints(*CROWDPOSE14_NAMES), joints=14)
    ColumnarCocoDataset(str(path), **crowdpose)
    write_coco(name_joints(*CROWDPOSE14_NAMES[:12], 'head_top', 'neck'), joints=14)  # the same joint
    ColumnarCocoDataset(str(path), **crowdpose)
    assert logged == []
    write_coco(name_joints(*CROWDPOSE14_NAMES[:12], 'head', 'neck'), joints=14)
    ColumnarCocoDataset(str(path), **crowdpose)
    assert logged == [f'{path}: joints that the metainfo of crowdpose calls otherwise: head (top_head)']
    write_coco(name_joints(*AIC_NAMES), joints=14)
    message = 'joint 0 is right_shoulder, but in the metainfo of crowdpose that is joint 1; give'
    with pytest.raises(ValueError, match=rf'train.json: categories: keypoints: {message}'):
        ColumnarCocoDataset(str(path), **crowdpose)


def test_steps_that_are_never_called_cannot_be_overridden(write_coco: Callable) -> None:
    class Mixin:
        def parse_data_info(self, raw_data_info: dict) -> None: ...

        def filter_data(self) -> None: ...

    for base in (ColumnarCocoDataset, SynPoseDataset):
        with pytest.raises(TypeError, match='Mixed: parse_data_info, filter_data: never called; samples'):
            type('Mixed', (Mixin, base), {})
        with pytest.raises(TypeError, match='Strict: _is_valid_instance: never called'):
            type('Strict', (base,), {'_is_valid_instance': staticmethod(lambda info: True)})

    class Marked(ColumnarCocoDataset):
        def look_up(self, row: int) -> dict[str, Any]:
            return super().look_up(row) | {'mark': row}

    assert Marked(str(write_coco())).get_data_info(0)['mark'] >= 0


def test_fields_mmpose_cannot_do_without(write_coco: Callable) -> None:
    def drop(content: dict) -> None:
        person = next(p for p in content['annotations'] if {'bbox', 'keypoints'} <= p.keys())
        dropped.append(person['id'])
        del person['category_id']

    dropped: list[int] = []
    path = write_coco(drop)
    with pytest.raises(ValueError, match=r'train.json: annotation \d+: category_id: missing') as caught:
        ColumnarCocoDataset(str(path))
    assert str(dropped[0]) in str(caught.value)
