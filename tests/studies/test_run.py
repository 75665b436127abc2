"""Whole studies with trainings that last milliseconds: order, resuming, failures, and what is left alone."""

import fcntl
import json
import math
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from synpose.studies import StudyRun


def journal(kind='train'):
    lines = Path('journal').read_text().splitlines() if Path('journal').exists() else []
    return [line.split() for line in lines if line.startswith(f'{kind} ')]


def test_everything_runs_once_and_the_second_time_nothing(workspace, capsys):
    assert StudyRun('small').execute() == {}
    assert [line[1] for line in journal()] == ['a/seed0', 'a/seed1', 'a/seed2', 'b/seed0']
    assert [line[3] for line in journal()] == ['0'] * 4
    assert Path('data/b.json').is_file()
    said = capsys.readouterr().out
    assert '[15/15] finished' in said
    assert said.index('finished render') < said.index('started  make_a') < said.index('finished make_a')
    assert said.index('finished make_a') < said.index('started  a/seed0')
    again = StudyRun('small')
    assert again.missing() == []
    assert again.execute() == {}
    assert len(journal()) == 4


def test_the_table_has_hand_computed_numbers(workspace):
    run = StudyRun('small')
    run.execute(2)
    table = run.write()
    assert table == Path('projects/synpose/results/small/table.md')
    text = table.read_text()
    # .30, .40, .35: mean .35, sample deviation sqrt((.05^2 + .05^2 + 0) / 2) = .05
    assert '| first | 3 | 0.350 ± 0.050 | 2.5 |' in text
    assert '| second | one, no spread | 0.300 | 2.5 |' in text
    assert '| first | 1 | 0.400 | n/a |' in text
    records = json.loads(table.with_name('results.json').read_text())
    cell = records['rows'][0]['cells']['target AP']
    assert cell['n'] == 3
    assert math.isclose(cell['mean'], 0.35)
    assert math.isclose(cell['sd'], 0.05)
    assert records['rows'][0]['tests']['1']['val'] == {'AP': 0.5}
    assert records['rows'][1]['cells']['target AP']['sd'] is None
    provenance = records['provenance']
    assert provenance['command'] == 'python tools/study.py small'
    # printf '[1]' | sha256sum
    assert provenance['data']['data/val.json'] == '080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22'
    assert provenance['tasks']['b/seed0']['command'].endswith(
        '--cfg-options train_cfg.max_epochs=3 model.width=2 randomness.seed=0'
    )
    assert provenance['versions'] == [{'torch': '2'}]
    assert provenance['notes'] == []


def test_a_training_killed_while_it_saves_goes_on_from_its_last_whole_checkpoint(workspace):
    Path('work/runs/a').mkdir(parents=True)
    Path('work/runs/a/stop-at-3').touch()
    failed = StudyRun('small').execute()
    assert set(failed) == {'a/seed0', 'a/seed0/test_val', 'a/seed0/test_target'}
    assert 'exit code -9' in failed['a/seed0']
    assert Path('work/runs/a/seed0/epoch_3.pth').is_file()  # half of it
    run = StudyRun('small')
    assert [task.name for task in run.missing()] == ['a/seed0', 'a/seed0/test_val', 'a/seed0/test_target']
    assert 'cut off' in run.describe()
    assert run.execute() == {}
    assert [line[1:4] for line in journal()][-1] == ['a/seed0', 'from', '2']
    assert len(journal()) == 5


def test_a_failed_run_is_told_with_its_log_while_others_go_on(workspace, capsys):
    Path('work/runs/a').mkdir(parents=True)
    Path('work/runs/a/fail').touch()
    run = StudyRun('small')
    failed = run.execute(2)
    assert sorted(failed) == sorted(
        f'a/seed{seed}{test}' for seed in range(3) for test in ('', '/test_val', '/test_target')
    )
    said = capsys.readouterr().out
    assert '    loss is nan' in said
    assert 'exit code 3; the end of work/runs/a/seed0/train.log' in said
    assert failed['a/seed1/test_val'] == 'not run: a/seed1 has failed'
    text = run.write().read_text()
    assert '| first | none of 3 yet | n/a | 2.5 |' in text
    assert '| second | one, no spread | 0.300 | 2.5 |' in text


def test_two_jobs_run_side_by_side_with_one_thread_each(workspace):
    Path('pause').write_text('0.8')
    assert StudyRun('small', ['a']).execute(2) == {}
    starts = {line[1]: float(line[5]) for line in journal()}
    ends = {line[1]: float(line[3]) for line in journal('trained')}
    assert {line[7] for line in journal()} == {'1'}
    assert set(starts) == {'a/seed0', 'a/seed1', 'a/seed2'}
    assert starts['a/seed1'] < ends['a/seed0']  # together
    at_once = [sum(starts[other] <= start < ends[other] for other in starts) for start in starts.values()]
    assert max(at_once) == 2


def test_only_the_rows_asked_for(workspace):
    run = StudyRun('small', ['b'])
    assert [task.name for task in run.missing()] == [
        'render',
        'make_b',
        'b/seed0',
        'b/seed0/test_val',
        'b/seed0/test_target',
    ]
    with pytest.raises(ValueError, match=r"there is no row 'c'; rows: a, b"):
        StudyRun('small', ['c'])


