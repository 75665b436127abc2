"""tools/submit.py as a user calls it, with a small untrained top-down model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

import synpose  # noqa: F401 - puts MMPose in order before it is imported
from synpose.skeletons import COCO17_NAMES
from synpose.testing import write_synpose_dataset
from synpose.testing.small_topdown import TINY_TOPDOWN

CONFIG = (
    """
custom_imports = dict(imports=['synpose'])
default_scope = 'mmpose'
"""
    + TINY_TOPDOWN
    + """test_dataloader = dict(
    batch_size=6, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='CocoDataset', data_mode='topdown', pipeline=pipeline, data_root='{root}', test_mode=True,
                 ann_file='annotations/test.json', data_prefix=dict(img='images/')))
test_evaluator = [dict(type='CocoMetric', ann_file='{root}/annotations/test.json', nms_mode='none', score_mode='bbox')]
test_cfg = dict()
custom_hooks = [dict(type='ResultsHook')]
"""
)


@pytest.fixture(scope='module')
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Config, checkpoint and labels of two images with three people."""
    from mmpose.registry import MODELS

    folder = tmp_path_factory.mktemp('submit')
    root = write_synpose_dataset(folder / 'data', 2, 3, (96, 80), ('test',), COCO17_NAMES)
    config, checkpoint = folder / 'tiny.py', folder / 'tiny.pth'
    config.write_text(CONFIG.replace('{root}', str(root)))
    torch.manual_seed(0)
    torch.save({'state_dict': MODELS.build(Config.fromfile(config).model).state_dict()}, checkpoint)
    return config, checkpoint, root / 'annotations/test.json'


def test_predict_check_and_score(
    files: tuple[Path, Path, Path], run_tool: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    config, checkpoint, labels = files
    given = ('--benchmark', 'coco', '--split', 'val2017', '--images', labels, '--out', tmp_path)
    assert run_tool('submit.py', config, checkpoint, *given) == 0
    path = tmp_path / 'person_keypoints_val2017_synpose_results.zip'
    assert 'results.zip: 6 people on 2 images' in capsys.readouterr().out
    assert run_tool('submit.py', '--check', path, '--images', labels) == 0
    assert capsys.readouterr().out.endswith('results.zip: 0 problems\n')
    assert run_tool('submit.py', '--score', path, '--labels', labels) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith('A')] == ['AP'] * 5 + ['AR'] * 5
    assert not list(tmp_path.rglob('results'))  # a submission is no test

    from synpose.reporting.submissions.archive import read_archive

    records = json.loads(read_archive(path)[1])
    assert {record['score'] for record in records} == {1.0}  # the boxes' scores, as the config's metric has them
    folder = tmp_path / 'renamed'
    folder.mkdir()
    path.rename(folder / 'results.zip')
    assert run_tool('submit.py', '--check', folder / 'results.zip') == 1
    assert 'the zip must be called person_keypoints_val2017_synpose_results.zip' in capsys.readouterr().out


def test_a_model_without_the_joints_does_not_run(
    files: tuple[Path, Path, Path], run_tool: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    config, checkpoint, _ = files
    assert run_tool('submit.py', config, checkpoint, '--benchmark', 'crowdpose', '--out', tmp_path) == 2
    assert 'error: crowdpose: the model has no top_head, neck; it has nose' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((), 'give CONFIG and CHECKPOINT, or --check FILE, or --score FILE'),
        (('a.py', 'a.pth'), 'CONFIG needs CHECKPOINT and --benchmark'),
        (('--score', 'a.zip'), '--score needs --labels'),
        (('--check', 'none.zip'), 'error: none.zip: no such file'),
        (('none.py', 'none.pth', '--benchmark', 'coco'), 'error: none.py: no such file'),
    ],
)
def test_what_is_missing_is_named(
    arguments: tuple[str, ...], message: str, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    assert run_tool('submit.py', *arguments) == 2
    assert message in capsys.readouterr().err


def test_help_lists_every_benchmark(run_tool: Callable[..., int], capsys: pytest.CaptureFixture) -> None:
    from synpose.reporting.submissions import BENCHMARKS

    assert run_tool('submit.py', '--help') == 0
    said = capsys.readouterr().out
    assert f'{{{",".join(BENCHMARKS)}}}' in said
    assert all(f'\n  {name} ' in said for name in BENCHMARKS)
