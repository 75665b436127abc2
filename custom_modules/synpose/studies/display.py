"""What a running study prints: an event a line, and on a terminal a line that says what runs and what is left."""

import re
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import TextIO

from .scheduling import Progress, Running
from .tasks import Task

_ETA = re.compile(r'eta: (?:(\d+) days?, )?(\d+):(\d\d):(\d\d)')


class Display:
    """Prints the progress of :func:`~synpose.studies.scheduling.run_tasks`.

    Args:
        earlier: Seconds that tasks of each kind took before, to foresee the others.
        jobs: Processes at a time.
        out: Where to print.
        interval: s between two looks at the logs; on a terminal only.
    """

    def __init__(
        self, earlier: Mapping[str, list[float]], jobs: int = 1, out: TextIO | None = None, interval: float = 2.0
    ) -> None:
        self.seconds = {kind: list(values) for kind, values in earlier.items()}
        self.jobs = jobs
        self.out = out or sys.stdout
        self.interval = interval
        self._last = 0.0
        self._counted: set[str] = set()
        self._kinds: dict[str, str] = {}

    def __call__(self, progress: Progress, event: str) -> None:
        """Print an event, or refresh the line."""
        for running in progress.running:
            self._kinds[running.task.name] = running.task.kind
        for name in set(progress.done) - self._counted:
            self._counted.add(name)
            self.seconds.setdefault(self._kinds[name], []).append(progress.done[name])
        live = self.out.isatty()
        if event:
            clear = '\r\x1b[K' if live else ''
            left = '' if event.startswith('started') else f'  ({describe_left(progress, self.seconds, self.jobs)})'
            head, *more = event.split('\n')
            done = len(progress.done) + len(progress.failed)
            line = f'{clear}{time.strftime("%H:%M:%S")} [{done}/{progress.total}] {head}{left}'
            print('\n'.join([line, *more]), file=self.out, flush=True)
        elif live and time.monotonic() - self._last >= self.interval:
            self._last = time.monotonic()
            names = ', '.join(f'{running.task.name} {format_time(running.seconds)}' for running in progress.running)
            line = f'running: {names}; {describe_left(progress, self.seconds, self.jobs)}'
            print(f'\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}', end='', file=self.out, flush=True)


def describe_left(progress: Progress, seconds: Mapping[str, list[float]], jobs: int) -> str:
    """Say how long the rest takes: what the trainings' logs say, and for what waits the mean of its kind.

    Args:
        progress: The state.
        seconds: Times of finished tasks by kind, s.
        jobs: Processes at a time.
    """
    left: list[float | None] = []
    expected: dict[str, list[float]] = defaultdict(list, {kind: list(values) for kind, values in seconds.items()})
    for running in progress.running:
        eta = read_eta(running)
        if eta is None and seconds.get(running.task.kind) and running.task.kind in ('train', 'test'):
            eta = max(_mean(seconds[running.task.kind]) - running.seconds, 0.0)
        elif eta is not None:
            expected[running.task.kind].append(running.seconds + eta)
        left.append(eta)
    left += [_expect(task, expected) for task in progress.waiting]
    if not left:
        return 'nothing left'
    known = [value for value in left if value is not None]
    unknown = len(left) - len(known)
    counted = f'{len(progress.running)} running, {len(progress.waiting)} waiting'
    if not known:
        return counted
    # With so few places the work divided by them is close; a single long task may take longer.
    total = max(sum(known) / jobs, max(known))
    return f'{counted}, about {format_time(total)} left{f" and {unknown} of unknown length" if unknown else ""}'


def read_eta(running: Running) -> float | None:
    """Return the time left that a training's log states last, s; None where this start has logged none."""
    with open(running.task.log, 'rb') as file:
        file.seek(max(file.seek(0, 2) - 8000, 0))
        text = file.read().decode(errors='replace').rsplit('\n$ python ', 1)[-1]
    found = _ETA.findall(text)
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found[-1])
    return ((days * 24 + hours) * 60 + minutes) * 60.0 + seconds


def format_time(seconds: float) -> str:
    """Return a duration as ``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{rest:02}' if hours else f'{minutes}:{rest:02}'


def _expect(task: Task, seconds: Mapping[str, list[float]]) -> float | None:
    # Stages differ from each other, trainings and tests have one budget.
    return _mean(seconds[task.kind]) if task.kind in ('train', 'test') and seconds.get(task.kind) else None


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
