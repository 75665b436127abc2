"""How long the rest takes, from logs as MMEngine writes them and from what has finished."""

import io
import subprocess
import time
from pathlib import Path

import pytest

from synpose.studies.display import Display, describe_left, format_time, read_eta
from synpose.studies.scheduling import Progress, Running
from synpose.studies.tasks import Task

LINE = '11/20 18:00:00 - mmengine - INFO - Epoch(train) [1][10/44]  lr: 1e-3  eta: {}  time: 0.9\n'


def task(name, kind='train', folder=Path()):
    return Task(name, kind, (), folder / 'x', folder / f'{name}.log')


def running(folder, text, age=0.0):
    found = task('now', folder=folder)
    found.log.write_text(text)
    return Running(found, subprocess.Popen, open(found.log, 'ab'), time.monotonic() - age)


@pytest.mark.parametrize(
    ('text', 'seconds'),
    [
        (LINE.format('0:10:05'), 605),
        (LINE.format('0:10:05') + LINE.format('0:09:05'), 545),
        (LINE.format('1 day, 2:00:01'), 26 * 3600 + 1),
        ('loading\n', None),
        (LINE.format('0:10:05') + '\n$ python tools/train.py\nloading\n', None),  # of an earlier start
    ],
)
def test_eta_of_a_log(tmp_path, text, seconds):
    assert read_eta(running(tmp_path, text)) == seconds


def test_what_is_left_is_divided_by_the_places(tmp_path):
    now = running(tmp_path, LINE.format('0:10:00'), age=300)  # 15 minutes in all
    progress = Progress([task('next'), task('test', 'test'), task('stage', 'stage')], [now])
    # 10 of the running one + 15 of the next + 7 of the test = 32 minutes, in 2 places
    said = describe_left(progress, {'test': [420.0]}, 2)
    assert said == '1 running, 3 waiting, about 16:00 left and 1 of unknown length'
    assert describe_left(Progress([]), {}, 1) == 'nothing left'
    assert describe_left(Progress([task('a')]), {}, 1) == '0 running, 1 waiting'


def test_events_are_lines_and_only_a_terminal_gets_the_live_line(tmp_path):
    progress = Progress([task('a')], done={'b': 1.0})
    for live in (False, True):
        out = io.StringIO()
        out.isatty = lambda live=live: live
        display = Display({}, out=out)
        display._kinds['b'] = 'train'
        display(progress, 'finished b\n    more')
        display(progress, '')
        lines = out.getvalue().split('\n')
        assert '[1/2] finished b  (0 running, 1 waiting, about 0:01 left)' in lines[0]
        assert lines[1] == '    more'
        assert ('running: ' in lines[2]) == live


def test_times():
    assert [format_time(seconds) for seconds in (0.4, 65, 3725)] == ['0:00', '1:05', '1:02:05']
