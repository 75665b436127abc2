import os
import shutil

import pytest

from synpose.adaptation.linked_files import link_file


@pytest.fixture
def source(tmp_path):
    path = tmp_path / 'old' / 'depth' / '1.png'
    path.parent.mkdir(parents=True)
    path.write_bytes(b'depth')
    return path


def refuse(*arguments, **options):
    raise PermissionError(1, 'Operation not permitted')


def test_a_hard_link_where_it_can_be(source, tmp_path):
    target = tmp_path / 'new' / 'depth' / '1.png'
    assert link_file(source, target) == 'hard link'
    assert target.samefile(source)
    assert not target.is_symlink()
    assert link_file(source, target) == 'there'


def test_else_a_symbolic_link_that_moves_along(source, tmp_path, monkeypatch):
    monkeypatch.setattr(os, 'link', refuse)
    target = tmp_path / 'new' / 'depth' / '1.png'
    assert link_file(source, target) == 'symbolic link'
    assert os.readlink(target) == '../../old/depth/1.png'
    (tmp_path / 'moved').mkdir()
    for folder in ('old', 'new'):
        shutil.move(tmp_path / folder, tmp_path / 'moved' / folder)
    assert (tmp_path / 'moved' / 'new' / 'depth' / '1.png').read_bytes() == b'depth'


def test_else_a_copy_with_a_warning(source, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(os, 'link', refuse)
    monkeypatch.setattr(os, 'symlink', refuse)
    said = []
    monkeypatch.setattr('synpose.adaptation.linked_files.print_log', lambda text, *rest: said.append(text))
    target = tmp_path / 'new' / '1.png'
    assert link_file(source, target) == 'copy'
    assert target.read_bytes() == b'depth'
    assert not target.samefile(source)
    assert said == [f'{target}: copied, since links cannot be made here']


def test_a_link_of_a_link_leads_to_the_file(source, tmp_path):
    (tmp_path / 'link.png').symlink_to(source)
    target = tmp_path / 'new' / '1.png'
    link_file(tmp_path / 'link.png', target)
    assert target.samefile(source)
    assert not target.is_symlink()


def test_a_link_to_nowhere_is_replaced(source, tmp_path):
    target = tmp_path / '1.png'
    target.symlink_to(tmp_path / 'gone.png')
    assert link_file(source, target) == 'hard link'
    assert target.read_bytes() == b'depth'


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.png does not exist'):
        link_file(tmp_path / 'none.png', tmp_path / 'new.png')
