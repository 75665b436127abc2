import json
import os
import random
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from threading import RLock

import pytest
from tqdm import tqdm

from synpose.generation.jobs.shards import Shard
from synpose.testing.toy_generator import ToyGenerator

ROOT = Path(__file__).parents[3]


def tree(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob('*')) if path.is_file()}


def render(out, options, **keywords):
    tqdm.set_lock(RLock())  # the default one is shared with forked processes: one killed while it holds it stops all
    ToyGenerator(**options).run(out, **keywords)


def start(target, *arguments, **keywords):
    """Run a function in a copy of this process, which needs no time to import anything."""
    process = get_context('fork').Process(target=target, args=arguments, kwargs=keywords)
    process.start()
    return process


def is_complete(root):
    description = root / 'dataset.json'
    return description.is_file() and 'counts' in json.loads(description.read_bytes())


@pytest.fixture(scope='module')
def reference(tmp_path_factory):
    root = tmp_path_factory.mktemp('toys') / 'set'
    ToyGenerator(parts=True).run(root)
    return tree(root)


def test_counts_and_files(tmp_path, reference):
    counts = ToyGenerator(parts=True).run(tmp_path / 'set')
    for split, members in (('train', 8), ('val', 4)):
        content = json.loads(reference[f'annotations/{split}.json'])
        assert len(content['images']) == counts[split]['images'] == members
        assert len(content['annotations']) == counts[split]['people']
        for image in content['images']:
            files = [f'images/{image["file_name"]}', *(image[f'{kind}_file'] for kind in ('stencil', 'depth', 'parts'))]
            assert set(files) <= set(reference)
    # Both pictures of a unit tell how many people of the unit were redrawn: 0, 1 or 2 by its own random numbers.
    drawn = [int(ToyGenerator().rng(unit).integers(3)) for unit in range(6)]
    assert counts['train']['redrawn'] == {'collision': sum(drawn[k] for k in (0, 1, 3, 4))}
    assert counts['val']['redrawn'] == {'collision': drawn[2] + drawn[5]}
    description = json.loads(reference['dataset.json'])
    assert description['counts'] == counts
    assert description['parts'][:2] == ['background', 'head']


def test_two_workers_write_the_same_bytes(tmp_path, reference):
    ToyGenerator(parts=True).run(tmp_path / 'set', workers=2)
    assert tree(tmp_path / 'set') == reference


@pytest.mark.parametrize('backend', ['ray', 'dask'])
def test_a_cluster_writes_the_same_bytes(tmp_path, reference, backend):
    pytest.importorskip({'ray': 'ray', 'dask': 'distributed'}[backend])
    ToyGenerator(parts=True).run(tmp_path / 'set', workers=2, backend=backend)
    assert tree(tmp_path / 'set') == reference


@pytest.mark.skipif(find_spec('ray') is not None, reason='ray is installed')
def test_a_missing_cluster_package_is_named(tmp_path):
    with pytest.raises(ImportError, match=r'ray is not installed; pip install synpose\[cluster\]'):
        ToyGenerator().run(tmp_path / 'set', backend='ray')
    assert not (tmp_path / 'set').exists()


@pytest.mark.parametrize(
    ('keywords', 'message'), [({'backend': 'slurm'}, "'slurm' is none of"), ({'workers': 0}, '0 ')]
)
def test_bad_arguments_are_named(tmp_path, keywords, message):
    with pytest.raises(ValueError, match=message):
        ToyGenerator().run(tmp_path / 'set', **keywords)


def test_shards_started_at_once_write_the_same_bytes(tmp_path, reference):
    options = {'parts': True}
    jobs = [start(render, tmp_path / 'set', options, shard=Shard(i, 3)) for i in (1, 2, 3)]
    for job in jobs:
        job.join(60)
        assert job.exitcode == 0
    assert tree(tmp_path / 'set') == reference


def test_the_last_shard_assembles_and_the_others_say_what_is_missing(tmp_path, reference, monkeypatch):
    messages = []
    monkeypatch.setattr('synpose.generation.jobs.generator.print_log', lambda message, *_: messages.append(message))
    root = tmp_path / 'set'
    assert ToyGenerator(parts=True).run(root, shard=Shard(2, 3)) == {}
    assert 'shard 2/3 is done; still missing: 1/3 (4 images), 3/3 (4 images)' in messages[0]
    assert ToyGenerator(parts=True).run(root, shard=Shard(1, 3)) == {}
    assert 'still missing: 3/3 (4 images)' in messages[1]
    assert not list(root.glob('annotations/*'))
    counts = ToyGenerator(parts=True).run(root, shard=Shard(3, 3))
    assert counts['train']['images'] == 8
    assert tree(root) == reference
    assert ToyGenerator(parts=True).run(root, resume=True, shard=Shard(1, 3)) == {}
    assert 'complete already' in messages[-1]
    assert tree(root) == reference


def test_a_run_without_shard_finishes_what_shards_left(tmp_path, reference):
    ToyGenerator(parts=True).run(tmp_path / 'set', shard=Shard(2, 3))
    ToyGenerator(parts=True).run(tmp_path / 'set', resume=True)
    assert tree(tmp_path / 'set') == reference