def test_results_count_as_finished_when_checkpoint_and_data_are_gone(workspace):
    StudyRun('small').execute()
    for path in (*Path('work/runs').rglob('*.pth'), Path('data/train.json')):
        path.unlink()
    assert StudyRun('small').missing() == []


def test_a_run_of_other_settings_is_refused_by_name(workspace, edit_study):
    StudyRun('small', ['b']).execute()
    edit_study(lambda content: content['rows'][1]['options'].update({'model.width': 7}))
    with pytest.raises(
        ValueError, match=r'b/seed0: begun with other settings: model.width = 2, now 7; remove work/runs/b'
    ):
        StudyRun('small')


def test_a_stage_of_other_settings_is_refused_by_name(workspace, edit_study):
    script = 'import sys; open("made.txt", "w").write(sys.argv[1])'
    Path('translator.py').write_text('model = dict(width=1)\n')
    stage = {'name': 'make', 'command': ['-c', script, 'translator.py'], 'done': 'made.txt'}

    def change(content):
        content['stages'].append(stage)
        content['rows'][1]['needs'] = ['make']

    edit_study(change)
    StudyRun('small', ['b']).execute()
    Path('translator.py').write_text('model = dict(width=2)\nhelper = 1\n')
    with pytest.raises(
        ValueError, match=r'make: begun with other settings: translator\.py\.model\.width = 1, now 2; remove'
    ):
        StudyRun('small', ['b'])


def test_a_variable_that_no_run_reads_is_no_setting(workspace):
    StudyRun('small', ['b']).execute()
    config = Path('configs/base.py')
    config.write_text(config.read_text() + 'helper = 1\n')
    assert StudyRun('small', ['b']).missing() == []


def test_a_training_does_not_go_on_with_other_data(workspace):
    Path('work/runs/b').mkdir(parents=True)
    Path('work/runs/b/stop-at-2').touch()
    StudyRun('small', ['b']).execute()
    Path('data/train.json').write_text('[2]')
    failed = StudyRun('small', ['b']).execute()
    assert 'data/train.json has changed since this training began' in failed['b/seed0']


def test_data_that_changed_afterwards_are_noted(workspace):
    run = StudyRun('small', ['b'])
    run.execute()
    Path('data/val.json').write_text('[2]')
    assert 'Note: data/val.json has changed since it was read' in run.write().read_text()


def test_a_stage_that_leaves_nothing_has_failed(workspace, edit_study):
    edit_study(lambda content: content['stages'][0].update(command=['-c', 'pass']))
    failed = StudyRun('small', ['b']).execute()
    assert 'it ended well, but data/train.json is not there' in failed['render']
    assert failed['b/seed0'] == 'not run: render has failed'


def test_a_task_that_another_process_runs_is_left_alone(workspace):
    log = Path('work/runs/b/seed0/train.log')
    log.parent.mkdir(parents=True)
    with open(log, 'ab') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        failed = StudyRun('small', ['b']).execute()
    assert 'already running' in failed['b/seed0']
    assert journal() == []


@pytest.mark.usefixtures('_interruptible')
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_children_and_the_next_start_goes_on(workspace, number):
    Path('pause').write_text('60')

    def interrupt():
        while not journal():
            time.sleep(0.05)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        StudyRun('small', ['b']).execute()
    thread.join()
    with open('work/runs/b/seed0/train.log', 'ab') as log:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the child does not hold it any more
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    Path('pause').unlink()
    run = StudyRun('small', ['b'])
    assert 'cut off' in run.describe()
    assert run.execute() == {}


def test_what_follows_a_training_gets_its_files(workspace, edit_study):
    command = "import sys, json; json.dump({'probe': len(sys.argv[1])}, open(sys.argv[2], 'w'))"

    def change(content):
        content['rows'][1]['after'] = [
            {
                'name': 'probe',
                'command': ['-c', command, '{checkpoint}', '{work_dir}/probe.json'],
                'done': '{work_dir}/probe.json',
            }
        ]
        content['columns'].append({'header': 'probe', 'file': '{work_dir}/probe.json', 'key': 'probe', 'format': '.0f'})

    edit_study(change)
    run = StudyRun('small', ['b'])
    assert run.execute() == {}
    # 'work/runs/b/seed0/epoch_3.pth' has 29 characters
    assert re.search(r'\| second \| one, no spread \| 0\.300 \| 2\.5 \| 29 \|', run.write().read_text())


def test_a_stage_may_need_a_training_and_a_row_may_train_nothing(workspace, edit_study):
    def change(content):
        content['stages'].append(
            {'name': 'measure', 'command': ['-c', "open('data/c.json', 'w').write('{\"fd\": {\"value\": 1}}')"],
             'done': 'data/c.json', 'needs': ['b/seed0']}
        )  # fmt: skip
        content['rows'].append({'name': 'c', 'label': 'a bound', 'measures': ['measure']})

    edit_study(change)
    run = StudyRun('small', ['c'])
    assert [task.name for task in run.missing()] == ['render', 'b/seed0', 'measure']
    assert run.execute() == {}
    assert '| a bound | n/a | n/a | 1.0 |' in run.write().read_text()
    assert not os.path.exists('work/runs/b/seed0/results')
