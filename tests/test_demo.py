"""The demo's commands agree with the configs they name."""

import json
import subprocess
from pathlib import Path

import pytest
from mmengine.config import Config

from synpose.demo import PACKAGE_ROOT, Stage, demo_stages, resource_root, run_stages

ROOT = Path(__file__).resolve().parents[1]


def option(command, name):
    return command[command.index(name) + 1]


@pytest.mark.parametrize('quick', [False, True])
def test_commands_and_configs_agree(quick, monkeypatch):
    monkeypatch.chdir(ROOT)
    commands = [stage.command for stage in demo_stages(quick, workers=2)]
    render_source, render_target, fit, train, test, test_target, *_, report = commands
    for command in commands:
        assert Path(command[0]).is_file()
    config, target = Config.fromfile(train[1]), Config.fromfile(test_target[1])
    assert option(render_source, '--out') == config.train_dataloader.dataset.data_root.rstrip('/')
    assert option(render_target, '--out') == target.test_dataloader.dataset.data_root.rstrip('/')
    assert option(fit, '--out') == config.test_evaluator[1]['margins'] == target.test_evaluator[1]['margins']
    assert fit[1] == config.data_root + config.train_dataloader.dataset.ann_file
    assert test[1] == train[1]
    assert test[2] == test_target[2] == f'{config.work_dir}/epoch_{config.train_cfg.max_epochs}.pth'
    assert option(train, '--work-dir') == option(test, '--work-dir') == report[1] == config.work_dir
    assert option(train, '--cfg-options') == 'randomness.seed=0'
    for generate in (render_source, render_target):
        assert Path(generate[1]).is_file()


@pytest.mark.parametrize('quick', [False, True])
@pytest.mark.parametrize('seed', [0, 3])
def test_behaviors_are_learned_from_the_demos_own_poses(quick, seed, monkeypatch):
    monkeypatch.chdir(ROOT)
    commands = [stage.command for stage in demo_stages(quick, seed, workers=2)]
    train, test, test_target = commands[3:6]
    find, learn, name, name_target, report = commands[6:]
    assert [Path(command[0]).stem for command in commands[6:]] == ['test', 'train', 'test', 'test', 'report']
    found, config = Config.fromfile(find[1]), Config.fromfile(learn[1])
    work_dir = option(train, '--work-dir')
    assert find[2] == test[2]
    assert found.test_dataloader.dataset.ann_file == config.train_dataloader.dataset.ann_file
    assert found.test_dataloader.dataset.data_root == config.train_dataloader.dataset.data_root
    assert found.custom_hooks[-1].name == 'train'
    assert option(learn, '--work-dir') == option(name, '--work-dir') == f'{work_dir}/behavior'
    poses = f'{option(find, "--work-dir")}/results/train/predictions.json'
    assert learn[-1] == f'train_dataloader.dataset.predictions={poses}'
    for command, poses_test, split in ((name, test, 'val'), (name_target, test_target, 'target')):
        assert command[2] == f'{work_dir}/behavior/epoch_{config.train_cfg.max_epochs}.pth'
        assert command[-1] == f'test_dataloader.dataset.predictions={work_dir}/results/{split}/predictions.json'
        behavior, pose = Config.fromfile(command[1]), Config.fromfile(poses_test[1])
        assert behavior.test_dataloader.dataset.data_root == pose.test_dataloader.dataset.data_root
        assert behavior.test_dataloader.dataset.ann_file == pose.test_dataloader.dataset.ann_file
        assert behavior.test_dataloader.dataset.margins == pose.test_evaluator[1].margins
        assert behavior.custom_hooks[-1].name == pose.custom_hooks[-1].name == split
        if seed == 0:  # the config alone says the same
            assert command[-1].split('=')[1] == behavior.test_dataloader.dataset.predictions
            assert poses == config.train_dataloader.dataset.predictions
            assert config.work_dir == f'{work_dir}/behavior'
    assert report[1] == work_dir


def test_rendered_scenes_cover_the_splits_that_are_used(monkeypatch):
    monkeypatch.chdir(ROOT)
    for name, splits in (('source', {'train', 'val'}), ('target', {'train', 'test'})):
        assert set(Config.fromfile(f'configs/generate/demo_{name}.py').generator.scenes) == splits


def test_outside_a_clone_the_installed_files_are_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resource_root() == PACKAGE_ROOT
    assert (PACKAGE_ROOT / 'tools' / 'train.py').is_file()


def test_stages_run_in_order_and_are_timed(tmp_path):
    log = tmp_path / 'log'
    append = f'open({str(log)!r}, "a").write'
    stages = [Stage('first', ('-c', f'{append}("1")')), Stage('second', ('-c', f'{append}("2")'))]
    run_stages(stages, tmp_path / 'timings.json')
    assert log.read_text() == '12'
    records = json.loads((tmp_path / 'timings.json').read_text())['stages']
    assert [record['name'] for record in records] == ['first', 'second']
    assert all(record['seconds'] >= 0 for record in records)


def test_another_seed_has_a_folder_of_its_own():
    commands = [stage.command for stage in demo_stages(seed=4)]
    assert option(commands[3], '--work-dir') == commands[-1][1] == 'work_dirs/demo-seed4'
    assert option(commands[3], '--cfg-options') == 'randomness.seed=4'


def test_seconds_of_interrupted_stages_add_up(tmp_path):
    stage = Stage('work', ('-c', 'import time; time.sleep(0.2)'))
    for _ in range(2):
        run_stages([stage], tmp_path / 'timings.json')
    (record,) = json.loads((tmp_path / 'timings.json').read_text())['stages']
    assert record['seconds'] >= 0.4


def test_a_failing_stage_stops_the_demo(tmp_path):
    stages = [
        Stage('fail', ('-c', 'raise SystemExit(3)')),
        Stage('never', ('-c', f'open({str(tmp_path / "x")!r}, "w")')),
    ]
    with pytest.raises(subprocess.CalledProcessError):
        run_stages(stages, tmp_path / 'timings.json')
    assert not (tmp_path / 'x').exists()
