"""Checks of the datasets of public skeletons, and COCO files with every irregularity MMPose's CocoDataset reads."""

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.datasets.columnar import build, store
from synpose.skeletons import JOINT_NAMES
from synpose.testing import write_synpose_dataset


@pytest.fixture
def check_joints(tmp_path: Path) -> Callable[[str, tuple[str, ...]], None]:
    """Check that a dataset type reads each of its joints from the file's joint of that name."""

    def check(dataset_type: str, names: tuple[str, ...]) -> None:
        root = write_synpose_dataset(tmp_path, num_images=2, num_people=5, splits=['train'])
        dataset = DATASETS.build({'type': dataset_type, 'data_root': str(root), 'ann_file': 'annotations/train.json'})
        assert tuple(dataset.joint_names) == names
        columns = [JOINT_NAMES.index({'top_head': 'head_top'}.get(name, name)) for name in names]
        people = json.loads((root / 'annotations/train.json').read_text())['annotations']
        assert len(dataset) == len(people) == 10
        for index, person in enumerate(people):
            info = dataset.get_data_info(index)
            expected = np.reshape(person['keypoints'], (59, 3))[columns]
            np.testing.assert_array_equal(info['keypoints'][0], expected[:, :2].astype(np.float32))
            np.testing.assert_array_equal(info['keypoints_visibility'][0], expected[:, 2])
            assert info['num_keypoints'] == np.count_nonzero(expected[:, 2])

    return check


@pytest.fixture
def check_metainfo() -> Callable[[str, str, str], None]:
    """Check that a dataset type has the metainfo of MMPose's own under a name of its own."""

    def check(dataset_type: str, name: str, stock_type: str) -> None:
        ours = DATASETS.get(dataset_type)(lazy_init=True).metainfo
        stock = DATASETS.get(stock_type)(lazy_init=True).metainfo
        assert ours['dataset_name'] == name
        for key in ('keypoint_id2name', 'flip_indices', 'skeleton_links'):
            assert ours[key] == stock[key]
        for key in ('sigmas', 'dataset_keypoint_weights'):
            np.testing.assert_array_equal(ours[key], stock[key])

    return check


PARTS = {'foot_kpts': 6, 'face_kpts': 68, 'lefthand_kpts': 21, 'righthand_kpts': 21}


def coco_content(num_images: int = 9, joints: int = 17, wholebody: bool = False, seed: int = 0) -> dict[str, Any]:
    """Make images 64 to 79 px wide, out of order, with 0 to 5 people whose fields vary."""
    rng = np.random.default_rng(seed)

    def triples(count: int) -> list:
        style = rng.integers(4)
        xy = rng.uniform(-5, 90, (count, 2)).round(2)
        seen = rng.integers(0, 3, (count, 1))
        if style == 0:  # all integers
            return np.concatenate([xy.astype(int), seen], 1).ravel().tolist()
        if style == 1:  # all floats
            return np.concatenate([xy, seen], 1).ravel().tolist()
        flat: list = [value for (x, y), v in zip(xy.tolist(), seen.ravel().tolist()) for value in (x, y, v)]
        return [0] * (3 * count) if style == 3 and rng.random() < 0.3 else flat

    images, annotations = [], []
    for number in rng.permutation(num_images).tolist():
        image_id = 2**40 + 7 * number if number % 2 else number
        images.append(
            {'id': image_id, 'file_name': f'ü/{number}.jpg', 'width': 64 + number, 'height': 48}
            | ({'crowdIndex': number / 10} if joints == 14 else {})
            | ({'camera': {'K': [[1, 0.5], [0, 1]]}} if number % 3 else {})
        )
        for person in range(number % 6):
            x, y, w, h = rng.uniform(-20, 60, 2).tolist() + rng.uniform(-2, 40, 2).tolist()
            record: dict[str, Any] = {
                'id': 2**35 + len(annotations) * 3,
                'image_id': image_id,
                'category_id': 1,
                'bbox': [int(x), int(y), int(w), int(h)] if person % 2 else [x, y, w, h],
                'iscrowd': int(rng.random() < 0.2),
                'num_keypoints': int(rng.integers(0, 4)),
                'keypoints': triples(joints),
            }
            if wholebody:
                record |= {name: triples(count) for name, count in PARTS.items()} | {'face_valid': bool(person % 2)}
            outline = [rng.uniform(0, 60, 6).tolist(), [1, 2, 3, 4, 5.5, 6]]
            mask = {'size': [48, 64], 'counts': [7, 8] if person % 2 else 'a"\\b1'}
            record['segmentation'] = mask if number % 4 == 3 or person > 2 else outline
            if not wholebody:
                record |= {'area': float(w * h)} if rng.random() < 0.5 else {}
                for name in ('num_keypoints', 'iscrowd', 'bbox', 'keypoints'):
                    if rng.random() < 0.15:
                        del record[name]
            record |= {'behavior': 'reading', 'note': None} if rng.random() < 0.5 else {'keypoints_3d': [[1, 2.0]]}
            annotations.append(record)
    annotations = [annotations[index] for index in rng.permutation(len(annotations))]
    names = [f'joint {index}' for index in range(joints)]
    return {
        'info': {'year': 2026},
        'images': images,
        'annotations': annotations,
        'categories': [{'id': 1, 'name': 'person', 'keypoints': names, 'skeleton': [[1, 2]]}],
    }


@pytest.fixture
def write_coco(tmp_path: Path) -> Callable[..., Path]:
    """Write ``coco_content(...)``, after a change of the test's own, to ``train.json``."""

    def write(change: Callable[[dict], Any] | None = None, **kwargs: Any) -> Path:
        path = tmp_path / 'train.json'
        content = coco_content(**kwargs)
        if change is not None:
            change(content)
        path.write_text(json.dumps(content))
        return path

    return write


def assert_same(ours: Any, stock: Any, where: str = 'info') -> None:
    """Check that two values are equal, and of the same types all the way down."""
    assert type(ours) is type(stock), where
    if isinstance(stock, np.ndarray):
        assert (ours.dtype, ours.shape) == (stock.dtype, stock.shape), where
        np.testing.assert_array_equal(ours, stock, err_msg=where)
    elif isinstance(stock, dict):
        assert ours.keys() == stock.keys(), where
        for key in stock:
            assert_same(ours[key], stock[key], f'{where}[{key!r}]')
    elif isinstance(stock, list | tuple):
        assert len(ours) == len(stock), where
        for index, pair in enumerate(zip(ours, stock)):
            assert_same(*pair, f'{where}[{index}]')
    else:
        assert ours == stock, where


@pytest.fixture(name='assert_same')
def assert_same_fixture() -> Callable[[Any, Any], None]:
    return assert_same


def _open_one(opener: Callable[[], Any], barrier: Any, results: Any) -> None:
    built: list[int] = []
    store.build_table = lambda *args: built.append(1) or build.build_table(*args)  # type: ignore[func-returns-value]
    barrier.wait()
    found = opener()
    results.put((len(built), found))


@pytest.fixture
def open_at_once() -> Callable[..., list[tuple[int, Any]]]:
    """Call each opener in a process of its own, all at once; for each how many stores it built, and its result."""

    def run(*openers: Callable[[], Any]) -> list[tuple[int, Any]]:
        context = multiprocessing.get_context('fork')
        barrier, results = context.Barrier(len(openers)), context.Queue()
        processes = [context.Process(target=_open_one, args=(opener, barrier, results)) for opener in openers]
        for process in processes:
            process.start()
        found = [results.get(timeout=60) for _ in processes]
        for process in processes:
            process.join()
        return found

    return run
