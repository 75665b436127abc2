import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synpose.files import write_json
from synpose.reporting.annotations import LabelFile
from synpose.reporting.pictures import (
    TILE_WIDTH,
    SplitQuality,
    draw_comparison,
    draw_label_tile,
    judge_images,
    sample_evenly,
)

NAMES = ('left_shoulder', 'right_shoulder')
IMAGES = [{'id': i, 'file_name': f'{i}.png', 'width': 100, 'height': 100} for i in (1, 2, 3)]


def person(ann_id: int, image_id: int, box: list, joints: list | None = None) -> dict:
    ann = {'id': ann_id, 'image_id': image_id, 'category_id': 1, 'bbox': box, 'area': 100.0}
    return ann | ({'keypoints': joints} if joints else {})


def labels_of(folder: Path, annotations: list[dict], names: tuple[str, ...] = NAMES) -> LabelFile:
    category = {'id': 1, 'name': 'person', 'keypoints': list(names)}
    write_json(folder / 'val.json', {'images': IMAGES, 'categories': [category], 'annotations': annotations})
    return LabelFile(folder / 'val.json', folder)


def pose(left: float, top: float, right: float, bottom: float, score: float) -> np.ndarray:
    return np.array([[left, top, score], [right, bottom, score]])


def test_quality_by_joints(tmp_path: Path) -> None:
    joints = [10, 10, 2, 30, 30, 2]
    # The file stores the joints in the other order: they are mapped by name.
    stored = [30, 30, 2, 10, 10, 2]
    people = [person(1, 1, [10, 10, 20, 20], stored), person(2, 2, [10, 10, 20, 20], stored)]
    people.append(person(3, 2, [60, 60, 20, 20], [80, 80, 2, 60, 60, 0]))
    labels = labels_of(tmp_path, people, NAMES[::-1])
    predictions = {
        1: (pose(*joints[:2], *joints[3:5], 0.8)[None], np.array([0.8])),
        2: (np.stack([pose(10, 10, 30, 30, 0.9), pose(0, 0, 5, 5, 0.1)]), np.array([0.9, 0.1])),
    }
    quality = judge_images(labels, predictions, NAMES)
    assert quality.measure == 'mean OKS'
    assert quality.threshold == 0.8  # the invented person at .1 only lowers F1
    # Image 1 is exact. In image 2 one of two people is exact; the other's only joint, at (80, 80), is 50 px off.
    far = np.exp(-(50**2 + 50**2) / (2 * 100 * (2 * 0.079) ** 2))
    assert quality.by_image == pytest.approx({1: 1.0, 2: (1 + far) / 2})
    assert quality.ranked() == [('best', 1), ('worst', 2)]


def test_quality_by_boxes_when_no_joint_is_labeled(tmp_path: Path) -> None:
    people = [person(1, 1, [10, 10, 20, 20]), person(2, 2, [10, 10, 20, 20]), person(3, 2, [60, 60, 20, 20])]
    labels = labels_of(tmp_path, people)
    exact = pose(10, 10, 30, 30, 0.9)
    predictions = {1: (exact[None], np.array([0.9])), 2: (exact[None], np.array([0.9]))}
    quality = judge_images(labels, predictions, NAMES)
    assert quality.measure == 'box F1'
    assert quality.by_image == pytest.approx({1: 1.0, 2: 2 / 3})  # image 3 has nobody


def test_no_predictions_at_all(tmp_path: Path) -> None:
    labels = labels_of(tmp_path, [person(1, 1, [10, 10, 20, 20], [10, 10, 2, 30, 30, 2])])
    assert judge_images(labels, {}, NAMES).by_image == {1: 0.0}


def test_predictions_of_an_unknown_image_are_refused(tmp_path: Path) -> None:
    labels = labels_of(tmp_path, [])
    with pytest.raises(ValueError, match=r'image_id 77, which .*val\.json does not have'):
        judge_images(labels, {77: (np.zeros((1, 2, 3)), np.ones(1))}, NAMES)


@pytest.mark.parametrize(
    ('qualities', 'expected'),
    [
        ({1: 0.1, 2: 0.9, 3: 0.5}, [('best', 2), ('median', 3), ('worst', 1)]),
        ({4: 0.5, 3: 0.5, 2: 0.5, 1: 0.5}, [('best', 1), ('median', 2), ('worst', 4)]),
        ({1: 0.1, 2: 0.9}, [('best', 2), ('worst', 1)]),
        ({8: 0.3}, [('best', 8)]),
        ({}, []),
    ],
)
def test_ranked(qualities: dict, expected: list) -> None:
    assert SplitQuality(qualities, 'mean OKS', 0.0).ranked() == expected


def test_samples_are_spread_and_have_people(tmp_path: Path, dataset: Path) -> None:
    labels = LabelFile(dataset / 'annotations' / 'val.json', dataset / 'images')
    ids = list(labels.images)
    assert sample_evenly(labels, 3) == [ids[0], ids[2], ids[4]]
    assert sample_evenly(labels, 99) == ids
    assert sample_evenly(labels_of(tmp_path, [person(1, 2, [1, 1, 9, 9])]), 4) == [2]
    assert sample_evenly(labels_of(tmp_path, []), 4) == []


def test_label_tile_has_stencil_and_depth_below(dataset: Path) -> None:
    labels = LabelFile(dataset / 'annotations' / 'val.json', dataset / 'images', str(dataset))
    image_id = next(iter(labels.images))
    picture = draw_label_tile(labels, image_id, 'data-1')
    width, height = Image.open(io.BytesIO(picture.data)).size
    assert (width, height) == (384, 256 + 128)  # 192x128 px, doubled; the strip is half as high
    assert picture.name == 'data-1.jpg'
    assert picture.caption == f'classroom/val: {image_id:06d}.png, 3 people (small, front)'
    plain = draw_label_tile(LabelFile(labels.path, labels.img_prefix, str(dataset / 'images')), image_id, 'x')
    assert Image.open(io.BytesIO(plain.data)).size == (384, 256)


def test_comparison_draws_only_poses_above_the_threshold(dataset: Path) -> None:
    labels = LabelFile(dataset / 'annotations' / 'val.json', dataset / 'images')
    image_id = next(iter(labels.images))
    poses = np.stack([pose(20, 20, 40, 40, 0.9), pose(60, 60, 90, 90, 0.2)])
    predictions = {image_id: (poses, np.array([0.9, 0.2]))}
    quality = SplitQuality({image_id: 0.25}, 'mean OKS', 0.5)
    truth, found = draw_comparison(labels, predictions, NAMES, quality, 'best', image_id)
    assert (truth.name, found.name) == ('best-labels.jpg', 'best-predictions.jpg')
    assert found.caption == f'Best, predictions: classroom/val: {image_id:06d}.png, 1 person, mean OKS 0.250'
    assert TILE_WIDTH > Image.open(io.BytesIO(found.data)).width == 384
