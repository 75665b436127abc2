import json
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpose.registry import MODELS

from synpose.testing import write_synpose_dataset
from synpose.testing.small_dekr import shrink_dekr

CONFIGS = Path(__file__).parents[2] / 'configs'


@pytest.fixture(scope='module')
def pose(tmp_path_factory):
    """Options that name a small pose model."""
    folder = tmp_path_factory.mktemp('pose')
    config = shrink_dekr(Config.fromfile(CONFIGS / 'demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py'))
    config.dump(folder / 'small.py')
    torch.save({'state_dict': MODELS.build(config.model).state_dict()}, folder / 'small.pth')
    return '--config', folder / 'small.py', '--checkpoint', folder / 'small.pth', '--name', 'small'


@pytest.fixture(scope='module')
def folders(tmp_path_factory):
    """Two dataset folders with images of two sizes."""
    folder = tmp_path_factory.mktemp('data')
    return [
        write_synpose_dataset(folder / name, count, 2, size, ('train', 'test'), seed=count)
        for name, count, size in (('a', 4, (60, 40)), ('b', 5, (48, 64)))
    ]


def test_folders_under_a_pose_model(folders, pose, tmp_path, run_tool, capsys):
    a, b = folders
    out, statistics = tmp_path / 'out' / 'r.json', tmp_path / 's.npz'
    common = (
        '--ann-b',
        'annotations/test.json',
        '--kid',
        '--probe',
        '--num-workers',
        0,
        '--work-dir',
        tmp_path / 'logs',
    )
    assert run_tool('fid.py', a / 'images', b, *pose, *common, '--statistics', statistics, '--out', out) == 0
    record = json.loads(out.read_text())
    metrics = record['metrics']
    assert (metrics['FD_small_n'], metrics['FD_small_n_reference']) == (8, 5)
    assert metrics['FD_small'] > 0
    assert {'KD_small_mean', 'KD_small_std', 'KD_small_subset_size'} < set(metrics)
    assert 0 <= metrics['probe_accuracy_small'] <= 1
    assert not any('FID' in key or 'KID' in key for key in metrics)
    assert json.loads('{' + capsys.readouterr().out.split('{', 1)[1]) == metrics
    assert record['provenance']['weights'].startswith('sha256:')
    assert record['provenance']['images']['paths'] == str(a / 'images')
    assert run_tool('fid.py', a / 'images', b, *pose, *common, '--statistics', statistics, '--out', out) == 0
    assert json.loads(out.read_text())['metrics'] == pytest.approx(metrics)


def test_missing_weights_are_one_line(folders, tmp_path, run_tool, capsys):
    images, weights = folders[0] / 'images', tmp_path / 'none.pth'
    assert run_tool('fid.py', images, images, '--weights', weights, '--work-dir', tmp_path / 'logs') == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith(f'error: {weights}: no such file of Inception weights')
    assert len(error.splitlines()) == 1


def test_folder_without_pictures(folders, tmp_path, pose, run_tool, capsys):
    (tmp_path / 'empty').mkdir()
    options = (*pose, '--num-workers', 0, '--work-dir', tmp_path / 'logs')
    assert run_tool('fid.py', folders[0] / 'images', tmp_path / 'empty', *options) == 1
    assert f'error: {tmp_path / "empty"}: holds no photo and no video' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (('a',), 'give two folders, or one config'),
        (('fid.py', '--name', 'x'), 'a config says what to measure'),
        (('a', 'b', '--config', 'x.py'), '--extractor pose needs --config and --checkpoint'),
        (('a', 'b', '--checkpoint', 'x.pth'), 'belong to --extractor pose'),
    ],
)
def test_wrong_usage(arguments, problem, run_tool, capsys):
    assert run_tool('fid.py', *arguments) == 2
    assert problem in capsys.readouterr().err


def test_a_config_of_its_own(folders, pose, tmp_path, run_tool, capsys):
    options = {f'test_evaluator.extractor.{key[2:]}': value for key, value in zip(pose[::2], pose[1::2])}
    for place, root in (('test_dataloader', folders[0]), ('test_evaluator.reference', folders[1])):
        options |= {f'{place}.dataset.data_root': root, f'{place}.num_workers': 0}
    settings = [f'{key}={value}' for key, value in options.items()]
    config = CONFIGS / 'adapt/fid/fd_demo-backbone_demo.py'
    assert run_tool('fid.py', config, '--work-dir', tmp_path / 'logs', '--cfg-options', *settings) == 0
    assert '"FD_small_n": 4' in capsys.readouterr().out
