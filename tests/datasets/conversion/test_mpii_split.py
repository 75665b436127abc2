"""Groups held out: no image is in both parts, joints fit the crops' pixels, and the metric reads the labels."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import METRICS
from scipy.io import savemat

from synpose.datasets import ColumnarCocoDataset
from synpose.datasets.conversion import cut_test_groups, split_mpii
from synpose.skeletons import MPII16_NAMES
from synpose.testing import read_tree

CENTERS = {
    'a.png': [(60, 50), (80, 55), (180, 50)],  # a pair and somebody apart
    'b.png': [(100, 50)],
    'c.png': [(30, 30), (40, 60), (50, 90)],  # three in a chain
    't.png': [(60, 50), (80, 55)],  # for testing
}
HEIGHT = 40.0  # px: people closer than this are a group


@pytest.fixture
def files(tmp_path: Path, struct, mpii_release, mpii_image) -> tuple[Path, Path]:
    """MPII's mat file and pictures of noise; each joint of a person is beside the center, in the file's px from 1."""
    rng = np.random.default_rng(0)
    images = []
    (tmp_path / 'images').mkdir()
    for name, centers in CENTERS.items():
        cv2.imwrite(str(tmp_path / 'images' / name), rng.integers(0, 255, (120, 220, 3), dtype=np.uint8))
        rects = []
        for x, y in centers:
            points = [{'x': x + 1.0 + k, 'y': y + 1.0 - k, 'id': k, 'is_visible': k % 2} for k in range(16)]
            rect = {'scale': HEIGHT / 200, 'objpos': struct([{'x': x + 1.0, 'y': y + 1.0}])}
            if name != 't.png':
                head = {'x1': x + 1.0, 'y1': y - 9.0, 'x2': x + 7.0, 'y2': y - 1.0}
                rect |= {'annopoints': struct([{'point': struct(points)}]), **head}
            rects.append(rect)
        images.append(mpii_image(name, rects))
    savemat(tmp_path / 'mpii.mat', mpii_release(images, [1, 1, 1, 0]))
    return tmp_path / 'mpii.mat', tmp_path / 'images'


def read(root: Path, split: str) -> dict:
    return json.loads((root / f'annotations/{split}.json').read_text())


def test_one_group_held_out(files: tuple[Path, Path], tmp_path: Path) -> None:
    root = tmp_path / 'out'
    counts = split_mpii(*files, root, num_groups=1, seed=0)
    train, val = read(root, 'train'), read(root, 'val')
    (crop,) = val['images']
    names = {image['file_name'] for image in train['images']}
    assert names == {'a.png', 'b.png', 'c.png'} - {crop['source']}
    people = sum(len(CENTERS[name]) for name in names)
    close = {'a.png': 2, 'c.png': 3}[crop['source']]
    assert counts == {'train_images': 2, 'train_people': people, 'val_groups': 1, 'val_people': close}
    assert len(train['annotations']) == people
    assert train['categories'][0]['keypoints'] == list(MPII16_NAMES)
    assert {(root / 'images' / name).read_bytes() for name in names} == {
        (files[1] / name).read_bytes() for name in names
    }


def test_crops(files: tuple[Path, Path], tmp_path: Path) -> None:
    root = tmp_path / 'out'
    split_mpii(*files, root, num_groups=2)
    val = read(root, 'val')
    assert {image['source'] for image in val['images']} == {'a.png', 'c.png'}
    assert [image['annorect'] for image in val['images']] == [[1, 2], [1, 2, 3]]
    for image in val['images']:
        whole = cv2.imread(str(files[1] / image['source']))
        x, y = image['crop_corner']
        pixels = cv2.imread(str(root / 'images' / image['file_name']))
        assert pixels.shape == (image['height'], image['width'], 3)
        np.testing.assert_array_equal(pixels, whole[y : y + image['height'], x : x + image['width']])
        people = [person for person in val['annotations'] if person['image_id'] == image['id']]
        for person, center in zip(people, np.array(CENTERS[image['source']]), strict=False):
            np.testing.assert_allclose(np.add(person['center'], (x, y)), center)
            joints = np.reshape(person['keypoints'], (16, 3))
            np.testing.assert_allclose(joints[:, 0] + x, center[0] + np.arange(16))
            np.testing.assert_allclose(joints[:, 1] + y, center[1] - np.arange(16))
            assert joints[:, 2].tolist() == [1, 2] * 8
            np.testing.assert_allclose(person['head_box'], [center[0] - x, center[1] - 10 - y, 6, 8])
    # The pair of a.png: centers 60..80 and 50..55, .75 x 40 px around them, whole pixels.
    first = val['images'][0]
    assert first['crop_corner'] == [30, 20]
    assert (first['width'], first['height']) == (81, 66)
    assert first['group_box'] == [30, 30, 50, 35]
    assert first['group_scale'] == pytest.approx(0.2)


def test_the_dataset_and_the_metric_read_it(files: tuple[Path, Path], tmp_path: Path) -> None:
    root = tmp_path / 'out'
    split_mpii(*files, root, num_groups=2)
    dataset = ColumnarCocoDataset(
        ann_file='annotations/val.json',
        data_root=str(root),
        data_prefix={'img': 'images/'},
        data_mode='bottomup',
        metainfo={'from_file': 'configs/_base_/datasets/mpii.py'},
        test_mode=True,
    )
    metric = METRICS.build({'type': 'MPIIMultiPersonMetric', 'ann_file': str(root / 'annotations/val.json')})
    metric.dataset_meta = dataset.metainfo
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        found = {'keypoints': info['keypoints'], 'keypoint_scores': np.ones(info['keypoints'].shape[:2])}
        metric.process(None, [{'img_id': info['img_id'], 'pred_instances': found}])
    assert set(metric.evaluate(len(dataset)).values()) == {1.0}


def test_the_same_bytes_and_no_overwriting(files: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ('one', 'two'):
        split_mpii(*files, tmp_path / name, num_groups=1, seed=5)
    assert read_tree(tmp_path / 'one') == read_tree(tmp_path / 'two')
    with pytest.raises(FileExistsError, match=r'train\.json: exists'):
        split_mpii(*files, tmp_path / 'one', num_groups=1)


def test_the_benchmarks_groups(files: tuple[Path, Path], tmp_path: Path) -> None:
    cells = np.empty((1, 4), object)
    for index in range(4):
        cells[0, index] = np.empty((1, 1), object)
        cells[0, index][0, 0] = np.array([[1, 2]])
    savemat(tmp_path / 'groups.mat', {'groups': cells})
    root = tmp_path / 'out'
    assert cut_test_groups(*files, root, tmp_path / 'groups.mat') == 1
    content = read(root, 'test')
    assert content['annotations'] == []
    (crop,) = content['images']
    assert (crop['source'], crop['crop_corner'], crop['annorect']) == ('t.png', [30, 20], [1, 2])
    cells[0, 3][0, 0] = np.array([[1, 5]])
    savemat(tmp_path / 'groups.mat', {'groups': cells})
    with pytest.raises(ValueError, match=r'annolist\(4\)\.annorect\(5\): objpos: missing, but in a group'):
        cut_test_groups(*files, tmp_path / 'other', tmp_path / 'groups.mat')


def test_what_is_missing(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='num_groups: 3 of 2 groups'):
        split_mpii(*files, tmp_path / 'out', num_groups=3)
    (files[1] / 'b.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'b\.png does not exist'):
        split_mpii(*files, tmp_path / 'out', num_groups=1)
    assert not (tmp_path / 'out' / 'annotations').exists()
