import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from synpose.files import write_json
from synpose.reporting.work_dir import (
    find_configs,
    read_results,
    read_stages,
    read_training_log,
    training_datasets,
)


def test_results_in_order_with_nan(work_dir: Path) -> None:
    write_json(
        work_dir / 'results' / 'a_real' / 'metrics.json', {'metrics': {'x': None, 'coco/AP (M)': -1.0, 'bias': -1.0}}
    )
    results = read_results(work_dir)
    assert [result.split for result in results] == ['val', 'target', 'a_real']
    assert results[0].metrics['bbox_iou/AP'] == 0.3125
    assert math.isnan(results[0].metrics['bbox_iou/AP_b'])
    assert math.isnan(results[2].metrics['x'])
    assert math.isnan(results[2].metrics['coco/AP (M)'])  # COCO's way to say there are none
    assert results[2].metrics['bias'] == -1.0
    assert results[2].predictions is None
    assert results[2].provenance == {}


@pytest.mark.parametrize(
    ('content', 'message'), [({}, 'expected the objects'), ({'metrics': {'AP': 'high'}}, "AP is 'high', not a number")]
)
def test_malformed_results_are_named(tmp_path: Path, content: dict, message: str) -> None:
    write_json(tmp_path / 'results' / 'val' / 'metrics.json', content)
    with pytest.raises(ValueError, match=rf'metrics\.json: .*{message}'):
        read_results(tmp_path)


def test_training_log(work_dir: Path) -> None:
    log = read_training_log(work_dir)
    assert [record['step'] for record in log.train] == list(range(10, 201, 10))
    assert [record['coco/AP'] for record in log.val] == [0.1]
    assert log.seconds == 90.0


def test_a_resumed_run_replaces_the_steps_it_repeats(work_dir: Path, dataset: Path, training_writer: Callable) -> None:
    training_writer(work_dir, dataset, run='20260102_010000', first=150, last=300)
    log = read_training_log(work_dir)
    assert [record['step'] for record in log.train] == list(range(10, 301, 10))
    assert len(log.val) == 1
    assert [run.name for run in log.runs] == ['20260102_000000', '20260102_010000']
    assert log.seconds == 180.0


def test_test_runs_and_cut_off_lines_are_left_out(work_dir: Path) -> None:
    scalars = work_dir / '20260102_000000' / 'vis_data' / 'scalars.json'
    scalars.write_text(scalars.read_text() + '{"loss": 0.1, "st')
    write_json(work_dir / '20260103_000000' / 'vis_data' / 'scalars.json', {'coco/AP': 0.3, 'step': 0})
    log = read_training_log(work_dir)
    assert len(log.train) == 20
    assert len(log.runs) == 1
    scalars.write_text('{"loss": \n' + scalars.read_text())
    with pytest.raises(ValueError, match=r'scalars\.json: line 1 is not valid JSON'):
        read_training_log(work_dir)


def test_no_log_at_all(tmp_path: Path) -> None:
    log = read_training_log(tmp_path)
    assert (log.train, log.val, log.runs, log.seconds) == ([], [], [], None)


def test_configs_once_each_training_first(work_dir: Path) -> None:
    log = read_training_log(work_dir)
    run_config = work_dir / '20260102_000000' / 'vis_data' / 'config.py'
    run_config.write_text('x = 1\n')
    (work_dir / 'copy.py').write_text('x = 1\n')
    assert find_configs(work_dir, log) == [run_config, work_dir / 'tiny.py']


@pytest.mark.parametrize(
    ('dataset_text', 'expected'),
    [
        (
            "dict(ann_file='a.json', data_root='data/x', data_prefix=dict(img='pics/'))",
            [('data/x/a.json', 'data/x/pics/')],
        ),
        ("dict(ann_file='/abs/a.json', data_root='data/x', data_prefix=dict(img='/p'))", [('/abs/a.json', '/p')]),
        ("dict(type='RepeatDataset', dataset=dict(ann_file='a.json'))", [('a.json', '')]),
        (
            "dict(type='CombinedDataset', datasets=[dict(ann_file='a.json'), dict(ann_file='b.json', data_root='r')])",
            [('a.json', ''), ('r/b.json', 'r/')],
        ),
        ("dict(type='Unlabeled')", []),
    ],
)
def test_training_datasets(tmp_path: Path, dataset_text: str, expected: list) -> None:
    config = tmp_path / 'config.py'
    config.write_text(f'train_dataloader = dict(dataset={dataset_text})\n')
    found = training_datasets(config)
    assert [(source['ann_file'], source['img_prefix']) for source in found] == expected


def test_image_folder_of_a_synpose_dataset_without_prefix(work_dir: Path, dataset: Path) -> None:
    [source] = training_datasets(work_dir / 'tiny.py')
    assert Path(source['img_prefix']) == dataset / 'images'


def test_configs_without_training_or_broken(tmp_path: Path) -> None:
    config = tmp_path / 'config.py'
    config.write_text('train_dataloader = None\n')
    assert training_datasets(config) == []
    config.write_text('train_dataloader = [\n')
    with pytest.raises(ValueError, match=r'config\.py: cannot be read as a config'):
        training_datasets(config)


def test_provenance_json_is_what_the_hook_writes(work_dir: Path) -> None:
    content = json.loads((work_dir / 'results' / 'val' / 'metrics.json').read_text())
    assert read_results(work_dir)[0].provenance == content['provenance']


def test_stages_of_a_demo(tmp_path):
    assert read_stages(tmp_path) == []
    stage = {'name': 'train', 'command': 'python tools/train.py', 'seconds': 12.5}
    (tmp_path / 'timings.json').write_text(json.dumps({'stages': [stage]}))
    assert read_stages(tmp_path) == [stage]
    (tmp_path / 'timings.json').write_text(json.dumps({'stages': [{'name': 'train'}]}))
    with pytest.raises(ValueError, match=r'timings.json.*seconds'):
        read_stages(tmp_path)
