import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mmpose.registry import DATASETS

from synpose.datasets import file_checks, remembered_pictures
from synpose.testing import write_synpose_dataset


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset that was written a minute ago."""
    root = write_synpose_dataset(tmp_path, num_images=3, num_people=4, splits=['train'])
    for folder in (root / 'images', root / 'stencils', root / 'depth'):
        _age(folder)
    return root


def _age(folder: Path) -> None:
    moment = time.time_ns() - 60 * 10**9
    os.utime(folder, ns=(moment, moment))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pictures that were looked at."""
    names: list[str] = []

    def note(path: Any, size: tuple[int, int]) -> str | None:
        names.append(Path(path).name)
        return picture_problem(path, size)

    picture_problem = file_checks.picture_problem
    monkeypatch.setattr(file_checks, 'picture_problem', note)
    return names


def build(root: Path, **kwargs: Any) -> Any:
    options = {'type': 'SynPoseDataset', 'data_root': str(root), 'ann_file': 'annotations/train.json', **kwargs}
    return DATASETS.build(options)


def test_a_check_is_made_once(root: Path, looked_at: list[str]) -> None:
    for checked in (9, 0, 0):
        looked_at.clear()
        assert len(build(root)) == 12
        assert len(looked_at) == checked
    build(root, check_files=['img'])  # another check
    assert len(looked_at) == 3
    looked_at.clear()
    build(root, check_files=['img'])
    build(root)
    assert looked_at == []


def _add(root: Path) -> None:
    (root / 'images/new.png').write_text('')


def _replace(root: Path) -> None:
    os.replace(root / 'stencils/000001.png', root / 'stencils/000002.png')


def _rewrite_json(root: Path) -> None:
    path = root / 'annotations/train.json'
    path.write_text(json.dumps(json.loads(path.read_text()) | {'info': {}}))


@pytest.mark.parametrize('change', [_add, _rewrite_json])
def test_a_check_is_made_again_after_a_change(root: Path, looked_at: list[str], change: Callable) -> None:
    build(root)
    change(root)
    looked_at.clear()
    build(root)
    assert len(looked_at) == 9


def test_a_change_where_links_lead_to_is_noticed(root: Path, looked_at: list[str]) -> None:
    stored = root / 'far/away'
    stored.mkdir(parents=True)
    for path in (root / 'images').iterdir():
        path.rename(stored / path.name)
        os.symlink(os.path.join('../far/away', path.name), path)
    _age(root / 'images')
    _age(stored)
    for checked in (9, 0):
        looked_at.clear()
        build(root)
        assert len(looked_at) == checked
    (stored / '000001.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'image 1: file_name: .*000001.png does not exist'):
        build(root)


def test_a_lost_picture_is_noticed(root: Path) -> None:
    build(root)
    _replace(root)
    with pytest.raises(FileNotFoundError, match=r'train.json: image 1: stencil_file: .*000001.png does not exist'):
        build(root)


def test_only_bad_pictures_are_looked_at_again(root: Path, looked_at: list[str]) -> None:
    path = root / 'images/000002.png'
    whole = path.read_bytes()
    path.write_bytes(whole[:500])
    for expected in (['000002.png'], ['000002.png']):
        assert len(build(root, on_error='skip')) == 8
        looked_at.clear()
        dataset = build(root, on_error='skip')
        assert (len(dataset), len(dataset.problems), looked_at) == (8, 1, expected)
    with pytest.raises(ValueError, match=r'image 2: file_name: .* cannot be read'):
        build(root)
    path.write_bytes(whole)
    assert len(build(root)) == 12


def test_a_folder_changed_just_now_is_not_trusted(root: Path, looked_at: list[str]) -> None:
    _add(root)
    build(root)
    looked_at.clear()
    build(root)
    assert len(looked_at) == 9


def test_a_folder_that_changes_meanwhile_is_not_trusted(
    root: Path, looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(*args: Any) -> Any:
        found = file_checks.check_pictures(*args)
        moment = time.time_ns() - 30 * 10**9
        os.utime(root / 'depth', ns=(moment, moment))
        return found

    monkeypatch.setattr(remembered_pictures, 'check_pictures', check)
    build(root)
    monkeypatch.undo()
    assert 'pictures' not in build(root, lazy_init=True).store.description


def test_where_the_store_cannot_be_written_the_check_is_made_each_time(
    root: Path, looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from synpose.datasets.columnar import store

    def refuse(*args: Any) -> None:
        raise PermissionError('read-only')

    build(root, check_files=())
    monkeypatch.setattr(store, '_write', refuse)
    for _ in range(2):
        looked_at.clear()
        assert len(build(root)) == 12
        assert len(looked_at) == 9
