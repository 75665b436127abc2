import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, METRICS

from synpose.datasets import synpose_dataset, validation
from synpose.skeletons import JOINT_NAMES
from synpose.testing import write_synpose_dataset

LOAD = [{'type': 'LoadImage'}]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    init_default_scope('mmpose')
    return write_synpose_dataset(tmp_path, num_images=3, num_people=4, splits=['train'])


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    for module in (synpose_dataset, validation):
        monkeypatch.setattr(module, 'print_log', lambda text, *args: texts.append(text))
    return texts


def build(root: Path, **kwargs: Any) -> Any:
    defaults = {
        'type': 'SynPoseDataset',
        'data_root': str(root),
        'ann_file': 'annotations/train.json',
        'serialize_data': False,
    }
    return DATASETS.build({**defaults, **kwargs})


def all_keypoints(dataset: Any) -> list[np.ndarray]:
    return [dataset.get_data_info(i)['keypoints'] for i in range(len(dataset))]


def content_of(root: Path) -> dict:
    return json.loads((root / 'annotations/train.json').read_text())


def edit(root: Path, change: Callable[[dict], Any]) -> None:
    content = content_of(root)
    change(content)
    (root / 'annotations/train.json').write_text(json.dumps(content))


def test_bottomup_sample_holds_the_files_people(root: Path) -> None:
    dataset = build(root, data_mode='bottomup', pipeline=[*LOAD, {'type': 'LoadStencil'}, {'type': 'LoadDepth'}])
    content = content_of(root)
    assert len(dataset) == 3
    for index, image in enumerate(content['images']):
        sample = dataset[index]
        people = [person for person in content['annotations'] if person['image_id'] == image['id']]
        triples = np.array([person['keypoints'] for person in people]).reshape(4, 59, 3)
        np.testing.assert_array_equal(sample['keypoints'], triples[..., :2].astype(np.float32))
        np.testing.assert_array_equal(sample['keypoints_visibility'], triples[..., 2])
        np.testing.assert_array_equal(sample['keypoints_visible'], np.minimum(triples[..., 2], 1))
        assert sample['stencil_id'].tolist() == [person['stencil_id'] for person in people]
        assert sample['behavior'] == [person['behavior'] for person in people]
        assert sample['num_keypoints'] == [58] * 4
        assert (sample['img_id'], sample['room_size'], sample['viewpoint'], sample['camera']) == (
            *(image['id'], image['room_size'], image['viewpoint'], image['camera']),
        )
        np.testing.assert_array_equal(sample['img'], cv2.imread(str(root / 'images' / image['file_name'])))
        for k, person in zip(sample['stencil_id'], people):
            assert (sample['stencil'] == k).sum() == person['area']
            assert sample['depth'][sample['stencil'] == k] == pytest.approx(person['keypoints_3d'][0][2])


def test_topdown_sample_is_one_person(root: Path) -> None:
    dataset = build(root)
    content = content_of(root)
    assert len(dataset) == 12
    info = dataset.get_data_info(5)
    person = content['annotations'][5]
    x, y, w, h = person['bbox']
    np.testing.assert_allclose(info['bbox'], [[x, y, x + w, y + h]])
    assert info['keypoints'].shape == (1, 59, 2)
    assert (info['id'], info['stencil_id'].tolist(), info['behavior']) == (
        *(person['id'], [person['stencil_id']], person['behavior']),
    )
    assert info['stencil_path'] == str(root / content['images'][1]['stencil_file'])
    assert info['room_size'] == 'medium'


def test_joints_go_by_name_not_by_position(root: Path) -> None:
    before = all_keypoints(build(root))
    order = np.random.default_rng(0).permutation(59)

    def shuffle(content: dict) -> None:
        content['categories'][0]['keypoints'] = [JOINT_NAMES[i] for i in order]
        for person in content['annotations']:
            person['keypoints'] = np.reshape(person['keypoints'], (59, 3))[order].ravel().tolist()

    edit(root, shuffle)
    np.testing.assert_array_equal(before, all_keypoints(build(root)))


def test_absent_joints_are_invisible_and_reported(root: Path, logged: list[str]) -> None:
    def keep_two(content: dict) -> None:
        content['categories'][0]['keypoints'] = ['neck', 'right_wrist']
        for person in content['annotations']:
            person['keypoints'] = [50, 60, 2, 70, 80, 1]

    edit(root, keep_two)
    info = build(root).get_data_info(0)
    seen = info['keypoints_visible'][0]
    assert seen.sum() == info['num_keypoints'] == info['raw_ann_info']['num_keypoints'] == 2
    assert info['keypoints'][0, JOINT_NAMES.index('right_wrist')].tolist() == [70, 80]
    assert (info['keypoints'][0, seen == 0] == 0).all()
    assert '2 of 59 joints found by name; absent, so invisible: nose, left_eye' in logged[0]


