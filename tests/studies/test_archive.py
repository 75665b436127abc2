"""A clone that has the results folder of a study does not train again; nothing of the machine gets into it."""

import json
import shutil
from pathlib import Path

import pytest

from synpose.studies import StudyRun

ARCHIVE = Path('projects/synpose/results/work/finished')  # by the work dir, which studies may share


@pytest.fixture
def finished(workspace):
    """The workspace after a whole run, as another machine gets it: without data and work dir."""
    run = StudyRun('small')
    assert run.execute(2) == {}
    run.write()
    table = run.out.joinpath('table.md').read_text()
    shutil.rmtree('work')
    Path('journal').unlink()
    return table


def test_nothing_is_trained_again_and_the_table_stays(finished, capsys):
    shutil.rmtree('data')
    run = StudyRun('small', ['a'])
    assert [task.name for task in run.missing()] == []
    assert len(run.restored) == 8  # tests of four trainings; the stages' files are data
    assert run.execute() == {}
    assert f'8 results taken from {ARCHIVE}' in capsys.readouterr().out
    assert not Path('journal').exists()
    again = run.write().read_text()
    wanted = next(line for line in finished.splitlines() if line.startswith('| first | 3'))
    assert (
        wanted.split('|')[3]
        == next(line for line in again.splitlines() if line.startswith('| first | 3')).split('|')[3]
    )
    assert 'not finished' not in again
    assert json.loads((ARCHIVE / 'runs/a/seed1/train.task.json').read_text())['finished'] is True


def test_a_lost_run_is_made_again_alone(finished):
    shutil.rmtree(ARCHIVE / 'runs/a/seed1')
    run = StudyRun('small')
    assert {task.name for task in run.missing()} == {'a/seed1', 'a/seed1/test_val', 'a/seed1/test_target'}
    assert 'cut off' not in run.describe()
    assert run.execute() == {}
    assert Path('journal').read_text().count('train a/seed1') == 1
    run.write()
    assert (ARCHIVE / 'runs/a/seed1/results/val/metrics.json').is_file()


def test_results_of_other_settings_stay_in_the_archive(finished, edit_study):
    edit_study(lambda content: content['rows'][1].update(options={'model.width': 3}))
    missing = {task.name for task in StudyRun('small').missing()}
    assert missing == {'b/seed0', 'b/seed0/test_val', 'b/seed0/test_target'}


def test_paths_of_the_machine_are_cut(workspace):
    run = StudyRun('small', ['b'])
    run.execute()
    path = Path('work/runs/b/seed0/results/val/metrics.json')
    content = json.loads(path.read_text())
    content['provenance']['command'] = f'python {Path.cwd()}/tools/test.py'
    path.write_text(json.dumps(content))
    run.write()
    kept = json.loads((ARCHIVE / 'runs/b/seed0/results/val/metrics.json').read_text())
    assert kept['provenance']['command'] == 'python tools/test.py'
    assert not any(str(Path.cwd()) in file.read_text() for file in ARCHIVE.rglob('*.json'))


def test_what_runs_here_is_not_overwritten(finished):
    path = Path('work/runs/a/seed0/results/val/metrics.json')
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({'metrics': {'AP': 0.9}, 'provenance': {}}))
    StudyRun('small')
    assert json.loads(path.read_text())['metrics'] == {'AP': 0.9}


def test_a_damaged_archive_is_named(finished):
    damaged = ARCHIVE / 'runs/a/seed0/results/val/metrics.json'
    damaged.write_text('{"metrics": ')
    with pytest.raises(ValueError, match=f'{damaged}: not valid JSON'):
        StudyRun('small')
