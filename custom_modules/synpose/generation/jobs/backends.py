"""Where the jobs of a generator run: on this machine's cores, or on a Ray or Dask cluster; always through joblib."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from itertools import islice
from typing import Any

BACKENDS = ('loky', 'ray', 'dask')
"""``loky`` starts processes on this machine."""

_PACKAGES = {'ray': 'ray', 'dask': 'distributed'}
_ROUND = 16  # jobs for each worker of a cluster between two looks at the results
_HEARTBEAT = 0.5  # s
# What Ray and Dask raise when a worker, its machine or its memory is gone; errors of the job itself are none of these.
_LOSSES = {
    'RayActorError',
    'WorkerCrashedError',
    'NodeDiedError',
    'ObjectLostError',
    'OutOfMemoryError',
    'KilledWorker',
    'CommClosedError',
    'FutureCancelledError',
    'NoValidWorkerError',
}


def check_backend(backend: str, address: str | None = None) -> None:
    """Check that a backend is known and installed, and has an address only if it is a cluster.

    Raises:
        ValueError: If it is unknown, or has no addresses.
        ImportError: Naming the missing package and how to get it.
    """
    if backend not in BACKENDS:
        raise ValueError(f'backend: {backend!r} is none of {", ".join(BACKENDS)}')
    if address is not None and backend == 'loky':
        raise ValueError(f'address: {address!r} is of a cluster; choose its backend too, ray or dask')
    package = _PACKAGES.get(backend)
    if package and find_spec(package) is None:
        raise ImportError(f'{package} is not installed; pip install synpose[cluster]', name=package)


def run_jobs(
    function: Callable[..., Any],
    jobs: Sequence[tuple],
    workers: int | None = None,
    backend: str = 'loky',
    address: str | None = None,
) -> Iterator[Any]:
    """Call a function once for each job and give the results as they come, in any order.

    Args:
        function: Called in the worker processes.
        jobs: The arguments of each call.
        workers: Processes; -1 for all cores of the machine or cluster, the default on a cluster. 1 works in this
            process.
        backend: One of :data:`BACKENDS`.
        address: Of the cluster, e.g. ``'auto'`` (Ray) or ``'tcp://host:8786'`` (Dask); None starts one on this machine.

    Raises:
        ChildProcessError: If a worker process was killed, or a worker of a cluster was lost.
    """
    from joblib import Parallel, delayed, effective_n_jobs

    calls = [delayed(function)(*job) for job in jobs]
    if backend == 'loky':
        yield from _run_here(calls, workers or 1)
        return
    connect = {'ray': _ray, 'dask': _dask}[backend]
    with connect(address, workers or -1), Parallel(n_jobs=workers or -1, batch_size=1) as parallel:
        remaining = iter(calls)
        while batch := list(islice(remaining, _ROUND * effective_n_jobs(workers or -1))):
            with _telling_losses():
                results = parallel(batch)  # Ray does not give results one by one
            yield from results


@contextmanager
def _telling_losses() -> Iterator[None]:
    """Turn a cluster's own errors about its workers into one of one line."""
    try:
        yield
    except BaseException as error:  # Dask's canceled work is no Exception
        packages = {kind.__module__.partition('.')[0] for kind in type(error).__mro__}
        if packages & {'ray', 'distributed'} and {kind.__name__ for kind in type(error).__mro__} & _LOSSES:
            name = type(error).__name__
            raise ChildProcessError(f'a worker of the cluster was lost ({name}); continue with --resume') from error
        raise


def _run_here(calls: Iterable[Any], workers: int) -> Iterator[Any]:
    from joblib import Parallel
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    options: dict[str, Any] = {'initializer': partial(_end_with, os.getpid())} if workers != 1 else {}
    try:
        yield from Parallel(n_jobs=workers, backend='loky', return_as='generator_unordered', batch_size=1, **options)(
            calls
        )
    except TerminatedWorkerError as error:
        raise ChildProcessError(
            'a worker process was killed, perhaps for lack of memory; continue with --resume, or with fewer --workers'
        ) from error


def _end_with(parent: int) -> None:
    """Make this worker process end when its parent has been killed: nobody would wait for its results."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_HEARTBEAT)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _ray(address: str | None, workers: int) -> Iterator[None]:
    import ray
    from joblib import parallel_config
    from ray.util.joblib import register_ray

    register_ray()
    os.environ.setdefault('RAY_USAGE_STATS_ENABLED', '0')
    address = address or os.environ.get('RAY_ADDRESS') or 'local'
    options: dict[str, Any] = {'include_dashboard': False} if address == 'local' else {}
    if address == 'local' and workers > 0:
        options['num_cpus'] = workers
    ray.init(address=address, logging_level='error', **options)
    try:
        with parallel_config(backend='ray'):
            yield
    finally:
        ray.shutdown()


@contextmanager
def _dask(address: str | None, workers: int) -> Iterator[None]:
    from distributed import Client, LocalCluster
    from joblib import parallel_config

    count = workers if workers > 0 else os.cpu_count()
    here = None if address else LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)
    try:
        with Client(address or here), parallel_config(backend='dask'):
            yield
    finally:
        if here:
            here.close()
