"""Perfect predictions go out as a zip and come back with the best figures; nothing else gets in."""

import json
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.models.pose_estimators import TopdownPoseEstimator
from mmpose.registry import METRICS
from mmpose.structures import PoseDataSample
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scipy.io import loadmat

from synpose.reporting.submissions import BENCHMARKS, check_submission
from synpose.reporting.submissions.scoring import score_submission
from synpose.testing import write_synpose_dataset

FIELDS = {'keypoints': 17, 'foot_kpts': 6, 'face_kpts': 68, 'lefthand_kpts': 21, 'righthand_kpts': 21}


def metainfo(name: str) -> dict:
    return parse_pose_metainfo({'from_file': f'configs/_base_/datasets/{name}.py'})


@pytest.fixture(scope='module')
def labels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A label file of two images with 20 and 3 people, by MMPose's name of the dataset."""
    files = {}
    for name in ('coco', 'coco_wholebody', 'crowdpose', 'ochuman'):
        names = [joint for _, joint in sorted(metainfo(name)['keypoint_id2name'].items())]
        root = tmp_path_factory.mktemp(name)
        write_synpose_dataset(root, 2, 20, (640, 480), ['test'], names)
        path = root / 'annotations/test.json'
        content = json.loads(path.read_text())
        content['annotations'] = content['annotations'][:23]
        for image in content['images']:
            image['crowdIndex'] = 0.5
        for person in content['annotations'] if name == 'coco_wholebody' else ():
            flat = person['keypoints']
            for field, count in FIELDS.items():
                person[field], flat = flat[: 3 * count], flat[3 * count :]
        path.write_text(json.dumps(content))
        files[name] = path
    return files


def samples_of(path: Path) -> list[dict]:
    """Bottom-up samples whose predictions are the labels; the people in reverse, the least score first."""
    content = json.loads(path.read_text())
    samples = []
    for image in content['images']:
        people = [person for person in content['annotations'] if person['image_id'] == image['id']][::-1]
        flat = [[value for field in FIELDS for value in person.get(field, [])] for person in people]
        joints = np.array(flat).reshape(len(people), -1, 3)
        scores = np.linspace(0.5, 1, len(people))[:, None] * np.ones(joints.shape[:2])
        instances = {'keypoints': joints[..., :2].astype(np.float32), 'keypoint_scores': scores.astype(np.float32)}
        ids = {'id': [person['id'] for person in people], 'img_id': np.int64(image['id'])}
        samples.append({**ids, 'pred_instances': instances, 'gt_instances': {}})
    return samples


def write(folder: Path, benchmark: str, samples: list[dict], info: dict | None = None, **options: Any) -> dict:
    arguments = {'nms_mode': 'none', 'alg': 'ours-1', 'out_dir': str(folder), **options}
    metric = METRICS.build({'type': 'SubmissionWriter', 'benchmark': benchmark, **arguments})
    metric.dataset_meta = info or metainfo(BENCHMARKS[benchmark].metainfo or 'mpii')
    for sample in samples:
        metric.process(None, [sample])
    return metric.evaluate(len(samples))


def content_of(folder: Path) -> tuple[str, Any]:
    (path,) = folder.glob('*.zip')
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        assert Path(name).stem == path.stem
        return name, json.loads(archive.read(name))


