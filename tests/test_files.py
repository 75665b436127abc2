"""A half-written file never carries its final name."""

import hashlib
import json
import stat

import pytest

from synpose.files import atomic_path, sha256, write_json


def test_write_json_round_trip(tmp_path):
    write_json(tmp_path / 'new' / 'a.json', {'x': [1, 2.5, None]})
    assert json.loads((tmp_path / 'new' / 'a.json').read_text()) == {'x': [1, 2.5, None]}


def test_sha256_of_more_than_one_block(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / 'a').write_bytes(content)
    assert sha256(tmp_path / 'a') == hashlib.sha256(content).hexdigest()


def _write_half(path):
    with atomic_path(path) as temporary:
        temporary.write_text('half')
        raise RuntimeError('stop')


def test_an_error_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    target = tmp_path / 'a.txt'
    target.write_text('old')
    with pytest.raises(RuntimeError, match='stop'):
        _write_half(target)
    assert target.read_text() == 'old'
    assert list(tmp_path.iterdir()) == [target]


def test_temporary_keeps_the_suffix_and_the_file_usual_permissions(tmp_path):
    plain = tmp_path / 'plain'
    plain.write_text('')
    with atomic_path(tmp_path / 'a.png') as temporary:
        assert temporary.suffix == '.png'
        assert temporary.parent == tmp_path
        temporary.write_text('x')
    assert stat.S_IMODE((tmp_path / 'a.png').stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