def test_raw_annotation_has_the_mapped_joints(root: Path) -> None:
    dataset = build(root, type='SynPose17Dataset', data_mode='bottomup', test_mode=True)
    info = dataset.get_data_info(0)
    triples = np.reshape([raw['keypoints'] for raw in info['raw_ann_info']], (4, 17, 3))
    np.testing.assert_allclose(triples[..., :2], info['keypoints'], atol=1e-5)
    assert [raw['num_keypoints'] for raw in info['raw_ann_info']] == info['num_keypoints']
    assert len(dataset.metainfo['CLASSES'][0]['keypoints']) == 17


def test_flipping_twice_is_the_identity(root: Path) -> None:
    flip = {'type': 'RandomFlip', 'prob': 1.0}
    sized = build(root, data_mode='bottomup', pipeline=[*LOAD])[0]
    twice = build(root, data_mode='bottomup', pipeline=[*LOAD, flip, flip])[0]
    once = build(root, data_mode='bottomup', pipeline=[*LOAD, flip])[0]
    labeled = sized['keypoints_visible'] > 0
    np.testing.assert_allclose(twice['keypoints'][labeled], sized['keypoints'][labeled], atol=1e-4)
    np.testing.assert_array_equal(twice['img'], sized['img'])
    left, right = JOINT_NAMES.index('left_wrist'), JOINT_NAMES.index('right_wrist')
    np.testing.assert_allclose(once['keypoints'][:, left, 0], 191 - sized['keypoints'][:, right, 0], atol=1e-4)


@pytest.mark.parametrize('mode', ['topdown', 'bottomup'])
def test_mmpose_options(root: Path, mode: str) -> None:
    assert len(build(root, data_mode=mode, indices=2)) == 2
    lazy = build(root, data_mode=mode, lazy_init=True, ann_file='annotations/not_there.json')
    assert lazy.metainfo['num_keypoints'] == 59
    with pytest.raises(FileNotFoundError, match='not_there'):
        lazy.full_init()


def test_detected_boxes_replace_annotated_ones(root: Path) -> None:
    found = [{'image_id': 1, 'category_id': 1, 'bbox': [1, 2, 30, 40], 'score': score} for score in (0.1, 0.5, 0.9)] + [
        {'image_id': 2, 'category_id': 3, 'bbox': [1, 2, 30, 40], 'score': 0.9}
    ]
    (root / 'found.json').write_text(json.dumps(found))
    options: dict[str, Any] = {'bbox_file': str(root / 'found.json'), 'test_mode': True}
    dataset = build(root, **options, filter_cfg={'bbox_score_thr': 0.3})
    assert [float(dataset.get_data_info(i)['bbox_score'][0]) for i in range(2)] == pytest.approx([0.5, 0.9])
    info = dataset.get_data_info(0)
    assert len(dataset) == 2
    assert info['bbox'].tolist() == [[1, 2, 31, 42]]
    assert info['keypoints'].shape == (1, 59, 2)
    (root / 'found.json').write_text(json.dumps([found[0], found[0] | {'image_id': 77}]))
    with pytest.raises(ValueError, match=r'found.json: detection number 1: image_id: no image has the id 77'):
        build(root, **options)
    assert len(build(root, **options, on_error='skip')) == 1
    with pytest.raises(FileNotFoundError, match=r'gone.json: detection file'):
        build(root, test_mode=True, bbox_file='gone.json')


def test_coco_metric_scores_only_what_is_read(root: Path) -> None:
    def people_scored(**kwargs: Any) -> int:
        dataset = build(root, data_mode='bottomup', test_mode=True, pipeline=LOAD, **kwargs)
        metric = METRICS.build({'type': 'CocoMetric'})
        metric.dataset_meta = dataset.metainfo
        for index in range(len(dataset)):
            info = dataset[index]
            found = {'keypoints': info['keypoints'], 'keypoint_scores': np.ones(info['keypoints'].shape[:2])}
            packed = {key: info[key] for key in ('id', 'img_id', 'ori_shape', 'raw_ann_info')}
            metric.process([], [{**packed, 'pred_instances': found, 'gt_instances': {}}])
        assert metric.evaluate(len(dataset))['coco/AP'] == pytest.approx(1)
        return len(metric.coco.anns)

    assert people_scored() == 12
    path = root / 'images/000002.png'
    path.write_bytes(path.read_bytes()[:500])
    assert people_scored(on_error='skip') == 8


def test_box_only_files_serve_tests_but_not_training(root: Path) -> None:
    def drop_joints(content: dict) -> None:
        content['categories'] = [{'id': 1, 'name': 'person'}]
        for person in content['annotations']:
            del person['keypoints']

    edit(root, drop_joints)
    assert len(build(root, data_mode='bottomup', test_mode=True, pipeline=LOAD)[2]['img']) == 128
    with pytest.raises(ValueError, match=r'train.json: annotations: no person with keypoints'):
        build(root, data_mode='bottomup')