@pytest.mark.parametrize(
    ('benchmark', 'name', 'main'),
    [
        ('coco', 'person_keypoints_test-dev2017_ours-1_results.json', 'AP'),
        ('coco-wholebody', 'coco-wholebody_val2017_ours-1_results.json', 'AP'),
        ('crowdpose', 'crowdpose_test_ours-1_results.json', 'AP(M)'),
        ('ochuman', 'ochuman_test_ours-1_results.json', 'AR'),
    ],
)
def test_labels_come_back_with_the_best_figures(
    benchmark: str, name: str, main: str, labels: dict[str, Path], tmp_path: Path
) -> None:
    path = labels[BENCHMARKS[benchmark].metainfo]
    counts = write(tmp_path, benchmark, samples_of(path), ann_file=str(path))
    assert counts == {'submission/images': 2, 'submission/people': 23, 'submission/left_out': 0}
    inner, records = content_of(tmp_path)
    assert inner == name
    (archive,) = tmp_path.glob('*.zip')
    assert check_submission(archive, images=path) == []
    figures = score_submission(archive, path)
    assert figures['AP'] == figures[main] == 1.0
    if benchmark == 'coco-wholebody':
        parts = {'body', 'foot', 'face', 'lefthand', 'righthand'}
        assert {key.split('/')[0] for key in figures if '/' in key} == parts
        assert all(figures[f'{part}/AP'] == 1.0 for part in parts)
        assert [len(records[0][field]) for field in FIELDS] == [51, 18, 204, 63, 63]
    assert {type(record[key]) for record in records for key in ('image_id', 'category_id')} == {int}
    assert {type(value) for record in records for value in (record['score'], *record['keypoints'])} == {float}
    assert 'bbox' not in records[0]


@pytest.mark.parametrize('benchmark', ['coco', 'ochuman'])
def test_the_official_evaluator_agrees(benchmark: str, labels: dict[str, Path], tmp_path: Path) -> None:
    write(tmp_path, benchmark, samples_of(labels[benchmark]))
    _, records = content_of(tmp_path)
    truth = COCO(str(labels[benchmark]))
    evaluation = COCOeval(truth, truth.loadRes(records), 'keypoints')
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == 1.0


def test_sorted_before_the_best_twenty_are_taken(labels: dict[str, Path], tmp_path: Path) -> None:
    (sample, _) = samples_of(labels['coco'])
    instances = sample['pred_instances']
    wrong = {'keypoints': instances['keypoints'] + 300, 'keypoint_scores': instances['keypoint_scores'] * 0.1}
    sample['pred_instances'] = {key: np.concatenate([wrong[key], instances[key]]) for key in wrong}
    counts = write(tmp_path, 'coco', [sample], keypoint_score_thr=0.0)
    assert counts['submission/people'] == 20
    assert counts['submission/left_out'] == 20
    _, records = content_of(tmp_path)
    scores = [record['score'] for record in records]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) == pytest.approx(0.5)
    np.testing.assert_allclose(records[0]['keypoints'][::3], instances['keypoints'][-1, :, 0], atol=1e-3)


def test_joints_go_by_name(labels: dict[str, Path], tmp_path: Path) -> None:
    """A whole-body model submits to COCO; a COCO model has no necks for CrowdPose."""
    write(tmp_path, 'coco', samples_of(labels['coco_wholebody']), metainfo('coco_wholebody'))
    _, records = content_of(tmp_path)
    first = json.loads(labels['coco_wholebody'].read_text())['annotations'][0]
    np.testing.assert_allclose(records[0]['keypoints'][0::3], first['keypoints'][0::3], atol=1e-3)
    with pytest.raises(ValueError, match='crowdpose: the model has no top_head, neck; it has nose'):
        write(tmp_path, 'crowdpose', [], metainfo('coco'))


def test_the_same_bytes_each_time(labels: dict[str, Path], tmp_path: Path) -> None:
    for folder in ('a', 'b'):
        write(tmp_path / folder, 'coco', samples_of(labels['coco']))
    (first,), (second,) = ((tmp_path / folder).glob('*.zip') for folder in ('a', 'b'))
    assert first.read_bytes() == second.read_bytes()


def test_predictions_that_are_not_finite(labels: dict[str, Path], tmp_path: Path) -> None:
    samples = samples_of(labels['coco'])
    samples[1]['pred_instances']['keypoints'][1, 4, 0] = np.nan
    with pytest.raises(ValueError, match='predictions: image 2: person 1: joints and scores must be finite'):
        write(tmp_path, 'coco', samples)
    assert list(tmp_path.glob('*.zip')) == []
    counts = write(tmp_path, 'coco', samples, on_error='skip')
    assert (counts['submission/people'], counts['submission/left_out']) == (22, 1)


