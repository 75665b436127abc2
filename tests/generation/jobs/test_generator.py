import hashlib
import json
import os
import pickle
import random
import runpy
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from threading import RLock

import cv2
import pytest
from tqdm import tqdm

from synpose.generation.jobs.shards import Shard
from synpose.locking import FileLock
from synpose.testing import read_tree
from synpose.testing.toy_generator import ToyGenerator

ROOT = Path(__file__).parents[3]


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
    return read_tree(root)


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


@pytest.mark.slow
def test_two_workers_write_the_same_bytes(tmp_path, reference):
    ToyGenerator(parts=True).run(tmp_path / 'set', workers=2)
    assert read_tree(tmp_path / 'set') == reference


@pytest.mark.parametrize('backend', ['ray', 'dask'])
def test_a_cluster_writes_the_same_bytes(tmp_path, reference, backend):
    pytest.importorskip({'ray': 'ray', 'dask': 'distributed'}[backend])
    ToyGenerator(parts=True).run(tmp_path / 'set', workers=2, backend=backend)
    assert read_tree(tmp_path / 'set') == reference


@pytest.mark.skipif(find_spec('ray') is not None, reason='ray is installed')
def test_a_missing_cluster_package_is_named(tmp_path):
    with pytest.raises(ImportError, match=r'ray is not installed; pip install synpose\[cluster\]'):
        ToyGenerator().run(tmp_path / 'set', backend='ray')
    assert not (tmp_path / 'set').exists()


@pytest.mark.parametrize(
    ('keywords', 'message'),
    [
        ({'backend': 'slurm'}, "'slurm' is none of"),
        ({'workers': 0}, '0 '),
        ({'workers': -2}, '-2 is neither -1 nor'),
        ({'address': 'auto'}, "address: 'auto' is of a cluster"),
    ],
)
def test_bad_arguments_are_named_before_any_work(tmp_path, keywords, message):
    with pytest.raises(ValueError, match=message):
        Laborious().run(tmp_path / 'set', **keywords)
    assert not (tmp_path / 'set').exists()


class Laborious(ToyGenerator):
    """Whose description would take hours."""

    def header(self):
        raise AssertionError('worked for nothing')


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    (tmp_path / 'thesis.txt').write_text('keep me')
    for shard in (None, Shard(1, 2)):
        with pytest.raises(ValueError, match=r'holds files but no dataset\.json'):
            Laborious().run(tmp_path, resume=True, shard=shard)
    with pytest.raises(FileExistsError, match='not empty'):
        Laborious().run(tmp_path)
    (tmp_path / 'held').mkdir()
    lock = FileLock(tmp_path / 'held/.lock')
    assert lock.acquire()
    with pytest.raises(BlockingIOError, match='another run is writing here'):
        Laborious().run(tmp_path / 'held')
    lock.release()


def test_what_is_missing_is_told_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(Laborious, 'requires', ('no_such_renderer',))
    with pytest.raises(ImportError, match='no_such_renderer'):
        Laborious().run(tmp_path / 'set')
    monkeypatch.setattr(Laborious, 'requires', ())
    for people, message in (
        ({'movements': ['mine.yaml']}, 'mine.yaml'),
        ({'body': {'type': 'SMPLXBody', 'model_path': 'smplx'}}, 'smplx: no SMPL-X model'),
    ):
        with pytest.raises(FileNotFoundError, match=message):
            toys_with(people, Laborious).run(tmp_path / 'set')
    assert not (tmp_path / 'set').exists()


def toys_with(people, kind=ToyGenerator):
    generator = kind(units=1)
    generator.options['people'] = people
    return generator


@pytest.fixture
def own_files(tmp_path, monkeypatch):
    """Make files of the user's own in the current folder; return the options that name them."""
    monkeypatch.chdir(tmp_path)
    for name, content in (
        ('moves/mine.yaml', 'include: goals.yml\n'),
        ('moves/goals.yml', ''),
        ('smplx/SMPLX_MALE.npz', 'm'),
        ('smplx/SMPLX_NEUTRAL.npz', 'n'),
    ):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(content)
    body = {'type': 'SMPLXBody', 'model_path': 'smplx', 'gender': 'male'}
    return {'movements': ['writing', 'moves/mine.yaml'], 'body': body}


def test_files_of_ones_own_are_recorded_and_must_not_change(tmp_path, own_files):
    generator = toys_with(own_files)
    generator.run('set')
    description = json.loads(Path('set/dataset.json').read_text())
    assert description['files'] == {
        name: hashlib.sha256(Path(name).read_bytes()).hexdigest()
        for name in ('moves/mine.yaml', 'moves/goals.yml', 'smplx/SMPLX_MALE.npz')
    }
    assert description['generator']['people'] == own_files
    Path('smplx/SMPLX_NEUTRAL.npz').write_text('not used')
    assert generator.run('set', resume=True) == {}
    Path('moves/goals.yml').write_text('edited')
    with pytest.raises(ValueError, match=r'cannot resume, the content of a file has changed since: files.moves/goals'):
        generator.run('set', resume=True)


