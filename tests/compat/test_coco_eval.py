"""The stand-in for xtcocotools against the real one's recorded figures, plain definitions, and MMPose's use of it."""

import contextlib
import copy
import importlib.util
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.evaluation import metrics

from synpose.compat import coco_eval
from synpose.compat.coco_api import COCO
from synpose.compat.coco_eval import COCOeval
from synpose.compat.coco_summary import IOU_TYPES

HERE = Path(__file__).parent
# The script runs where synpose is not installed, so it is no module of a package.
SCRIPT = runpy.run_path(str(HERE / 'record_xtcocotools.py'))
RECORDED = json.loads((HERE.parent / 'data' / 'xtcocotools_reference.json').read_text(encoding='utf-8'))['figures']


def in_memory(labels: dict, results: list[dict]) -> tuple[COCO, COCO]:
    coco = COCO(ann_data=copy.deepcopy(labels))
    return coco, coco.loadRes(copy.deepcopy(results))


def run(labels: dict, results: list[dict], iou_type: str = 'keypoints', **kwargs) -> COCOeval:
    evaluation = COCOeval(*in_memory(labels, results), iou_type, **kwargs)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation


def perfect_crowd(num_people: int, num_joints: int = 17) -> tuple[dict, list[dict]]:
    """One image of people in a row, each found exactly, the scores all different."""
    labels, results = [], []
    for i in range(num_people):
        x = 100.0 * i + np.arange(num_joints)
        y = 5.0 * np.arange(num_joints)
        joints = np.stack([x, y, np.full(num_joints, 2)], axis=1).reshape(-1).tolist()
        person = {'image_id': 0, 'category_id': 1, 'keypoints': joints, 'bbox': [100.0 * i, 0.0, 60.0, 80.0]}
        results.append({**person, 'score': 1 - i / num_people})
        labels.append({**person, 'id': i, 'area': 4000.0, 'iscrowd': 0, 'num_keypoints': num_joints})
    image = {'id': 0, 'width': 100 * num_people, 'height': 100, 'crowdIndex': 0.9}
    return {'images': [image], 'annotations': labels, 'categories': [{'id': 1, 'name': 'person'}]}, results


@pytest.mark.parametrize('iou_type', IOU_TYPES)
@pytest.mark.parametrize('seed', sorted(RECORDED, key=int))
def test_figures_and_matches_equal_the_recorded_ones(seed, iou_type):
    got = SCRIPT['figures'](COCO, COCOeval, int(seed), iou_type)
    assert SCRIPT['differences'](RECORDED[seed][iou_type], got) == []


def test_recording_covers_ten_seeds_and_every_iou_type():
    assert len(RECORDED) >= 10
    assert all(set(row) == set(IOU_TYPES) and len(IOU_TYPES) == 10 for row in RECORDED.values())


@pytest.mark.parametrize('iou_type', ['keypoints', 'keypoints_crowd', 'bbox'])
def test_forty_perfect_people_need_the_cap_lifted(iou_type, capsys):
    labels, results = perfect_crowd(40)
    lifted = run(labels, results, iou_type, max_dets=300)
    assert lifted.stats[0] == 1
    assert len(lifted.stats_names) == len(lifted.stats)
    printed = capsys.readouterr().out
    assert ' Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=300 ] =  1.000' in printed
    if iou_type != 'bbox':
        capped = run(labels, results, iou_type)
        assert capped.stats[0] == pytest.approx(51 / 101)  # 20 of 40 found: recalls 0 to .50
        assert '| maxDets= 20 ] =  0.505' in capsys.readouterr().out


def test_cap_counts_the_best_detections():
    labels, results = perfect_crowd(4)
    evaluation = run(labels, results, max_dets=3)
    assert evaluation.params.maxDets == [3]
    assert evaluation.evalImgs[0]['dtIds'] == [1, 2, 3]
    assert evaluation.stats[5] == 0.75
    assert run(labels, results, 'bbox', max_dets=5).params.maxDets == [1, 5]
    assert run(labels, results, 'bbox', max_dets=5).stats_names[6:9] == ['AR@1', 'AR@5', 'AR@5']


def test_caps_set_by_hand_give_true_figures():
    evaluation = COCOeval(*in_memory(*perfect_crowd(40)))
    evaluation.params.maxDets = [100]
    evaluation.evaluate()
    evaluation.accumulate()
    assert evaluation.summarize()[0] == 1


