"""The zip: one file, the same bytes each time, and what is wrong with one that somebody else made."""

import zipfile
from pathlib import Path

import pytest

from synpose.reporting.submissions.archive import name_problem, read_archive, write_archive


def test_there_and_back(tmp_path: Path) -> None:
    path = write_archive(tmp_path / 'new', 'a.b_results.json', b'[1]')
    assert path == tmp_path / 'new' / 'a.b_results.zip'
    assert read_archive(path) == ('a.b_results.json', b'[1]')
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]  # nothing temporary is left


def test_no_clock_in_the_bytes(tmp_path: Path) -> None:
    first, second = (write_archive(tmp_path / folder, 'a.json', b'[1]') for folder in 'ab')
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        (entry,) = archive.infolist()
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert entry.external_attr >> 16 == 0o644


@pytest.mark.parametrize('name', ['a.json', 'a.mat'])
def test_the_file_without_a_zip(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b'content')
    assert read_archive(tmp_path / name) == (name, b'content')


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'none\.zip: no such file'):
        read_archive(tmp_path / 'none.zip')
    path = write_archive(tmp_path, 'a.json', b'[1]' * 100)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r'a\.zip: no readable zip'):
        read_archive(path)
    place = whole.index(b'a.json') + len(b'a.json') + 4
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
    with pytest.raises(ValueError, match=r'a\.zip: no readable zip'):
        read_archive(path)
    with zipfile.ZipFile(path, 'w') as archive:
        archive.mkdir('folder') if hasattr(archive, 'mkdir') else archive.writestr('folder/', b'')
    with pytest.raises(ValueError, match=r'a\.zip: must hold one file, but holds 0'):
        read_archive(path)


def test_names() -> None:
    assert name_problem('x/a.zip', 'a.json') is None
    assert name_problem('x/a.json', 'a.json') is None
    assert name_problem('x/b.zip', 'a.json') == 'a.json: the zip must be called a.zip, but is b.zip'
    assert name_problem('x/a.zip', 'in/a.json') == 'in/a.json: must not be in a folder of the zip'
