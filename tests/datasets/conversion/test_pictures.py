"""Pictures: sizes from their heads, links and copies."""

import os
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

from synpose.datasets.conversion.pictures import is_below, picture_size, picture_sizes, place_files


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / 'source'
    (folder / 'deep').mkdir(parents=True)
    cv2.imwrite(str(folder / 'a.png'), np.zeros((3, 5, 3), np.uint8))
    cv2.imwrite(str(folder / 'deep/b.jpg'), np.zeros((7, 4, 3), np.uint8))
    return folder


def test_sizes(source):
    (source / 'noise.jpg').write_bytes(b'noise')
    found = list(picture_sizes(source, ['a.png', 'none.png', 'deep/b.jpg', 'noise.jpg']))
    assert (found[0], found[2]) == ((5, 3), (4, 7))
    assert isinstance(found[1], FileNotFoundError)
    assert 'none.png does not exist' in str(found[1])
    assert isinstance(found[3], ValueError)
    with pytest.raises(ValueError, match=r'noise\.jpg is not a readable picture'):
        picture_size(source / 'noise.jpg')


def test_a_picture_turned_by_its_exif_data_is_refused(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.new('RGB', (5, 3)).save(tmp_path / 'a.jpg', exif=exif)
    with pytest.raises(ValueError, match=r'a\.jpg is turned by its EXIF orientation, the labels are not'):
        picture_size(tmp_path / 'a.jpg')


def test_links_are_relative_and_reach_the_file_itself(source, tmp_path):
    place_files(source, tmp_path / 'one/images', ['a.png', 'deep/b.jpg', 'a.png'], copy=False)
    place_files(tmp_path / 'one/images', tmp_path / 'two/images', ['deep/b.jpg'], copy=False)
    assert os.readlink(tmp_path / 'one/images/deep/b.jpg') == '../../../source/deep/b.jpg'
    shutil.rmtree(tmp_path / 'one')
    assert (tmp_path / 'two/images/deep/b.jpg').read_bytes() == (source / 'deep/b.jpg').read_bytes()


def test_copies(source, tmp_path):
    place_files(source, tmp_path / 'one', ['a.png'], copy=True)
    assert not (tmp_path / 'one/a.png').is_symlink()
    assert (tmp_path / 'one/a.png').read_bytes() == (source / 'a.png').read_bytes()


@pytest.mark.parametrize('copy', [False, True])
def test_what_is_there_stays_and_what_is_in_the_way_is_named(copy, source, tmp_path):
    target = tmp_path / 'one'
    place_files(source, target, ['a.png'], copy)
    before = (target / 'a.png').lstat().st_ino
    place_files(source, target, ['a.png', 'deep/b.jpg'], copy)  # as after an interruption
    assert (target / 'a.png').lstat().st_ino == before
    (target / 'a.png').unlink()
    (target / 'a.png').write_bytes(b'another')
    with pytest.raises(FileExistsError, match=r'one/a\.png: is in the way of .*source/a\.png'):
        place_files(source, target, ['a.png'], copy)
    (target / 'a.png').unlink()
    (target / 'a.png').symlink_to('nowhere.png')
    with pytest.raises(FileExistsError, match='is in the way'):
        place_files(source, target, ['a.png'], copy)


@pytest.mark.parametrize(
    ('name', 'below'), [('a.jpg', True), ('b/a.jpg', True), ('/a.jpg', False), ('b/../../a.jpg', False), ('', False)]
)
def test_names_stay_below_their_folder(name, below):
    assert is_below(name) is below
