import json
import os
import pickle
from threading import Timer

import pytest

from synpose.files import atomic_path
from synpose.generation.jobs.folder import DatasetFolder, files_of
from synpose.generation.jobs.shards import Shard
from synpose.locking import FileLock
from synpose.testing.toy_generator import ToyGenerator

HEADER = {'generator': {'seed': 1, 'sensor': {'noise': (0.0, 0.1)}}}


@pytest.fixture
def folder(tmp_path):
    folder = DatasetFolder(tmp_path / 'set', HEADER)
    assert folder.open(resume=False) is False
    yield folder
    folder.close()


@pytest.fixture
def complete(tmp_path):
    generator = ToyGenerator(parts=True)
    generator.run(tmp_path / 'toys')
    return DatasetFolder(tmp_path / 'toys', generator.header())


def test_a_filled_folder_needs_resume(folder):
    folder.close()
    with pytest.raises(FileExistsError, match=r'not empty.*--resume'):
        DatasetFolder(folder.root, HEADER).open(resume=False)


@pytest.mark.parametrize('resume', [False, True])
@pytest.mark.parametrize('shard', [None, Shard(1, 2)])
def test_a_second_run_is_refused_while_the_first_lives(folder, resume, shard, monkeypatch):
    monkeypatch.setattr('synpose.generation.jobs.folder._PATIENCE', 0.2)
    with pytest.raises(BlockingIOError, match='set: another run is writing here'):
        DatasetFolder(folder.root, HEADER).open(resume, shard)
    folder.close()
    second = DatasetFolder(folder.root, HEADER)
    assert second.open(resume=True) is False
    second.close()


def test_shards_share_and_the_last_takes_over(tmp_path, monkeypatch):
    monkeypatch.setattr('synpose.generation.jobs.folder._LAST_PATIENCE', 0.2)
    first, second = (DatasetFolder(tmp_path, HEADER) for _ in range(2))
    assert first.open(False, Shard(1, 2)) is second.open(False, Shard(2, 2)) is False
    assert not first.take_over()
    first.close()
    assert second.take_over()
    second.close()


def test_the_last_shard_outlasts_one_that_only_looks(tmp_path):
    last = DatasetFolder(tmp_path, HEADER)
    last.open(False, Shard(1, 2))
    passing = FileLock(tmp_path / '.lock')
    assert passing.acquire(shared=True)
    Timer(0.3, passing.release).start()
    assert last.take_over()
    last.close()


def test_the_header_is_made_once_when_the_folder_is_ours(tmp_path):
    calls = []

    def describe():
        calls.append(1)
        assert not FileLock(tmp_path / 'set/.lock').acquire()
        return HEADER

    folder = DatasetFolder(tmp_path / 'set', describe)
    assert folder.open(resume=False) is False
    folder.close()
    with pytest.raises(FileExistsError):
        DatasetFolder(folder.root, describe).open(resume=False)
    assert len(calls) == 1
    assert pickle.loads(pickle.dumps(folder)).header == json.loads(folder.description.read_bytes())


@pytest.mark.parametrize('shard', [None, Shard(1, 2)])
@pytest.mark.parametrize('existed', [False, True])
def test_a_header_that_fails_leaves_nothing(tmp_path, existed, shard):
    root = tmp_path / 'set'
    if existed:
        root.mkdir()

    def fail():
        raise FileNotFoundError('no photos')

    with pytest.raises(FileNotFoundError, match=r'^no photos$'):
        DatasetFolder(root, fail).open(False, shard)
    assert list(tmp_path.rglob('*')) == ([root] if existed else [])


@pytest.mark.parametrize('resume', [False, True])
def test_what_was_found_out_about_photos_is_kept_until_the_end(tmp_path, resume):
    kept = [tmp_path / name for name in ('.photos-verdicts.json', '.photos.lock')]
    for file in kept:
        file.write_text('{}')
    half = tmp_path / '..photos-verdicts-abcdefgh.json'
    half.write_text('{')
    folder = DatasetFolder(tmp_path, HEADER)
    if not resume:
        half.unlink()
    assert folder.open(resume) is False
    folder.remove_leftovers()
    assert all(file.exists() for file in kept)
    assert not half.exists()
    folder.clean_up()
    assert not any(file.exists() for file in kept)


def test_annotations_are_not_read_to_check_the_files(complete):
    path = complete.root / 'annotations/train.json'
    content = path.read_text()
    path.write_text(content[: content.index('"annotations"')] + '"annotations": [{}, broken')
    assert complete.open(resume=True) is True
    path.write_text(content[: content.index('"images"')] + '"images": [broken')
    with pytest.raises(ValueError, match=r'train\.json: not valid JSON'):
        complete.open(resume=True)


