from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from synpose.datasets.photos import index_pictures, list_files, photo_size, read_photo
from synpose.datasets.validation import ProblemLog
from synpose.testing import write_photos, write_video

RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
GREY = RGB[..., 0]
WIDE = np.random.default_rng(1).integers(0, 1 << 16, (20, 30, 3), dtype=np.uint16)


def three(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ('picture', 'expected'),
    [
        (Image.fromarray(RGB), RGB),
        (Image.fromarray(GREY), three(GREY)),
        (Image.fromarray(np.dstack([RGB, GREY])), RGB),  # alpha
        (Image.fromarray(np.dstack([GREY, GREY[::-1]]), 'LA'), three(GREY)),
        (Image.fromarray(GREY > 100), three(255 * (GREY > 100))),
        (Image.fromarray(WIDE[..., 0]), three(WIDE[..., 0] // 256)),
    ],
    ids=['color', 'grey', 'alpha', 'grey-alpha', 'two-tone', '16-bit'],
)
def test_every_kind_of_photo_becomes_8_bit_bgr(picture: Image.Image, expected: np.ndarray, tmp_path: Path) -> None:
    picture.save(tmp_path / 'a.png')
    found = read_photo(tmp_path / 'a.png')
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected[..., ::-1])


@pytest.mark.parametrize('ending', ['png', 'tif'])
def test_16_bit_color(ending: str, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / f'a.{ending}'), WIDE, [cv2.IMWRITE_TIFF_COMPRESSION, 1])
    np.testing.assert_array_equal(read_photo(tmp_path / f'a.{ending}'), WIDE // 256)


@pytest.mark.parametrize('transparent', [False, True])
def test_palette(transparent: bool, tmp_path: Path) -> None:
    palette = Image.fromarray(RGB).quantize(16)
    palette.save(tmp_path / 'a.png', **({'transparency': 3} if transparent else {}))
    colors = np.array(palette.getpalette()).reshape(-1, 3)
    np.testing.assert_array_equal(read_photo(tmp_path / 'a.png'), colors[np.asarray(palette)][..., ::-1])


def test_cmyk(tmp_path: Path) -> None:
    Image.new('CMYK', (30, 20), (0, 255, 255, 0)).save(tmp_path / 'a.jpg')  # red, as it is printed
    np.testing.assert_allclose(read_photo(tmp_path / 'a.jpg'), np.full((20, 30, 3), (0, 0, 255)), atol=3)


@pytest.mark.parametrize('ending', ['jpg', 'png', 'webp', 'tif'])
@pytest.mark.parametrize('orientation', range(10))
def test_photos_are_turned_upright(ending: str, orientation: int, tmp_path: Path) -> None:
    path = tmp_path / f'a.{ending}'
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(RGB).save(path, exif=exif)
    with Image.open(path) as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored).convert('RGB'))
    assert expected.shape[:2] == ((30, 20) if 5 <= orientation <= 8 else (20, 30))
    found = read_photo(path)
    np.testing.assert_array_equal(found, expected[..., ::-1])
    assert photo_size(path) == found.shape[1::-1]


@pytest.mark.filterwarnings('ignore')  # of Pillow, on a cut TIFF
@pytest.mark.parametrize('ending', ['jpg', 'png', 'webp', 'bmp', 'tif'])
@pytest.mark.parametrize('kept', [0, 0.01, 0.5, 0.95])
def test_damaged_photos_are_found_at_the_start_and_when_read(ending: str, kept: float, tmp_path: Path) -> None:
    path = tmp_path / f'a.{ending}'
    Image.fromarray(RGB).save(path)
    whole = path.read_bytes()
    assert photo_size(path) == (30, 20)
    path.write_bytes(whole[: int(kept * len(whole))])
    for read in (photo_size, read_photo):
        with pytest.raises(ValueError, match=rf'^{path}: (cannot be read|is not a picture)'):
            read(path)


@pytest.mark.parametrize('values', [GREY.astype(np.float32), GREY.astype(np.int32) << 16])
def test_numbers_that_are_no_photo(values: np.ndarray, tmp_path: Path) -> None:
    Image.fromarray(values).save(tmp_path / 'a.tif')
    with pytest.raises(ValueError, match=r'a.tif: cannot be read: holds other numbers than integers of up to 16 bits'):
        read_photo(tmp_path / 'a.tif')


def test_list_files(tmp_path: Path) -> None:
    for name in ('b.JPG', 'a/2.png', 'a/10.webp', 'c.mp4', 'note.txt', '.hidden.jpg', '.thumbs/a.jpg', 'png'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('')
    (tmp_path / 'folder.jpg').mkdir()
    (tmp_path / 'a/again').symlink_to(tmp_path)
    expected = [tmp_path / name for name in ('a/10.webp', 'a/2.png', 'b.JPG', 'c.mp4')]
    assert list_files(tmp_path) == expected
    assert list_files(tmp_path / 'b.JPG') == [tmp_path / 'b.JPG']
    with pytest.raises(FileNotFoundError, match=r'folder.jpg: holds no photo and no video \(.jpg'):
        list_files(tmp_path / 'folder.jpg')
    with pytest.raises(FileNotFoundError, match=r'gone: no such folder, photo or video'):
        list_files(tmp_path / 'gone')
    with pytest.raises(ValueError, match=r'note.txt: is no photo or video by its ending'):
        list_files(tmp_path / 'note.txt')


def test_photos_and_frames_are_one_list(tmp_path: Path) -> None:
    write_photos(tmp_path, 2, (30, 20), '.jpg')
    write_video(tmp_path / 'film.avi', range(25))
    (tmp_path / 'bad.jpg').write_text('no picture')
    files = list_files(tmp_path)
    log = ProblemLog('photos/', 'skip')
    film = {'img_path': str(tmp_path / 'film.avi'), 'width': 96, 'height': 64}
    photos = [{'img_path': str(tmp_path / f'photo_0{i}.jpg'), 'width': 30, 'height': 20} for i in range(2)]
    assert index_pictures(files, 1, log) == [film | {'frame': 0}, film | {'frame': 10}, film | {'frame': 20}, *photos]
    assert log.problems == [f'photos/: {tmp_path / "bad.jpg"}: img_path: is not a picture']
    with pytest.raises(ValueError, match=r'bad.jpg: img_path: is not a picture'):
        index_pictures(files, 1, ProblemLog('photos/'))