@pytest.mark.parametrize('nms_mode', ['none', 'oks_nms'])
def test_images_on_which_nobody_is_found(labels: dict[str, Path], nms_mode: str, tmp_path: Path) -> None:
    samples = samples_of(labels['coco'])
    instances = samples[0]['pred_instances']
    samples[0]['pred_instances'] = {key: values[:0] for key, values in instances.items()}
    counts = write(tmp_path, 'coco', samples, nms_mode=nms_mode)
    assert counts == {'submission/images': 1, 'submission/people': 3, 'submission/left_out': 0}
    assert {record['image_id'] for record in content_of(tmp_path)[1]} == {2}
    write(tmp_path, 'coco', samples[:1], nms_mode=nms_mode)
    assert content_of(tmp_path)[1] == []


def test_images_of_another_set(labels: dict[str, Path], tmp_path: Path) -> None:
    samples = samples_of(labels['coco'])
    samples[0]['img_id'] = 77
    with pytest.raises(ValueError, match='predictions: image 77: img_id: no image of the test set'):
        write(tmp_path, 'coco', samples, ann_file=str(labels['coco']))
    samples[0]['img_id'] = 'a.jpg'
    with pytest.raises(ValueError, match=r"image 'a\.jpg': img_id: must be an integer"):
        write(tmp_path, 'coco', samples)


def mpii_samples(order: list[int]) -> tuple[list[dict], np.ndarray]:
    """One person a sample, px from 0, in another order than the file's."""
    joints = np.random.default_rng(0).uniform(0, 100, (len(order), 1, 16, 2))
    common = {'gt_instances': {'bbox_scores': np.ones(1)}}
    return [
        {
            **common,
            'id': i,
            'img_id': 5,
            'pred_instances': {'keypoints': joints[i], 'keypoint_scores': np.ones((1, 16))},
        }
        for i in order
    ], joints[:, 0]


@pytest.mark.parametrize('first_pixel', [0, 1])
def test_mpii_single(first_pixel: int, tmp_path: Path) -> None:
    samples, joints = mpii_samples([2, 0, 3, 1])
    people = tmp_path / 'people.json'
    people.write_text(json.dumps([{'image': 'a.jpg'}] * 4))
    counts = write(tmp_path, 'mpii-single', samples, ann_file=str(people), first_pixel=first_pixel)
    assert counts['submission/people'] == 4
    assert check_submission(tmp_path / 'pred_keypoints_mpii.zip', images=people) == []
    with zipfile.ZipFile(tmp_path / 'pred_keypoints_mpii.zip') as archive:
        archive.extract('pred_keypoints_mpii.mat', tmp_path)
    preds = loadmat(tmp_path / 'pred_keypoints_mpii.mat')['preds']
    assert preds.shape == (4, 16, 2)
    np.testing.assert_allclose(preds - 1 + first_pixel, joints, rtol=0, atol=1e-12)  # one less is the image's own pixel


def test_mpii_single_needs_everybody(tmp_path: Path) -> None:
    samples, _ = mpii_samples([2, 0, 3, 1])
    with pytest.raises(ValueError, match='person 1: has 0 predictions, but everybody needs one'):
        write(tmp_path, 'mpii-single', samples[:3])
    (tmp_path / 'people.json').write_text(json.dumps([{'image': 'a.jpg'}] * 5))
    with pytest.raises(ValueError, match='predictions: 4 people, but the test set has 5'):
        write(tmp_path, 'mpii-single', samples, ann_file=str(tmp_path / 'people.json'))


