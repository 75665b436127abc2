from pathlib import Path

import cv2
import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmpose.registry import DATASETS, TRANSFORMS

from synpose.testing import write_synpose_dataset

SIZE = (48, 80)
STENCIL = np.zeros(SIZE, np.int32)
cv2.ellipse(STENCIL, (12, 19), (6, 11), 0, 0, 360, 1, -1)
cv2.ellipse(STENCIL, (48, 32), (8, 12), 0, 0, 360, 2, -1)
IMAGE = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)


def sample(**fields) -> dict:
    """Two people with a joint at each pixel of a coarse grid, all visible but one."""
    y, x = np.mgrid[-4:60:4, -4:90:4]
    offsets = np.resize(np.float32([0.4, 0.6]), x.size)[:, None]  # on either side of a pixel's end
    joints = np.stack((x.ravel(), y.ravel()), -1).astype(np.float32) + offsets
    visibility = np.full((2, len(joints)), 2, np.float32)
    visibility[:, ::5] = 0
    return {
        'img': IMAGE,
        'stencil': STENCIL,
        'stencil_id': np.array([2, 1], np.int32),
        'keypoints': np.stack((joints, joints)),
        'keypoints_visibility': visibility,
        'keypoints_visible': np.minimum(visibility, 1),
        'bbox': np.array([[40, 20, 57, 45], [6, 8, 19, 31]], np.float32),
        'area': np.array([(STENCIL == 2).sum(), (STENCIL == 1).sum()], np.float32),
        **fields,
    }


def run(seed: int = 0, results: dict | None = None, **options) -> dict:
    np.random.seed(seed)  # noqa: NPY002
    return TRANSFORMS.build({'type': 'BackgroundOcclusion', 'prob': 1.0, **options})(results or sample())


@pytest.mark.parametrize('seed', range(20))
def test_record_image_and_labels_agree(seed: int) -> None:
    given, results = sample(), run(seed)
    covered = results['occluder_mask']
    # The picture: what the record says, in its order, from the picture as it was, of pixels without people.
    expected, drawn = IMAGE.copy(), np.zeros(SIZE, bool)
    assert results['occluders'].shape == (2, 6)
    for x, y, w, h, source_x, source_y in results['occluders'].tolist():
        rows, columns = slice(source_y, source_y + h), slice(source_x, source_x + w)
        assert not STENCIL[rows, columns].any()
        expected[y : y + h, x : x + w] = IMAGE[rows, columns]
        drawn[y : y + h, x : x + w] = True
    np.testing.assert_array_equal(results['img'], expected)
    np.testing.assert_array_equal(covered, drawn)
    assert results['background_occluded'] is True
    assert results['occlusions_infeasible'] == 0
    # The labels.
    np.testing.assert_array_equal(results['stencil'], np.where(covered, 0, STENCIL))
    assert results['stencil'].dtype == STENCIL.dtype
    for (x, y), before, after in zip(
        given['keypoints'][0], given['keypoints_visibility'][0], results['keypoints_visibility'][0]
    ):
        column, row = round(float(x)), round(float(y))
        hidden = 0 <= column < 80 and 0 <= row < 48 and covered[row, column]
        assert after == (min(before, 1) if hidden else before)
    np.testing.assert_array_equal(results['keypoints_visible'], given['keypoints_visible'])
    for index, number in enumerate((2, 1)):
        rows, columns = np.nonzero(results['stencil'] == number)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert results['bbox'][index].tolist() == box
        assert results['area'][index] == len(rows)
    # Nothing given was written to.
    for key, value in given.items():
        np.testing.assert_array_equal(sample()[key], value)
    np.testing.assert_array_equal(STENCIL, sample()['stencil'])


def test_boxes_and_joints_do_change() -> None:
    """The test above would pass if nothing was ever covered."""
    given, found = sample(), [run(seed) for seed in range(60)]
    assert sum((results['keypoints_visibility'] != given['keypoints_visibility']).any() for results in found) > 45
    assert sum((results['bbox'] != given['bbox']).any() for results in found) > 9


def test_person_mask_is_kept_and_one_rectangle_drawn() -> None:
    results = sample(person_mask=STENCIL > 0)
    del results['stencil']
    found = run(0, results, mask='person_mask', people='all')
    assert len(found['occluders']) == 1
    np.testing.assert_array_equal(found['person_mask'], STENCIL > 0)
    np.testing.assert_array_equal(found['bbox'], sample()['bbox'])
    assert (found['occluder_mask'] & found['person_mask']).any()
    with_stencil = run(0, sample(person_mask=STENCIL > 0), mask='person_mask', people='all')
    np.testing.assert_array_equal(with_stencil['stencil'], np.where(found['occluder_mask'], 0, STENCIL))


@pytest.mark.parametrize('seed', range(5))
def test_only_the_people_of_the_sample(seed: int) -> None:
    results = sample()
    for key in ('stencil_id', 'keypoints', 'keypoints_visibility', 'keypoints_visible', 'bbox', 'area'):
        results[key] = results[key][:1]
    found = run(seed, results, numbers='stencil_id')
    ((x, y, w, h, _, _),) = found['occluders'].tolist()
    assert any(STENCIL[j, i] == 2 for i in (x, x + w - 1) for j in (y, y + h - 1))
    assert found['bbox'].shape == (1, 4)