def test_a_description_without_files_of_ones_own_has_none(reference):
    description = json.loads(reference['dataset.json'])
    assert 'files' not in description
    assert description['versions']['opencv'] == cv2.__version__
    assert 'python-fcl' in description['versions']


def test_workers_that_start_elsewhere_find_the_files(tmp_path, own_files, monkeypatch):
    pickled = pickle.dumps(toys_with(own_files))
    (tmp_path / 'elsewhere').mkdir()
    monkeypatch.chdir(tmp_path / 'elsewhere')
    generator = pickle.loads(pickled)
    assert generator.path('photos') == tmp_path / 'photos'
    assert generator.path('/photos') == Path('/photos')
    monkeypatch.setattr('synpose.generation.jobs.generator._load_factory', json.loads)
    people = generator.factory()
    assert people['movements'] == ['writing', f'{tmp_path}/moves/mine.yaml']
    assert people['body'] == {**own_files['body'], 'model_path': f'{tmp_path}/smplx'}


def test_progress_does_not_flood_a_log(tmp_path, capsys):
    ToyGenerator(pause=0.06).run(tmp_path / 'set')  # 0.12 s a unit: a terminal would see each
    err = capsys.readouterr().err
    assert '12/12' in err
    assert err.count('image/s') <= 2


def test_shards_started_at_once_write_the_same_bytes(tmp_path, reference):
    options = {'parts': True}
    jobs = [start(render, tmp_path / 'set', options, shard=Shard(i, 3)) for i in (1, 2, 3)]
    for job in jobs:
        job.join(60)
        assert job.exitcode == 0
    assert read_tree(tmp_path / 'set') == reference


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
    assert read_tree(root) == reference
    assert ToyGenerator(parts=True).run(root, resume=True, shard=Shard(1, 3)) == {}
    assert 'complete already' in messages[-1]
    assert read_tree(root) == reference


def test_a_run_without_shard_finishes_what_shards_left(tmp_path, reference):
    ToyGenerator(parts=True).run(tmp_path / 'set', shard=Shard(2, 3))
    ToyGenerator(parts=True).run(tmp_path / 'set', resume=True)
    assert read_tree(tmp_path / 'set') == reference


def test_shards_that_do_not_fit_are_refused(tmp_path):
    root = tmp_path / 'set'
    ToyGenerator().run(root, shard=Shard(1, 3))
    before = read_tree(root)
    with pytest.raises(ValueError, match='set: is being rendered in 3 shards, not in 4'):
        ToyGenerator().run(root, resume=True, shard=Shard(2, 4))
    with pytest.raises(FileExistsError, match='shard 1/3 was begun before; continue it with --resume'):
        ToyGenerator().run(root, shard=Shard(1, 3))
    with pytest.raises(ValueError, match=r'cannot resume, generator.seed is 0 there and 5 now'):
        ToyGenerator(seed=5).run(root, shard=Shard(2, 3))
    with pytest.raises(FileExistsError, match='not empty'):
        ToyGenerator().run(root)
    assert read_tree(root) == before


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
    whole = read_tree(tmp_path / 'whole')
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
        for name, content in read_tree(root).items() if root.exists() else ():
            if not any(part.startswith('.') for part in Path(name).parts) and name != 'dataset.json':
                assert content == whole[name], name
        if is_complete(root):
            outcomes += 1
            ToyGenerator(**options).run(root, resume=True)
            assert read_tree(root) == whole
            root = tmp_path / f'set{outcomes}'


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != 'linux', reason='reads /proc')
def test_workers_of_a_killed_run_end_and_free_the_folder(tmp_path):
    tools = runpy.run_path(str(ROOT / 'tests/generation/jobs/kill_and_resume.py'))
    root, config = tmp_path / 'set', tmp_path / 'toys.py'
    config.write_text(
        "custom_imports = dict(imports=['synpose.testing.toy_generator'])\n"
        "generator = dict(type='ToyGenerator', units=400, pause=0.3)\n"
    )
    run = subprocess.Popen([sys.executable, ROOT / 'tools/generate.py', config, '--out', root, '--workers', '2'])
    while not list(root.glob('images/*.jpg')):
        assert run.poll() is None
        time.sleep(0.05)
    children = tools['descendants'](run.pid)
    run.kill()
    run.wait()
    assert children
    tools['check_end'](root, children)


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
    assert read_tree(tmp_path / 'set') == reference


@pytest.mark.skipif(os.name != 'posix', reason='POSIX permissions')
def test_a_read_only_folder_ends_in_one_line(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, 'Permission denied')

    monkeypatch.setattr('os.open', refuse)
    with pytest.raises(OSError, match=r'set: cannot write here \(Permission denied\)'):
        ToyGenerator().run(tmp_path / 'set')