def test_crowd_levels_leave_the_evaluation_as_it_was():
    labels, results = SCRIPT['random_crowd'](2)
    evaluation = COCOeval(*in_memory(labels, results), 'keypoints_crowd')
    evaluation.params.catIds = [1]
    evaluation.evaluate()
    evaluation.accumulate()
    before, images = evaluation.eval, list(evaluation.params.imgIds)
    stats = evaluation.summarize()
    assert evaluation.eval is before
    assert evaluation.params.imgIds == images
    assert evaluation.stats_names[6:] == ['AP(E)', 'AP(M)', 'AP(H)']
    medium = [img['id'] for img in labels['images'] if 0.2 <= img['crowdIndex'] < 0.8]
    evaluation.params.imgIds = medium
    evaluation.evaluate()
    evaluation.accumulate()
    assert stats[7] == round(evaluation.summarize()[0], 4)


def test_accumulating_a_part_equals_evaluating_the_part():
    crowd = SCRIPT['random_crowd'](2)
    whole, part = (COCOeval(*in_memory(*crowd), 'bbox') for _ in range(2))
    part.params.imgIds, part.params.areaRng = [8], part.params.areaRng[1:]
    whole.evaluate()
    part.evaluate()
    whole.accumulate(part.params)
    part.accumulate()
    assert (part.eval['precision'] > 0).any()
    for key in ('precision', 'recall', 'scores'):
        np.testing.assert_array_equal(whole.eval[key], part.eval[key])


def test_categories_pool():
    labels, results = perfect_crowd(6)
    labels['categories'].append({'id': 2, 'name': 'teacher'})
    for result in results[::2]:
        result['category_id'] = 2
    evaluation = COCOeval(*in_memory(labels, results))
    evaluation.params.useCats = 0
    evaluation.evaluate()
    evaluation.accumulate()
    assert evaluation.summarize()[0] == 1
    assert run(labels, results).stats[0] < 1


def test_evaluation_changes_no_annotation():
    coco, found = in_memory(*SCRIPT['random_crowd'](2))
    before = copy.deepcopy((coco.dataset, found.dataset))
    for iou_type in ('keypoints_wholebody', 'segm'):
        evaluation = COCOeval(coco, found, iou_type, SCRIPT['random_sigmas'](1, 133))
        with pytest.warns(UserWarning, match='wholebody_score') if iou_type != 'segm' else contextlib.nullcontext():
            evaluation.evaluate()
    assert (coco.dataset, found.dataset) == before


def test_no_results_score_zero():
    labels, _ = perfect_crowd(3)
    stats = run(labels, []).stats
    assert stats[0] == stats[5] == 0
    assert stats[4] == -1  # nobody is that large


def broken(field, value):
    labels, results = perfect_crowd(2)
    if value is None:
        del labels['annotations'][1][field]
    else:
        labels['annotations'][1][field] = value
    return labels, results


@pytest.mark.parametrize(
    ('iou_type', 'field', 'value', 'message'),
    [
        ('keypoints', 'area', None, r"annotation 1: no 'area' \(pass use_area=False"),
        ('keypoints', 'keypoints', None, r"annotation 1: no 'keypoints', which 'keypoints' needs"),
        ('keypoints', 'keypoints', [1, 2, 2], r'annotation 1: keypoints holds 3 numbers, expected 51 for 17 sigmas'),
        ('keypoints', 'keypoints', [float('nan')] * 51, r'annotation 1: keypoints holds a value that is not finite'),
        ('keypoints_face', 'area', 1.0, r"annotation 0: no 'face_kpts'"),
        ('keypoints_crowd', 'num_keypoints', None, r"annotation 1: no 'num_keypoints'"),
        ('bbox', 'bbox', None, r"annotation 1: no 'bbox'"),
        ('segm', 'area', 1.0, r"annotation 0: no 'segmentation'"),
    ],
)
def test_bad_annotations_are_named(iou_type, field, value, message):
    with pytest.raises(ValueError, match=message):
        run(*broken(field, value), iou_type)


def test_bad_calls_are_named():
    labels, results = perfect_crowd(2)
    with pytest.raises(ValueError, match=r'iouType must be one of keypoints, .*bbox, got .keypoint.'):
        COCOeval(iouType='keypoint')
    with pytest.raises(ValueError, match='max_dets must be at least 1, got 0'):
        COCOeval(max_dets=0)
    evaluation = COCOeval(*in_memory(labels, results))
    with pytest.raises(RuntimeError, match='evaluate'):
        evaluation.accumulate()
    with pytest.raises(RuntimeError, match='accumulate'):
        evaluation.summarize()
    del labels['images'][0]['crowdIndex']
    with pytest.raises(ValueError, match="image 0: no 'crowdIndex'"):
        run(labels, results, 'keypoints_crowd')


