"""With a tiny MMDetection detector of random weights: what is tested is the way through, not what it sees."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from synpose.generation.crowds import backgrounds
from synpose.generation.crowds.backgrounds import select_backgrounds
from synpose.generation.crowds.person_filter import PersonFilter

DETECTOR = """
_scale = (64, 64)
model = dict(
    type='FCOS',
    data_preprocessor=dict(type='DetDataPreprocessor', mean=[120.0] * 3, std=[60.0] * 3, pad_size_divisor=32),
    backbone=dict(type='ResNet', depth=18, base_channels=8, num_stages=4, out_indices=(2, 3), init_cfg=None),
    neck=dict(type='FPN', in_channels=[32, 64], out_channels=8, num_outs=2),
    bbox_head=dict(
        type='FCOSHead', num_classes=2, in_channels=8, feat_channels=8, stacked_convs=1, strides=[16, 32],
        regress_ranges=((-1, 64), (64, 100000000.0)), norm_cfg=None),
    test_cfg=dict(nms_pre=20, score_thr=0.0, nms=dict(type='nms', iou_threshold=0.6), max_per_img=20))
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=_scale, keep_ratio=True),
    dict(type='PackDetInputs', meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor')),
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
"""


@pytest.fixture(scope='module')
def detector(tmp_path_factory):
    import torch
    from mmdet.registry import MODELS
    from mmengine.config import Config
    from mmengine.registry import DefaultScope

    folder = tmp_path_factory.mktemp('detector')
    (folder / 'tiny.py').write_text(DETECTOR)
    config = Config.fromfile(folder / 'tiny.py')
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = MODELS.build(config.model)
    weights = {'state_dict': model.state_dict(), 'meta': {'dataset_meta': {'classes': ('dog', 'person')}}}
    torch.save(weights, folder / 'tiny.pth')
    weights['meta']['dataset_meta'] = {'classes': ('dog', 'cat')}
    torch.save(weights, folder / 'pets.pth')
    return {'config': str(folder / 'tiny.py'), 'checkpoint': str(folder / 'tiny.pth')}


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / 'photos'
    folder.mkdir()
    for name, size in (('a.jpg', (90, 80)), ('b.png', (80, 80)), ('small.png', (79, 200))):
        cv2.imwrite(str(folder / name), rng.integers(0, 255, (size[1], size[0], 3)).astype(np.uint8))
    return folder


def test_small_photos_are_rejected_and_the_rest_trusted_without_a_detector(photos):
    chosen = select_backgrounds(str(photos), 80, None)
    assert chosen.names == ['a.jpg', 'b.png']
    assert chosen.record()['rejected'] == {'too_small': {'small.png': [79, 200]}, 'person': {}}
    assert chosen.record()['rejected_counts'] == {'too_small': 1, 'person': 0}


def test_a_detector_rejects_all_at_threshold_0_and_none_at_1(photos, detector):
    assert select_backgrounds(str(photos), 80, {**detector, 'score_thr': 1.0}).names == ['a.jpg', 'b.png']
    with pytest.raises(ValueError, match='none of 3 is left; 1 have a side under 80 px, 2 show people'):
        select_backgrounds(str(photos), 80, {**detector, 'score_thr': 0.0})


def test_the_threshold_splits_by_the_score_of_persons_alone(photos, detector):
    judge = PersonFilter(**detector)
    scores = {name: judge.score(photos / name) for name in ('a.jpg', 'b.png')}
    low, high = sorted(scores, key=scores.get)
    middle = (scores[low] + scores[high]) / 2
    chosen = select_backgrounds(str(photos), 80, {**detector, 'score_thr': middle})
    assert chosen.names == [low]
    assert chosen.person == {high: pytest.approx(scores[high])}


def test_verdicts_are_kept_and_a_cut_off_judgment_goes_on(photos, detector, tmp_path, monkeypatch):
    monkeypatch.setattr(backgrounds, '_SAVE_EVERY', 1)
    seen, out = [], tmp_path / 'set'
    rejects = PersonFilter.rejects

    def interrupted(self, path):
        if len(seen) == 1:
            raise KeyboardInterrupt
        seen.append(path.name)
        return rejects(self, path)

    options = {**detector, 'score_thr': 1.0}
    monkeypatch.setattr(PersonFilter, 'rejects', interrupted)
    with pytest.raises(KeyboardInterrupt):
        select_backgrounds(str(photos), 80, options, out)
    monkeypatch.setattr(PersonFilter, 'rejects', lambda self, path: seen.append(path.name) or rejects(self, path))
    chosen = select_backgrounds(str(photos), 80, options, out)
    assert seen == ['a.jpg', 'b.png']
    assert [path.name for path in out.iterdir()] == ['.photos-verdicts.json']  # kept until the dataset is complete
    assert select_backgrounds(str(photos), 80, options, out).record() == chosen.record()
    (out / 'dataset.json').write_text(json.dumps({'photos': chosen.record()}))
    assert select_backgrounds(str(photos), 80, options, out).record() == chosen.record()
    assert seen == ['a.jpg', 'b.png']


def test_jobs_that_start_at_once_judge_once(photos, detector, tmp_path, monkeypatch):
    seen, out = [], tmp_path / 'set'
    started = threading.Event()

    def slow(self, path):
        seen.append(path.name)
        started.set()
        time.sleep(0.3)

    monkeypatch.setattr(PersonFilter, 'rejects', slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(select_backgrounds, str(photos), 80, detector, out)
        assert started.wait(60)
        second = pool.submit(select_backgrounds, str(photos), 80, detector, out)
        assert first.result().record() == second.result().record()
    assert seen == ['a.jpg', 'b.png']


def test_another_detector_judges_anew(photos, detector, tmp_path):
    assert select_backgrounds(str(photos), 80, {**detector, 'score_thr': 1.0}, tmp_path / 'set').names
    with pytest.raises(ValueError, match='2 show people'):
        select_backgrounds(str(photos), 80, {**detector, 'score_thr': 0.0}, tmp_path / 'set')


def test_scores_have_three_digits(photos, detector):
    score = PersonFilter(**detector).score(photos / 'a.jpg')
    assert score == round(score, 3)


def test_another_kind_of_dataset_is_not_judged_for(photos, tmp_path):
    (tmp_path / 'dataset.json').write_text('{"generator": {}}')
    gone = {'config': 'gone.py', 'checkpoint': 'gone.pth'}
    assert select_backgrounds(str(photos), 80, gone, tmp_path).names == ['a.jpg', 'b.png']


def test_a_new_photo_changes_the_record(photos):
    before = select_backgrounds(str(photos), 80, None).record()
    content = (photos / 'b.png').read_bytes()
    (photos / 'b.png').write_bytes(content + b' ')
    changed = select_backgrounds(str(photos), 80, None).record()
    assert changed != before
    (photos / 'b.png').rename(photos / 'c.png')
    assert select_backgrounds(str(photos), 80, None).record() not in (before, changed)


def test_missing_files_and_models_without_people_are_named(photos, detector):
    with pytest.raises(FileNotFoundError, match=r'detector.checkpoint: gone\.pth: no such file'):
        select_backgrounds(str(photos), 80, {**detector, 'checkpoint': 'gone.pth'})
    pets = detector['checkpoint'].replace('tiny.pth', 'pets.pth')
    with pytest.raises(ValueError, match="no class 'person' but"):
        select_backgrounds(str(photos), 80, {**detector, 'checkpoint': pets})
    (photos / 'z.jpg').write_bytes(b'')
    with pytest.raises(ValueError, match=r'z\.jpg: not a readable picture'):
        select_backgrounds(str(photos), 80, None)
