import subprocess
import sys
import time
from pathlib import Path

import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError

from synpose.generation.jobs import backends
from synpose.generation.jobs.backends import check_backend, run_jobs


def test_results_of_all_jobs_come_back():
    assert sorted(run_jobs(pow, [(2, k) for k in range(6)])) == [1, 2, 4, 8, 16, 32]


def test_an_error_in_a_job_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(run_jobs(divmod, [(1, 1), (1, 0)]))


@pytest.mark.parametrize('backend', ['ray', 'dask'])
def test_what_a_cluster_needs_is_named(monkeypatch, backend):
    monkeypatch.setattr(backends, 'find_spec', lambda name: None)
    package = {'ray': 'ray', 'dask': 'distributed'}[backend]
    with pytest.raises(ImportError, match=rf'^{package} is not installed; pip install synpose\[cluster\]$'):
        check_backend(backend)


def test_unknown_backends_are_named():
    with pytest.raises(ValueError, match="backend: 'slurm' is none of loky, ray, dask"):
        check_backend('slurm')


def test_a_killed_worker_is_told_in_one_line(monkeypatch):
    def die(*_, **__):
        raise TerminatedWorkerError('one of\nmany lines')

    monkeypatch.setattr('joblib.Parallel.__call__', die)
    with pytest.raises(ChildProcessError, match=r'^a worker process was killed.*--resume') as raised:
        list(run_jobs(pow, [(1, 1)], workers=2))
    assert '\n' not in str(raised.value)


def error_of(module, *names):
    """Return an error whose classes have these names, the last one being its own."""
    kind = Exception
    for name in names:
        kind = type(name, (kind,), {'__module__': module})
    return kind('many\nlines')


@pytest.mark.parametrize(
    'error',
    [
        error_of('ray.exceptions', 'RayError', 'RayActorError', 'ActorDiedError'),
        error_of('ray.exceptions', 'RayError', 'WorkerCrashedError'),
        error_of('distributed.scheduler', 'KilledWorker'),
        type('FutureCancelledError', (BaseException,), {'__module__': 'distributed.client'})(),
    ],
)
def test_a_lost_worker_of_a_cluster_is_told_in_one_line(error):
    message = rf'^a worker of the cluster was lost \({type(error).__name__}\); continue with --resume$'
    with pytest.raises(ChildProcessError, match=message), backends._telling_losses():
        raise error


@pytest.mark.parametrize(
    'error',
    [error_of('ray.exceptions', 'RayError', 'RayTaskError'), error_of('my.tool', 'KilledWorker'), OSError('full')],
)
def test_other_errors_of_a_cluster_are_kept(error):
    with pytest.raises(type(error)) as raised, backends._telling_losses():
        raise error
    assert raised.value is error


def test_an_address_needs_a_cluster():
    with pytest.raises(ValueError, match="address: 'auto' is of a cluster; choose its backend too"):
        check_backend('loky', 'auto')


ORPHAN = """
import os, sys, time, threading, importlib.util
spec = importlib.util.spec_from_file_location('backends', sys.argv[1])
backends = importlib.util.module_from_spec(spec)
spec.loader.exec_module(backends)
if os.fork() == 0:
    backends._end_with(os.getppid())
    print(os.getpid(), flush=True)
    time.sleep(600)
time.sleep(600)
"""


def test_a_worker_ends_when_its_parent_was_killed():
    parent = subprocess.Popen([sys.executable, '-c', ORPHAN, backends.__file__], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60
    stat = Path(f'/proc/{worker}/stat')
    while stat.exists() and stat.read_text().rpartition(')')[2].split()[0] != 'Z':
        assert time.monotonic() < deadline, 'the worker lives on'
        time.sleep(0.05)
