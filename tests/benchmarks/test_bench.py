"""The driver of `make bench`: ratios, growth and the table; nothing is timed."""

import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.models.utils.tta import flip_heatmaps

FOLDER = Path(__file__).resolve().parents[2] / 'benchmarks'


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module('bench')


def test_a_ratio_tells_how_many_times_better_ours_is(bench):
    assert bench.ratio_of(bench.Case('', 6.0, 2.0)) == 3
    assert bench.ratio_of(bench.Case('', 2.0, 6.0, unit='images/s')) == 3
    assert bench.ratio_of(bench.Case('', None, 2.0)) is None


@pytest.mark.parametrize(
    ('costs', 'unit', 'expected'),
    [
        ((1.0, 9.0), 'ms', 'no more than linear'),
        ((1.0, 20.0), 'ms', 'MORE than linear'),
        ((2.0, 2.1), 'images/s', 'no more than linear'),
        ((2.0, 1.0), 'images/s', 'MORE than linear'),
    ],
)
def test_growth_is_told(bench, costs, unit, expected):
    cases = [bench.Case('', None, cost, unit, series='n', size=10.0**i) for i, cost in enumerate(costs)]
    (line,) = bench.growth_lines('work', cases)
    assert expected in line


def test_the_table_says_what_missed(bench):
    cases = [
        bench.Case('small', 30.0, 1.0, aim=15),
        bench.Case('large', 10.0, 1.0, aim=15),
        bench.Case('huge', None, 1),
    ]
    text = bench.tables({'row': cases}, bench.Options(), 90, {'row': 'work'}, 1)
    assert '| work | small | **30x** | >= 15x met | 30 | 1 | ms | 0 |' in text
    assert '| work | large | **10x** | >= 15x MISSED |' in text
    assert '| work | huge |  |  |  | 1 | ms |' in text