def test_mpii_multi(tmp_path: Path) -> None:
    """Three crops, the second of nobody; joints go back to the image they were cut from, and are counted from 1."""
    groups = tmp_path / 'groups.json'
    corners = {11: [100, 50], 12: [0, 0], 13: [7, 9]}
    place = {'group_box': [0, 0, 40, 40], 'group_scale': 0.5}
    images = [{'id': number, 'crop_corner': corner, **place} for number, corner in corners.items()]
    groups.write_text(json.dumps({'images': images}))
    joints = np.random.default_rng(1).uniform(0, 40, (3, 16, 2))
    scores = np.random.default_rng(2).uniform(0.3, 1, (3, 16))
    people = {13: slice(2, 3), 11: slice(0, 2)}
    samples = [
        {'id': [1], 'img_id': number, 'gt_instances': {}}
        | {'pred_instances': {'keypoints': joints[part], 'keypoint_scores': scores[part]}}
        for number, part in people.items()
    ]
    for key in ('keypoints', 'keypoint_scores'):  # somebody beside the last group, too
        found = samples[0]['pred_instances']
        found[key] = np.concatenate([found[key], found[key] + 200])
    write(tmp_path, 'mpii-multi', samples, ann_file=str(groups))
    assert check_submission(tmp_path / 'pred_keypoints_mpii_multi.zip', images=groups) == []
    with zipfile.ZipFile(tmp_path / 'pred_keypoints_mpii_multi.zip') as archive:
        archive.extract('pred_keypoints_mpii_multi.mat', tmp_path)
    pred = loadmat(tmp_path / 'pred_keypoints_mpii_multi.mat')['pred'][0]
    assert [entry['annorect'].shape[1] for entry in pred] == [2, 0, 1]
    points = pred[0]['annorect'][0, 1]['annopoints'][0, 0]['point'][0]
    assert [int(point['id'][0, 0]) for point in points] == list(range(16))
    found = np.array([[point[axis][0, 0] for axis in ('x', 'y')] for point in points])
    np.testing.assert_allclose(found - 1, joints[1] + [100, 50], atol=1e-12)
    np.testing.assert_allclose([point['score'][0, 0] for point in points], scores[1])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'benchmark': 'lsp'}, "unknown 'lsp', expected one of coco"),
        ({'alg': 'a_b'}, "alg must be of letters, digits, dots and dashes, but is 'a_b'"),
        ({'split': 'test2015'}, "split: coco has no 'test2015'; it has test-dev2017"),
        ({'first_pixel': 2}, 'first_pixel must be 0 or 1'),
        ({'release': 'a.mat'}, 'release: is for mpii-single with ann_file'),
        ({'benchmark': 'mpii-multi'}, 'ann_file: missing: mpii-multi needs'),
    ],
)
def test_bad_arguments(options: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        METRICS.build({'type': 'SubmissionWriter', 'benchmark': 'coco', 'out_dir': str(tmp_path), **options})


def test_no_samples(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='there are no samples'):
        write(tmp_path, 'coco', [])


@pytest.mark.parametrize('benchmark', ['coco', 'mpii-single'])
def test_px_of_the_input_become_px_of_the_image(benchmark: str, tmp_path: Path) -> None:
    """MMPose's estimator: image = input / size x scale + center - scale / 2; MPII counts from 1."""
    info = metainfo('coco' if benchmark == 'coco' else 'mpii')
    count = info['num_keypoints']
    joints = np.random.default_rng(0).uniform(0, 192, (1, count, 2))
    center, scale, size = np.array([300.0, 170.0]), np.array([150.0, 200.0]), np.array([192, 256])
    sample = PoseDataSample(metainfo={'id': 0, 'img_id': 5, 'input_center': center, 'input_scale': scale})
    sample.set_metainfo({'input_size': size})
    sample.gt_instances = InstanceData(bboxes=np.zeros((1, 4)), bbox_scores=np.ones(1))
    predicted = InstanceData(keypoints=joints.copy(), keypoint_scores=np.ones((1, count)))
    TopdownPoseEstimator.add_pred_to_datasample(SimpleNamespace(test_cfg={}), [predicted], None, [sample])
    write(tmp_path, benchmark, [sample.to_dict()], info)
    expected = joints[0] / size * scale + center - scale / 2
    if benchmark == 'coco':
        _, (record,) = content_of(tmp_path)
        np.testing.assert_allclose(np.reshape(record['keypoints'], (count, 3))[:, :2], expected, atol=6e-4)
    else:
        with zipfile.ZipFile(tmp_path / 'pred_keypoints_mpii.zip') as archive:
            archive.extract('pred_keypoints_mpii.mat', tmp_path)
        np.testing.assert_allclose(loadmat(tmp_path / 'pred_keypoints_mpii.mat')['preds'][0], expected + 1)
