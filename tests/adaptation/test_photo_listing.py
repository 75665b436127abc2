import json

import pytest

from synpose.adaptation.photo_listing import list_photos
from synpose.testing import read_tree, write_photos, write_video


def test_photos_become_a_folder_without_people(tmp_path):
    write_photos(tmp_path / 'photos', 2)
    write_photos(tmp_path / 'photos' / 'b', 1, (30, 20))
    write_video(tmp_path / 'photos' / 'film.avi', [10, 20])
    (tmp_path / 'photos' / 'broken.png').write_bytes(b'no picture')
    assert list_photos(tmp_path / 'photos', tmp_path / 'out') == 3
    content = json.loads((tmp_path / 'out/annotations/photos.json').read_text())
    assert content['annotations'] == []
    assert [image['id'] for image in content['images']] == [1, 2, 3]
    sizes = {image['file_name']: (image['width'], image['height']) for image in content['images']}
    assert sizes == {'photo_00.png': (96, 64), 'photo_01.png': (96, 64), 'b/photo_00.png': (30, 20)}
    for name in sizes:
        assert (tmp_path / 'out/images' / name).samefile(tmp_path / 'photos' / name)
    before = read_tree(tmp_path / 'out')
    assert list_photos(tmp_path / 'photos', tmp_path / 'out') == 3
    assert read_tree(tmp_path / 'out') == before


def test_no_photo_at_all(tmp_path):
    with pytest.raises(FileNotFoundError, match='none'):
        list_photos(tmp_path / 'none', tmp_path / 'out')
    (tmp_path / 'photos').mkdir()
    (tmp_path / 'photos' / 'broken.png').write_bytes(b'no picture')
    with pytest.raises(ValueError, match='no photo can be used'):
        list_photos(tmp_path / 'photos', tmp_path / 'out')