def test_the_readme_keeps_what_is_around_the_table(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(bench, 'README', tmp_path / 'README.md')
    bench.README.write_text('# Head\n', encoding='utf-8')
    bench.write_readme('first', 'cpu')
    bench.write_readme('a card', 'cuda')
    bench.README.write_text(bench.README.read_text(encoding='utf-8') + '\ntail\n', encoding='utf-8')
    bench.write_readme('second', 'cpu')
    text = bench.README.read_text(encoding='utf-8')
    assert text.startswith('# Head\n') and text.endswith('\ntail\n')  # noqa: PT018
    assert 'first' not in text
    assert text.index('second') < text.index('<!-- bench.py --device cuda -->\na card\n')


@pytest.fixture
def common(bench):
    return importlib.import_module('bench_rows.common')


@pytest.mark.parametrize(
    ('stock_seconds', 'our_seconds', 'turns', 'calls'),
    [(1.0, 0.5, 3, (1, 1)), (25.0, 1.0, 2, (1, 1)), (1.0, 25.0, 2, (1, 1)), (0.02, 0.3, 3, (3, 1))],
)
def test_turns_are_taken_until_there_are_three(common, monkeypatch, stock_seconds, our_seconds, turns, calls):
    now, called = [0.0], []

    def function(name, seconds):
        called.append(name)
        now[0] += seconds * (2 if called.count(name) == 1 else 1)  # the first call is slower
        return called.count(name)

    monkeypatch.setattr(common, 'time', SimpleNamespace(process_time=lambda: now[0], perf_counter=lambda: now[0]))
    timed = common.alternate(
        lambda: function('stock', stock_seconds), lambda: function('ours', our_seconds), common.Options(quick=True)
    )
    assert called == ['stock', 'ours'] + (['stock'] * calls[0] + ['ours'] * calls[1]) * turns
    assert timed.turns == turns
    assert timed.times == pytest.approx((stock_seconds * 1000, our_seconds * 1000))
    assert timed.results == (1, 1)


def test_warm_functions_are_not_called_untimed(common, monkeypatch):
    now, called = [0.0], []

    def function(name):
        called.append(name)
        now[0] += 25.0
        return len(called)

    monkeypatch.setattr(common, 'time', SimpleNamespace(process_time=lambda: now[0], perf_counter=lambda: now[0]))
    timed = common.alternate(lambda: function('stock'), lambda: function('ours'), common.Options(), warm=True)
    assert called == ['stock', 'ours'] * 2
    assert (timed.turns, timed.results) == (2, (1, 2))


@pytest.mark.parametrize(('found', 'same'), [(0.0, True), (0.9e-4, True), (1e-4, False), (float('nan'), False)])
def test_a_difference_above_its_limit_is_told(common, found, same):
    text = common.compared((1e-5, 1e-2, 'px'), (found, 1e-4, 'of scores'))
    assert ('DIFFERENT' not in text) == same
    assert '1e-05 px' in text and text.endswith('of scores')  # noqa: PT018


@pytest.mark.parametrize(('shift', 'people', 'same'), [(1e-3, 3, True), (0.02, 3, False), (0.0, 2, False)])
def test_predictions_are_compared_at_every_size_of_batch(bench, shift, people, same):
    def images(last_shift, last_people):
        for shift, count in ((0.0, 3), (0.0, 3), (last_shift, last_people)):
            people = InstanceData(keypoints=np.ones((count, 17, 2)) + shift, keypoint_scores=np.ones((count, 17)))
            yield SimpleNamespace(pred_instances=people)

    inference = importlib.import_module('bench_rows.inference')
    assert ('DIFFERENT' not in inference._difference([*images(0.0, 3)], [*images(shift, people)])) == same


@pytest.mark.parametrize('both_at_once', [False, True])
def test_the_flipped_half_gets_the_mirrored_crowd(bench, common, both_at_once):
    inference = importlib.import_module('bench_rows.inference')
    head = SimpleNamespace(forward=lambda feats: (torch.zeros(feats, 18, 128, 128), torch.zeros(feats, 34, 128, 128)))
    inference._plant(SimpleNamespace(head=head), both_at_once, common.Options())
    halves = [head.forward(2)] if both_at_once else [head.forward(1), head.forward(1)]
    heatmaps, displacements = (torch.cat(maps) for maps in zip(*halves))
    flipped = flip_heatmaps(heatmaps[1:], [*inference.FLIPPED, 17], 'heatmap', shift_heatmap=True)[0]
    assert heatmaps[0].max() > 0.9
    assert torch.equal(flipped[..., 1:], heatmaps[0, ..., 1:])
    assert not torch.equal(heatmaps[0], heatmaps[1])
    flipped = flip_heatmaps(displacements[1:], inference.FLIPPED, 'offset', shift_heatmap=False)[0]
    flipped[::2] += 0.75
    assert displacements[0].abs().max() > 1
    torch.testing.assert_close(flipped, displacements[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ('change', 'expected'), [({}, 0), ({'keypoints': np.ones((2, 3, 2), np.float32)}, 1), ({'id': [1.0, 2]}, 1)]
)
@pytest.mark.parametrize('kind', ['ColumnarCocoDataset', 'SynPoseDataset'])
def test_samples_are_compared_field_by_field(bench, kind, change, expected):
    opening = importlib.import_module('open_annotations')
    stock = [{'keypoints': np.zeros((2, 3, 2), np.float32), 'id': [1, 2], 'raw_ann_info': [{}]} for _ in range(3)]
    ours = [dict(info) for info in stock]
    ours[1].update(change)
    assert opening.count_different(kind, ours, stock) == expected
    with pytest.raises(ValueError, match='2 samples against 3'):
        opening.count_different(kind, ours[:2], stock)


def test_a_different_result_fails_the_run(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(bench, 'RESULTS', tmp_path)
    monkeypatch.setattr(sys, 'argv', ['bench.py', '--only', 'decoding', '--resume'])
    for same in ('bit for bit', 'DIFFERENT'):
        (tmp_path / 'cpu-1').mkdir(exist_ok=True)
        (tmp_path / 'cpu-1/decoding.json').write_text(json.dumps([{'case': '', 'stock': 2, 'ours': 1, 'same': same}]))
        if same == 'DIFFERENT':
            with pytest.raises(SystemExit, match='results differ'):
                bench.main()
        else:
            bench.main()