def test_shards_that_do_not_fit_are_refused(tmp_path):
    root = tmp_path / 'set'
    ToyGenerator().run(root, shard=Shard(1, 3))
    before = tree(root)
    with pytest.raises(ValueError, match='set: is being rendered in 3 shards, not in 4'):
        ToyGenerator().run(root, resume=True, shard=Shard(2, 4))
    with pytest.raises(FileExistsError, match='shard 1/3 was begun before; continue it with --resume'):
        ToyGenerator().run(root, shard=Shard(1, 3))
    with pytest.raises(ValueError, match=r'cannot resume, generator.seed is 0 there and 5 now'):
        ToyGenerator(seed=5).run(root, shard=Shard(2, 3))
    with pytest.raises(FileExistsError, match='not empty'):
        ToyGenerator().run(root)
    assert tree(root) == before


def test_shards_keep_out_of_the_folder_of_a_whole_run_and_of_each_other(tmp_path):
    slow = {'pause': 30}
    for first, second, message in (
        (Shard(1, 2), Shard(1, 2), 'another run is rendering shard 1/2'),
        (Shard(1, 2), None, 'another run is writing here'),
    ):
        root = tmp_path / str(second)
        job = start(render, root, slow, shard=first)
        while not list(root.glob('dataset.json')):
            time.sleep(0.01)
        with pytest.raises(BlockingIOError, match=message):
            ToyGenerator(**slow).run(root, resume=True, shard=second)
        job.kill()
        job.join()


@pytest.mark.parametrize('shards', [1, 3])
def test_runs_killed_at_random_moments_end_in_the_same_bytes(tmp_path, reference, shards):
    options = {'parts': True, 'pause': 0.003}
    ToyGenerator(**options).run(tmp_path / 'whole')
    whole = tree(tmp_path / 'whole')
    root, rng, kills, outcomes = tmp_path / 'set', random.Random(shards), 0, 0
    while kills < 12 or not outcomes:
        shard = Shard(rng.randrange(3) + 1, 3) if shards == 3 and kills < 12 else None
        job = start(render, root, options, resume=True, shard=shard)
        job.join(rng.uniform(0, 0.12) if kills < 12 else 120)
        if job.exitcode is None:
            job.kill()
            kills += 1
        job.join()
        assert job.exitcode in (0, -signal.SIGKILL)
        for name, content in tree(root).items() if root.exists() else ():
            if not any(part.startswith('.') for part in Path(name).parts) and name != 'dataset.json':
                assert content == whole[name], name
        if is_complete(root):
            outcomes += 1
            ToyGenerator(**options).run(root, resume=True)
            assert tree(root) == whole
            root = tmp_path / f'set{outcomes}'


@pytest.mark.slow
def test_workers_of_a_killed_run_end_and_free_the_folder(tmp_path):
    config = tmp_path / 'toys.py'
    config.write_text(
        "custom_imports = dict(imports=['synpose.testing.toy_generator'])\n"
        "generator = dict(type='ToyGenerator', units=8, pause=0.3)\n"
    )
    script = ROOT / 'tests/generation/jobs/kill_and_resume.py'
    command = [sys.executable, script, config, '--kills', '3', '--work-dir', tmp_path / 'work']
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '3 kills' in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != 'linux', reason='needs a small file system, which Linux makes without privileges')
def test_a_full_disk_ends_in_one_line_and_loses_nothing(tmp_path, reference):
    disk = tmp_path / 'disk'
    disk.mkdir()
    config = tmp_path / 'toys.py'
    config.write_text(
        "custom_imports = dict(imports=['synpose.testing.toy_generator'])\n"
        "generator = dict(type='ToyGenerator', parts=True)\n"
    )
    tool = f'{sys.executable} {ROOT}/tools/generate.py {config} --workers 2 --out {disk}/set'
    script = (
        f'mount -t tmpfs -o size=160k none {disk} || exit 77\n'
        f'{tool} 2> {tmp_path}/error; echo $? > {tmp_path}/status\n'
        f'ls {disk}/set/.records | wc -l > {tmp_path}/done\n'
        f'mount -o remount,size=4m {disk} && {tool} --resume && cp -r {disk}/set {tmp_path}/set || exit 1\n'
        f'mount -o remount,ro {disk}; {tool}2 2> {tmp_path}/read_only; exit $(($? - 2))\n'
    )
    done = subprocess.run(['unshare', '-rUm', 'sh', '-c', script], capture_output=True, text=True, check=False)
    if done.returncode == 77 or 'unshare' in done.stderr:
        pytest.skip('no user namespaces here')
    assert done.returncode == 0, done.stderr
    error = (tmp_path / 'error').read_text().splitlines()[-1]
    assert (tmp_path / 'status').read_text() == '2\n'
    assert error.startswith('error: ')
    assert 'cannot write here (No space left on device); nothing finished is lost: make room' in error
    assert 'Traceback' not in (tmp_path / 'error').read_text()
    assert int((tmp_path / 'done').read_text()) > 0
    assert (tmp_path / 'read_only').read_text() == f'error: {disk}/set2: cannot write here (Read-only file system)\n'
    assert tree(tmp_path / 'set') == reference


@pytest.mark.skipif(os.name != 'posix', reason='POSIX permissions')
def test_a_read_only_folder_ends_in_one_line(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, 'Permission denied')

    monkeypatch.setattr('os.open', refuse)
    with pytest.raises(OSError, match=r'set: cannot write here \(Permission denied\)'):
        ToyGenerator().run(tmp_path / 'set')