def test_person_of_whom_nothing_is_left() -> None:
    stencil = np.zeros(SIZE, np.int32)
    stencil[10, 10] = 1
    results = sample(stencil=stencil, stencil_id=np.array([1, 0], np.int32))
    found = run(0, results, sides=(1.0, 1.0))
    assert not found['stencil'].any()
    np.testing.assert_array_equal(found['bbox'], sample()['bbox'])
    np.testing.assert_array_equal(found['area'], sample()['area'])


def test_infeasible_is_a_flagged_no_op() -> None:
    stencil = np.full(SIZE, 2, np.int32)
    stencil[:10] = 1
    results, given = run(0, sample(stencil=stencil)), sample(stencil=stencil)
    assert (results['background_occluded'], results['occlusions_infeasible']) == (False, 2)
    assert results['occluders'].shape == (0, 6)
    assert not results['occluder_mask'].any()
    assert results['img'] is IMAGE
    for key, value in given.items():
        np.testing.assert_array_equal(results[key], value)


def test_nobody() -> None:
    results = run(0, sample(stencil=np.zeros(SIZE, np.int32)))
    assert (results['background_occluded'], results['occlusions_infeasible']) == (False, 0)


def test_how_often() -> None:
    transform = TRANSFORMS.build({'type': 'BackgroundOcclusion', 'prob': 0.8})
    np.random.seed(0)  # noqa: NPY002
    assert abs(sum(len(transform(sample())['occluders']) for _ in range(200)) - 320) < 40
    assert not TRANSFORMS.build({'type': 'BackgroundOcclusion', 'prob': 0})(sample())['background_occluded']


def test_chance_is_cached_and_comes_from_the_seed() -> None:
    transform = TRANSFORMS.build({'type': 'BackgroundOcclusion'})
    with cache_random_params(transform):
        assert len({transform(sample())['occluders'].tobytes() for _ in range(10)}) == 1
    assert len({transform(sample())['occluders'].tobytes() for _ in range(10)}) > 1
    np.testing.assert_array_equal(run(3)['img'], run(3)['img'])


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        ({'prob': 1.5}, 'prob must lie in'),
        ({'sides': (0.5, 0.2)}, 'sides must be two fractions'),
        ({'sides': (0.0, 0.2)}, 'sides must be two fractions'),
        ({'people': 'some'}, 'people must be of'),
    ],
)
def test_bad_options(options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        run(0, **options)


@pytest.mark.parametrize('seed', range(10))
def test_only_the_rendered_people_and_no_photographed_ones_as_filling(seed: int) -> None:
    """A mixed picture: person 1 is rendered, person 2 photographed, a third one known by box alone."""
    boxes = np.array([[40, 20, 57, 45], [6, 8, 19, 31], [60, 0, 79, 47]], np.float32)
    results = sample(bbox=boxes, stencil_id=np.array([2, 1, 0]), synthetic_id=np.array([0, 1, 0]))
    for key in ('keypoints', 'keypoints_visibility', 'keypoints_visible', 'area'):
        results[key] = results[key][[0, 1, 1]]
    found = run(seed, dict(results), numbers='synthetic_id')
    ((x, y, w, h, source_x, source_y),) = found['occluders'].tolist()
    assert any(STENCIL[j, i] == 1 for i in (x, x + w - 1) for j in (y, y + h - 1))
    assert not STENCIL[source_y : source_y + h, source_x : source_x + w].any()
    assert source_x + w <= 60
    np.testing.assert_array_equal(found['bbox'][2], boxes[2])
    shifted = TRANSFORMS.build({'type': 'CenterHumanBrightness', 'numbers': 'synthetic_id'})(results)
    free = (STENCIL == 0) & ~np.pad(np.ones((48, 20), bool), ((0, 0), (60, 0)))
    assert shifted['brightness_shifts'].tolist() == [round(IMAGE[free].mean() - IMAGE[STENCIL == 1].mean())]


@pytest.mark.parametrize('data_mode', ['bottomup', 'topdown'])
def test_in_a_pipeline(tmp_path: Path, data_mode: str) -> None:
    write_synpose_dataset(tmp_path, 2, 3, (192, 128), ('train',))
    pipeline = ['LoadImage', 'LoadStencil', 'CenterHumanBrightness', 'BackgroundOcclusion']
    dataset = DATASETS.build(
        {
            'type': 'SynPoseDataset',
            'data_root': str(tmp_path),
            'ann_file': 'annotations/train.json',
            'data_mode': data_mode,
            'pipeline': [{'type': name} for name in pipeline],
        }
    )
    np.random.seed(0)  # noqa: NPY002
    changed = 0
    for index, results in enumerate(dataset):
        assert results['brightness_centered']
        assert results['bbox'].shape == (len(results['stencil_id']), 4)
        np.testing.assert_array_equal(results['synthetic_id'], results['stencil_id'])  # all are rendered
        given = dataset.get_data_info(index)
        np.testing.assert_array_equal(results['keypoints'], given['keypoints'])
        column, row = np.moveaxis(np.floor(results['keypoints'] + 0.5).astype(int), -1, 0)
        inside = (column >= 0) & (row >= 0) & (column < 192) & (row < 128)
        hidden = inside & results['occluder_mask'][np.clip(row, 0, 127), np.clip(column, 0, 191)]
        before = given['keypoints_visibility']
        np.testing.assert_array_equal(results['keypoints_visibility'], np.where(hidden, np.minimum(before, 1), before))
        changed += (hidden & (before == 2)).sum()
    assert changed > 0
