import cv2
import numpy as np
import pytest

from synpose.generation.crowds.photos import crop_to, list_photos, photo_size, read_photo, share_out


def write(path, size, value=120):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.full((size[1], size[0], 3), value, np.uint8)
    image[:, :, 0] = 7  # blue
    cv2.imwrite(str(path), image)


def test_photos_of_subfolders_are_listed_in_order_and_other_files_are_not(tmp_path):
    for name in ('b.png', 'a/z.JPG', 'a/c.bmp'):
        write(tmp_path / name, (4, 4))
    (tmp_path / 'notes.txt').write_text('x')
    assert list_photos(tmp_path) == ['a/c.bmp', 'a/z.JPG', 'b.png']


def test_missing_folder_and_empty_folder_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere: no such folder'):
        list_photos(tmp_path / 'nowhere')
    with pytest.raises(FileNotFoundError, match='holds no photo'):
        list_photos(tmp_path)


def test_sizes_and_colors(tmp_path):
    write(tmp_path / 'a.png', (30, 20))
    assert photo_size(tmp_path / 'a.png') == (30, 20)
    assert read_photo(tmp_path / 'a.png')[3, 4].tolist() == [120, 120, 7]


@pytest.mark.parametrize('reader', [photo_size, read_photo])
def test_a_broken_file_is_named(tmp_path, reader):
    (tmp_path / 'broken.jpg').write_bytes(b'no picture')
    with pytest.raises(ValueError, match=r'broken\.jpg: not a readable picture'):
        reader(tmp_path / 'broken.jpg')


@pytest.mark.parametrize(('size', 'part'), [((20, 20), (40, 40)), ((40, 10), (60, 15)), ((60, 40), (60, 40))])
def test_the_largest_part_of_the_shape_is_cut_and_found_again(size, part):
    rng = np.random.default_rng(0)
    photo = np.dstack([*np.mgrid[:40, :60] * 4, np.zeros((40, 60))]).astype(np.uint8)
    mirrors = set()
    for _ in range(8):
        cut, (x, y, w, h), mirrored = crop_to(rng, photo, size)
        mirrors.add(mirrored)
        assert cut.shape == (size[1], size[0], 3)
        assert (w, h) == part
        source = photo[y : y + h, x : x + w][:, ::-1] if mirrored else photo[y : y + h, x : x + w]
        np.testing.assert_allclose(cut.mean((0, 1)), source.mean((0, 1)), atol=1.0)
        assert (cut[5, 2, 1] > cut[5, -3, 1]) == mirrored
    assert mirrors == {True, False}


@pytest.mark.parametrize(
    ('names', 'counts', 'shares'),
    [
        ('abcdefghij', {'train': 8, 'val': 2}, {'train': 8, 'val': 2}),
        ('abc', {'train': 1000, 'val': 1}, {'train': 2, 'val': 1}),
        ('abc', {'train': 1, 'val': 1000, 'test': 1}, {'train': 1, 'val': 1, 'test': 1}),
        ('abcd', {'train': 7}, {'train': 4}),
    ],
)
def test_splits_share_no_photo_and_use_all(names, counts, shares):
    shared = share_out(names, counts)
    assert {split: len(photos) for split, photos in shared.items()} == shares
    assert sorted(name for photos in shared.values() for name in photos) == sorted(names)


def test_too_few_photos_for_the_splits():
    with pytest.raises(ValueError, match='1 left for 2 splits'):
        share_out(['a'], {'train': 1, 'val': 1})