def test_a_changed_file_is_named(tmp_path):
    def folder(digest):
        return DatasetFolder(tmp_path, {**HEADER, 'files': {'mine.yaml': digest}})

    first = folder('aa')
    first.open(resume=False)
    first.close()
    with pytest.raises(ValueError, match=r"a file has changed since: files.mine.yaml is 'aa' there and 'bb' now"):
        folder('bb').open(resume=True)


def test_a_copy_in_a_worker_process_does_not_hold_the_lock(folder):
    copy = pickle.loads(pickle.dumps(folder))
    copy.close()
    with pytest.raises(BlockingIOError):
        DatasetFolder(folder.root, HEADER).open(resume=True)
    assert copy.root == folder.root


def test_a_relative_path_holds_for_workers_that_start_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert DatasetFolder('set', HEADER).root == tmp_path / 'set'


@pytest.mark.parametrize(
    'file', ['images/00000002.jpg', 'stencils/00000001.png', 'parts/00000001.png', 'annotations/train.json']
)
def test_a_file_missing_from_a_complete_set_is_named(complete, file):
    assert complete.open(resume=True) is True
    (complete.root / file).unlink()
    with pytest.raises(FileNotFoundError, match=f'{file}: missing'):
        complete.open(resume=True)


def test_what_a_kill_at_the_very_end_leaves_is_removed(complete):
    before = sorted(complete.root.rglob('*'))
    complete.records.mkdir()
    (complete.records / '00000001.json').write_text('{}')
    (complete.root / '.lock').write_text('')
    assert complete.open(resume=True) is True
    complete.close()
    assert sorted(complete.root.rglob('*')) == before


def test_resume_refuses_another_configuration(folder):
    folder.close()
    changed = {'generator': {'seed': 1, 'sensor': {'noise': (0.0, 0.2)}}}
    with pytest.raises(ValueError, match=r'dataset.json: cannot resume, generator.sensor.noise is \[0.0, 0.1\] there'):
        DatasetFolder(folder.root, changed).open(resume=True)


@pytest.mark.parametrize('content', ['{"gen', '[]'])
def test_resume_names_a_broken_description(folder, content):
    folder.close()
    folder.description.write_text(content)
    with pytest.raises(ValueError, match=r'dataset\.json: broken JSON'):
        DatasetFolder(folder.root, HEADER).open(resume=True)


@pytest.mark.parametrize('shard', [None, Shard(1, 2)])
def test_a_foreign_folder_is_refused_and_left_alone(tmp_path, shard):
    (tmp_path / 'thesis.txt').write_text('keep me')
    with pytest.raises(ValueError, match='no dataset'):
        DatasetFolder(tmp_path, HEADER).open(True, shard)
    assert os.listdir(tmp_path) == ['thesis.txt']


def test_a_run_killed_at_its_start_can_be_resumed(folder):
    folder.close()
    folder.description.unlink()
    assert folder.open(resume=True) is False
    assert json.loads(folder.description.read_bytes()) == json.loads(json.dumps(HEADER))


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / 'set').write_text('')
    with pytest.raises(NotADirectoryError, match='set: exists and is not a folder'):
        DatasetFolder(tmp_path / 'set', HEADER).open(resume=False)


def test_half_written_files_are_removed_on_resume_but_not_by_a_shard(folder):
    with atomic_path(folder.root / 'images/00000001.jpg') as path:
        leftover = path.with_name(path.name.replace('00000001', '00000002'))  # as the kill of a process leaves it
        leftover.write_bytes(b'half')
    foreign = folder.root / 'images/.DS_Store'
    foreign.write_bytes(b'')
    folder.close()
    shard = DatasetFolder(folder.root, HEADER)
    shard.open(True, Shard(1, 2))
    shard.close()
    assert leftover.exists()  # perhaps another shard is writing it
    folder.open(resume=True)
    assert not leftover.exists()
    assert foreign.exists()


def test_an_unwritable_folder_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError, match='file/set: cannot write here'):
        DatasetFolder(tmp_path / 'file' / 'set', HEADER).open(resume=False)


def test_files_of_an_image():
    image = {'file_name': 'a.jpg', 'stencil_file': 'stencils/a.png', 'depth_file': 'depth/a.png'}
    assert files_of(image) == ['images/a.jpg', 'stencils/a.png', 'depth/a.png']
    assert files_of({**image, 'parts_file': 'parts/a.png'})[3:] == ['parts/a.png']