def mmpose_metric(name, tmp_path, dataset, num_people=4, keep=None, **kwargs):
    """Score exact predictions of a generated file through one of MMPose's metrics; ``keep`` drops some."""
    meta = parse_pose_metainfo({'from_file': f'configs/_base_/datasets/{dataset}.py'})
    num_joints = len(meta['sigmas'])
    labels, _ = perfect_crowd(num_people, num_joints)
    joints = np.array([ann['keypoints'] for ann in labels['annotations']]).reshape(num_people, num_joints, 3)
    for ann, row in zip(labels['annotations'], joints, strict=True):
        start = 0
        for part, count in SCRIPT['PARTS'].items() if num_joints == 133 else ():
            ann[part] = row[start : start + count].reshape(-1).tolist()
            start += count
    path = tmp_path / 'labels.json'
    path.write_text(json.dumps(labels))
    metric = getattr(metrics, name)(ann_file=str(path), score_mode='bbox', nms_mode='none', prefix='coco', **kwargs)
    metric.dataset_meta = meta
    keep = num_people if keep is None else keep
    metric.process(
        [],
        [
            {
                'id': list(range(keep)),  # a list: the people of one image, as bottom-up models give them
                'img_id': 0,
                'pred_instances': {
                    'keypoints': joints[:keep, :, :2],
                    'keypoint_scores': np.ones((keep, num_joints)),
                    'bbox_scores': np.linspace(1, 0.5, keep),
                },
                'gt_instances': {'bbox_scales': np.full((keep, 2), 60.0)},
            }
        ],
    )
    return metric.evaluate(size=1)


@pytest.mark.parametrize(
    ('name', 'dataset', 'kwargs'),
    [
        ('CocoMetric', 'coco', {}),
        ('CocoMetric', 'coco', {'use_area': False}),
        ('CocoMetric', 'crowdpose', {'iou_type': 'keypoints_crowd'}),
        ('CocoWholeBodyMetric', 'coco_wholebody', {}),
    ],
)
def test_metrics_of_mmpose(name, dataset, kwargs, tmp_path):
    full = mmpose_metric(name, tmp_path, dataset, **kwargs)
    assert full['coco/AP'] == full['coco/AR'] == 1
    half = mmpose_metric(name, tmp_path, dataset, keep=2, **kwargs)
    assert half['coco/AP'] == pytest.approx(51 / 101)
    assert half['coco/AR'] == 0.5
    if dataset == 'crowdpose':
        assert half['coco/AP(E)'] == half['coco/AP(M)'] == -1
        assert half['coco/AP(H)'] == round(51 / 101, 4)
    else:
        assert half['coco/AP (M)'] == pytest.approx(51 / 101)


@pytest.fixture
def no_xtcocotools():
    """Forget xtcocotools and its stand-in for the length of a test."""
    taken = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition('.')[0] == 'xtcocotools'}
    yield
    for name in [name for name in sys.modules if name.partition('.')[0] == 'xtcocotools']:
        del sys.modules[name]
    sys.modules.update(taken)


def fake_package(folder: Path, coco: str) -> None:
    package = folder / 'xtcocotools'
    package.mkdir()
    for name, text in {'__init__': '', 'coco': coco, 'cocoeval': 'class COCOeval: pass', 'mask': ''}.items():
        (package / f'{name}.py').write_text(text)


def test_real_package_is_left_alone(tmp_path):
    fake_package(tmp_path, 'class COCO: pass')
    code = 'import synpose, synpose.compat.coco_eval as c, xtcocotools.coco as x; print(c.install(), x.__file__)'
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, [str(tmp_path), os.environ.get('PYTHONPATH')]))}
    done = subprocess.run([sys.executable, '-c', code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f'False {tmp_path / "xtcocotools" / "coco.py"}'


@pytest.mark.usefixtures('no_xtcocotools')
@pytest.mark.parametrize('installed', [False, True])
def test_stand_in_replaces_a_package_that_does_not_import(tmp_path, monkeypatch, installed):
    if installed:  # what a wheel built for numpy 1 does on numpy 2, besides printing a page
        fake_package(tmp_path, 'import sys\nsys.stderr.write("page")\nraise ImportError("numpy.core.multiarray")')
        monkeypatch.syspath_prepend(tmp_path)
    elif importlib.util.find_spec('xtcocotools'):
        pytest.skip('the real package is installed here')
    assert coco_eval.install()
    import xtcocotools.mask
    from xtcocotools.coco import COCO as INSTALLED
    from xtcocotools.coco import _isArrayLike
    from xtcocotools.cocoeval import COCOeval as InstalledEval

    assert (INSTALLED, InstalledEval) == (COCO, COCOeval)
    assert _isArrayLike([1])
    assert not _isArrayLike('one')
    assert xtcocotools.mask.decode(xtcocotools.mask.frPyObjects([[0, 0, 4, 0, 4, 4, 0, 4]], 8, 8)).sum() == 16
    for name in ('xtcocotools', 'xtcocotools.coco', 'xtcocotools.cocoeval', 'xtcocotools.mask'):
        assert importlib.util.find_spec(name).origin == 'synpose.compat.coco_eval'
    assert coco_eval.install()
