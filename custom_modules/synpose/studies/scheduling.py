"""Run commands that wait for each other, a few at a time; a failed one does not stop those that can do without it."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Any

from .tasks import Task

GRACE = 10.0  # s between asking a process to stop and killing it
_PAUSE = 0.2  # s between two looks at the processes
_ONE_THREAD = dict.fromkeys(('OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS'), '1')

# Ctrl-C reaches this process alone, which then stops all. A session of its own would leave this one's priority group.
_GROUP: dict[str, Any] = {'process_group': 0} if sys.version_info >= (3, 11) else {'start_new_session': True}


@dataclass
class Running:
    """A task whose process runs."""

    task: Task
    process: subprocess.Popen
    log: IO[bytes]
    started: float

    @property
    def seconds(self) -> float:
        """Time since its start, s."""
        return time.monotonic() - self.started


@dataclass
class Progress:
    """What has become of the tasks so far.

    Attributes:
        waiting: Neither started nor given up.
        running: With their processes.
        done: Seconds each finished task took, by name.
        failed: Why each failed or could not start, by name.
    """

    waiting: list[Task]
    running: list[Running] = field(default_factory=list)
    done: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Number of tasks."""
        return len(self.waiting) + len(self.running) + len(self.done) + len(self.failed)


def run_tasks(
    tasks: Sequence[Task],
    jobs: int = 1,
    show: Callable[[Progress, str], None] = lambda progress, event: None,
    facts: Mapping[str, Any] | None = None,
) -> Progress:
    """Run tasks, each as soon as those it needs are finished and a place is free.

    A task's log is locked while its process lives, also when this one is killed: no task runs twice at once.

    Args:
        tasks: Not finished yet; what they need and is not among them is taken as finished.
        jobs: Processes at a time; with more than one, each computes with one thread.
        show: Called with the state and what has just happened (empty: nothing new).
        facts: Written into every task's record.

    Returns:
        The state at the end.

    Raises:
        KeyboardInterrupt: On Ctrl-C or SIGTERM, after the processes have been stopped.
    """
    progress = Progress(list(tasks))
    environment = {**os.environ, **(_ONE_THREAD if jobs > 1 else {}), 'PYTHONUNBUFFERED': '1'}
    with _terminated_like_interrupted():
        try:
            while progress.waiting or progress.running:
                for running in [running for running in progress.running if running.process.poll() is not None]:
                    show(progress, _finish(progress, running))
                for task in _ready(progress, show):
                    if len(progress.running) < jobs:
                        show(progress, _start(progress, task, environment, facts or {}))
                show(progress, '')
                if progress.running:
                    time.sleep(_PAUSE)
        finally:
            _stop_all(progress)
    return progress


def log_tail(task: Task, lines: int = 12) -> str:
    """Return the last lines of a task's log."""
    if not task.log.is_file():
        return ''
    with open(task.log, 'rb') as file:
        file.seek(max(file.seek(0, os.SEEK_END) - 20000, 0))
        return '\n'.join(file.read().decode(errors='replace').replace('\r', '\n').rstrip().splitlines()[-lines:])


def _ready(progress: Progress, show: Callable[[Progress, str], None]) -> list[Task]:
    """Return the waiting tasks that can start; those that need a failed one are given up."""
    for task in list(progress.waiting):
        lost = next((need for need in task.needs if need in progress.failed), None)
        if lost is not None:
            progress.waiting.remove(task)
            progress.failed[task.name] = f'not run: {lost} has failed'
            show(progress, f'not run  {task.name}: {lost} has failed')
    pending = {task.name for task in (*progress.waiting, *(running.task for running in progress.running))}
    return [task for task in progress.waiting if not pending.intersection(task.needs)]


def _start(progress: Progress, task: Task, environment: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    progress.waiting.remove(task)
    task.log.parent.mkdir(parents=True, exist_ok=True)
    log = open(task.log, 'ab')  # noqa: SIM115 - closed when the process ends
    try:
        # The child inherits the file and with it the lock, which ends with the last of both.
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        task.begin(**facts)
        log.write(f'\n$ python {subprocess.list2cmdline(task.start_command)}\n'.encode())
        log.flush()
        process = subprocess.Popen(
            [sys.executable, *task.start_command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            **_GROUP,
        )
    except (BlockingIOError, OSError, ValueError) as error:
        log.close()
        held = isinstance(error, BlockingIOError)
        progress.failed[task.name] = f'already running: its process holds {task.log}' if held else str(error)
        return f'FAILED   {task.name}: {progress.failed[task.name]}'
    progress.running.append(Running(task, process, log, time.monotonic()))
    return f'started  {task.name}'


def _finish(progress: Progress, running: Running) -> str:
    task, code = running.task, running.process.returncode
    progress.running.remove(running)
    running.log.close()
    task.end(running.seconds)
    if code == 0 and task.finished:
        progress.done[task.name] = running.seconds
        return f'finished {task.name}'
    reason = f'exit code {code}' if code else f'it ended well, but {task.done} is not there'
    progress.failed[task.name] = f'{reason}; log: {task.log}'
    return f'FAILED   {task.name}: {reason}; the end of {task.log}:\n{_indent(log_tail(task))}'


def _stop_all(progress: Progress) -> None:
    """Stop what still runs, with the workers it has started."""
    for running in progress.running:
        _signal(running, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for running in progress.running:
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(max(deadline - time.monotonic(), 0.1))
        _signal(running, signal.SIGKILL)  # workers that outlive it, too
        running.process.wait()
        running.log.close()
        running.task.end(running.seconds)


def _signal(running: Running, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(running.process.pid, number)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM stop the children as Ctrl-C does."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


def _indent(text: str) -> str:
    return '\n'.join(f'    {line}' for line in text.splitlines())
