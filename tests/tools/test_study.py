"""tools/study.py as a user calls it: small ones with trainings of milliseconds, and one with the real tools."""

import json
import os
from pathlib import Path

import pytest
import yaml

from synpose.evaluation.margin_fitting import SKELETONS, fit_annotation_margins
from synpose.files import write_json
from synpose.testing import write_synpose_dataset

ROOT = Path(__file__).resolve().parents[2]
DEKR = 'configs/demo/dekr_hrnet-w16_1xb6-8e_demo-quick-448x256.py'


def write_study(folder, **changes):
    """Write a study of one stage that leaves a figure, with nothing to train."""
    command = ['-c', "open('figure.json', 'w').write('{\"fd\": 2.5}')"]
    content = {
        'title': 'A study',
        'work_dir': 'work',
        'stages': [{'name': 'measure', 'command': command, 'done': 'figure.json'}],
        'rows': [{'name': 'a', 'label': 'first', 'measures': ['measure']}],
        'columns': [{'header': 'FD', 'file': 'figure.json', 'key': 'fd', 'format': '.1f'}],
        **changes,
    }
    (folder / 'small.yaml').write_text(yaml.safe_dump(content))


def test_list_dry_run_run_and_table(tmp_path, monkeypatch, run_tool, capsys):
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path)
    assert run_tool('study.py', 'small.yaml', '--list') == 0
    assert '  to run      measure' in capsys.readouterr().out
    assert run_tool('study.py', 'small.yaml', '--dry-run') == 0
    assert capsys.readouterr().out.startswith('python -c ')
    assert not Path('figure.json').exists()
    assert run_tool('study.py', 'small.yaml', '--table-only', '--out', 'before') == 0
    assert '| first | n/a | n/a |' in Path('before/table.md').read_text()
    assert not Path('figure.json').exists()
    assert run_tool('study.py', 'small.yaml', '--jobs', 2, '--rows', 'a') == 0
    assert capsys.readouterr().out.splitlines()[-1] == 'projects/synpose/results/small/table.md'
    assert '| first | n/a | 2.5 |' in Path('projects/synpose/results/small/table.md').read_text()
    assert run_tool('study.py', 'small.yaml', '--dry-run') == 0
    assert capsys.readouterr().out.strip() == ''


def test_a_failed_command_is_told_and_shows_in_the_exit_code(tmp_path, monkeypatch, run_tool, capsys):
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path, stages=[{'name': 'measure', 'command': ['-c', 'raise SystemExit("no")'], 'done': 'x'}])
    assert run_tool('study.py', 'small.yaml') == 1
    said = capsys.readouterr()
    assert 'failed: measure: exit code 1; log: work/logs/measure.log' in said.err
    assert '    no' in said.out
    assert Path('projects/synpose/results/small/table.md').is_file()


@pytest.mark.usefixtures('_interruptible')
def test_an_interrupt_has_an_exit_code_of_its_own(tmp_path, monkeypatch, run_tool, capsys):
    monkeypatch.chdir(tmp_path)
    interrupt = f'import os, signal, time; os.kill({os.getpid()}, signal.SIGINT); time.sleep(60)'
    write_study(tmp_path, stages=[{'name': 'measure', 'command': ['-c', interrupt], 'done': 'x'}])
    assert run_tool('study.py', 'small.yaml') == 130
    assert 'interrupted: run the same command again to go on' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('none',), 'error: projects/synpose/studies/none.yaml: no such study'),
        (('small.yaml', '--rows', 'a,b'), "error: small.yaml: there is no row 'b'; rows: a"),
        (('small.yaml', '--jobs', 0), '--jobs must be at least 1'),
    ],
)
def test_errors_are_one_message(tmp_path, monkeypatch, run_tool, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path)
    assert run_tool('study.py', *arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_a_real_training_with_its_tests(tmp_path, monkeypatch, run_tool):
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    monkeypatch.chdir(tmp_path)
    for name in ('configs', 'tools'):
        Path(name).symlink_to(ROOT / name)
    root = write_synpose_dataset('data/demo-quick/source', num_images=2, splits=('train', 'val'), suffix='.jpg')
    margins = fit_annotation_margins(root / 'annotations/train.json', SKELETONS['coco17'])
    write_json(root / 'annotations/margins.json', margins)
    options = {
        'train_dataloader.batch_size': 1,
        'train_dataloader.num_workers': 0,
        'train_dataloader.persistent_workers': False,
        'model.head.decoder.decode_thr': -1,
    }
    write_study(
        tmp_path,
        stages=[],
        budget={'train_cfg.max_epochs': 1},
        rows=[{'name': 'a', 'label': 'first', 'config': DEKR, 'options': options, 'seeds': [3], 'tests': [DEKR]}],
        columns=[{'header': 'AP', 'test': 'val', 'metric': 'bbox_iou_ceiling/AP50'}],
        pictures=[{'kind': 'predictions', 'name': 'poses', 'title': 'Poses', 'test': 'val', 'count': 2}],
    )
    assert run_tool('study.py', 'small.yaml') == 0
    results = Path('projects/synpose/results/small')
    records = json.loads((results / 'results.json').read_text())
    assert records['rows'][0]['cells']['AP']['n'] == 1
    assert records['rows'][0]['cells']['AP']['mean'] > 0.5
    assert json.loads(Path('work/runs/a/seed3/results/val/metrics.json').read_text())['provenance']['seed'] == 3
    assert (results / 'poses.jpg').stat().st_size > 1000
    assert '![Poses](./poses.jpg)' in (results / 'table.md').read_text()
    assert run_tool('study.py', 'small.yaml', '--rows', 'a') == 0  # nothing left: no second training
    assert len(list(Path('work/runs/a/seed3').glob('*/*.log'))) == 2  # one of the training, one of the test
