import errno
import os

import cv2
import numpy as np
import pytest

from synpose.generation.jobs.storing import encode, naming, to_json, write_atomic


@pytest.mark.parametrize(
    ('number', 'hint'), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EROFS, False), (errno.EACCES, False)]
)
def test_what_the_system_refuses_is_said_in_one_line_and_nothing_is_left(tmp_path, monkeypatch, number, hint):
    (tmp_path / 'a.json').write_bytes(b'old')

    def refuse(*_):
        raise OSError(number, os.strerror(number), 'somewhere')

    monkeypatch.setattr('pathlib.Path.write_bytes', refuse)
    with pytest.raises(OSError, match=rf'a\.json: cannot write here \({os.strerror(number)}\)') as raised:
        write_atomic(tmp_path / 'a.json', b'new')
    assert ('continue with --resume' in str(raised.value)) == hint
    assert '\n' not in str(raised.value)
    assert os.listdir(tmp_path) == ['a.json']
    assert (tmp_path / 'a.json').read_bytes() == b'old'


def test_reading_is_not_called_writing(tmp_path):
    message = r'a: cannot be read \(No such file or directory\)$'
    with pytest.raises(OSError, match=message), naming(tmp_path / 'a', 'cannot be read'):
        (tmp_path / 'a').read_bytes()


def test_an_error_that_says_enough_is_kept(tmp_path):
    with pytest.raises(BlockingIOError, match=r'^busy$'), naming(tmp_path):
        raise BlockingIOError('busy')


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_one_channel_survives(dtype):
    image = (np.arange(24).reshape(4, 6) * (np.iinfo(dtype).max // 24)).astype(dtype)
    np.testing.assert_array_equal(cv2.imdecode(np.frombuffer(encode(image, '.png'), np.uint8), -1), image)


def test_colors_are_red_first():
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[..., 0] = 255
    blue, _, red = cv2.imdecode(np.frombuffer(encode(picture, '.png'), np.uint8), -1)[0, 0]
    assert (red, blue) == (255, 0)


def test_infinity_is_refused():
    with pytest.raises(ValueError, match='not JSON compliant'):
        to_json({'a': float('inf')})