def test_invalid_people_become_polygons(root: Path) -> None:
    def blind(content: dict) -> None:
        content['annotations'][0].update(keypoints=[0] * 177, segmentation=None)

    edit(root, blind)
    info = build(root, data_mode='bottomup').get_data_info(0)
    x, y, w, h = content_of(root)['annotations'][0]['bbox']
    assert info['invalid_segs'] == [[[x, y, x + w, y, x + w, y + h, x, y + h]]]


def _set(record: str, index: int, **fields: Any) -> Callable[[dict], None]:
    return lambda content: content[record][index].update(fields)


BAD = {
    'missing image': (_set('images', 0, file_name='gone.png'), r'image 1: file_name: .*gone.png does not exist'),
    'missing stencil': (_set('images', 0, stencil_file='gone.png'), r'image 1: stencil_file: .* does not exist'),
    'wrong size': (_set('images', 2, width=100), r'image 3: file_name: .* is 192x128 px, but the image is 100x128'),
    'unknown image': (_set('annotations', 1, image_id=99), 'annotation 2: image_id: no image has the id 99'),
    'short keypoints': (_set('annotations', 1, keypoints=[1, 2, 2]), 'annotation 2: keypoints: must be 177 numbers'),
    'nan': (_set('annotations', 1, keypoints=[float('nan')] * 177), 'annotation 2: keypoints: must be finite'),
    'no area': (_set('annotations', 1, bbox=[5, 5, 0, 9]), 'annotation 2: bbox: must have a positive area'),
    'unknown joint': (
        lambda content: content['categories'][0]['keypoints'].__setitem__(0, 'nsoe'),
        "categories: keypoints: unknown joint name 'nsoe'",
    ),
}


@pytest.mark.parametrize('case', BAD)
def test_bad_record_raises_or_is_counted_and_listed(root: Path, case: str, logged: list[str]) -> None:
    change, message = BAD[case]
    edit(root, change)
    with pytest.raises((ValueError, FileNotFoundError), match=f'train.json: {message}'):
        build(root, data_mode='bottomup')
    dataset = build(root, data_mode='bottomup', on_error='skip')
    assert len(dataset.problems) == 1
    assert logged[0] == f'1 problem(s), skipped:\n  {dataset.problems[0]}'
    people = sum(len(dataset.get_data_info(i)['id']) for i in range(len(dataset)))
    lost = 4 if 'image ' in message and 'annotation' not in message else 0 if 'categories' in message else 1
    assert people == 12 - lost


def test_truncated_pictures(root: Path) -> None:
    for folder, field in (('images', 'file_name'), ('depth', 'depth_file'), ('stencils', 'stencil_file')):
        path = root / folder / '000002.png'
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ValueError, match=f'train.json: image 2: {field}: .*000002.png cannot be read'):
            build(root)
        assert len(build(root, on_error='skip')) == 8
        path.write_bytes(whole)
    (root / 'stencils/000002.png').unlink()
    assert len(build(root, check_files=['img', 'depth'])) == 12


def test_stencil_of_another_size(root: Path) -> None:
    cv2.imwrite(str(root / 'stencils/000002.png'), np.zeros((64, 96), np.uint16))
    message = r'image 2: stencil_file: .*stencils.000002.png is 96x64 px, but the image is 192x128 px'
    with pytest.raises(ValueError, match=message):
        build(root)


@pytest.mark.parametrize('field', ['images', 'annotations'])
def test_empty_split(root: Path, field: str) -> None:
    edit(root, lambda content: content.update({'annotations': [], field: []}))
    with pytest.raises(ValueError, match=r'train.json: .* so the split is empty'):
        build(root, on_error='skip')


def test_bad_arguments(root: Path) -> None:
    with pytest.raises(ValueError, match=r"check_files may hold .* but has \['mask'\]"):
        build(root, check_files=['mask'])
    with pytest.raises(ValueError, match='on_error'):
        build(root, on_error='warn', lazy_init=True)


def test_images_without_people_are_tested(root: Path) -> None:
    edit(root, lambda content: content.update(annotations=content['annotations'][4:]))
    assert len(build(root, data_mode='bottomup')) == 2
    dataset = build(root, data_mode='bottomup', test_mode=True)
    infos = [dataset.get_data_info(i) for i in range(3)]
    assert {info['img_id']: len(info['id']) for info in infos} == {1: 0, 2: 4, 3: 4}
    assert all('room_size' in info for info in infos)


def test_of_several_categories_only_people_are_read(root: Path) -> None:
    before = len(build(root, data_mode='topdown'))
    edit(root, lambda content: content['categories'].append({'id': 2, 'name': 'chair'}))
    edit(root, lambda content: content['annotations'][0].update(category_id=2))
    assert len(build(root, data_mode='topdown')) == before - 1
