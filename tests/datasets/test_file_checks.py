from pathlib import Path

import cv2
import mmcv
import numpy as np
import pytest
from PIL import Image

from synpose.datasets.file_checks import check_pictures, picture_problem
from synpose.datasets.validation import ProblemLog


@pytest.fixture(params=['.png', '.jpg', '.webp'])
def picture(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f'a{request.param}'
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8))
    return path


def test_a_whole_picture_of_the_right_size_is_good(picture: Path) -> None:
    assert picture_problem(picture, (30, 20)) is None
    assert picture_problem(picture, (20, 30)) == f'{picture} is 30x20 px, but the image is 20x30 px'


@pytest.mark.parametrize('kept', [0, 0.01, 0.5, 0.95])
def test_truncated_picture(picture: Path, kept: float) -> None:
    whole = picture.read_bytes()
    picture.write_bytes(whole[: int(kept * len(whole))])
    assert str(picture) in (picture_problem(picture, (30, 20)) or '')


def test_data_after_the_end_is_allowed(picture: Path) -> None:
    picture.write_bytes(picture.read_bytes() + b'camera data')
    assert picture_problem(picture, (30, 20)) is None


@pytest.mark.parametrize('ending', ['jpg', 'png', 'webp'])
@pytest.mark.parametrize(('orientation', 'turned'), [(1, False), (3, True), (6, True), (0, False), (9, False)])
def test_pictures_that_readers_turn(ending: str, orientation: int, turned: bool, tmp_path: Path) -> None:
    path = tmp_path / f'a.{ending}'
    pixels = np.random.default_rng(0).integers(0, 255, (20, 20, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    problem = f'{path} is turned by its EXIF orientation, the labels are not' if turned else None
    assert picture_problem(path, (20, 20)) == problem
    if ending == 'jpg':  # the reason: what MMPose reads
        as_stored = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        assert (mmcv.imread(str(path)) == as_stored).all() != turned


def test_damaged_exif_data_turn_nothing(tmp_path: Path) -> None:
    path = tmp_path / 'a.jpg'
    Image.new('RGB', (30, 20)).save(path, exif=b'Exif\0\0nothing of the kind')
    assert picture_problem(path, (30, 20)) is None


def test_check_pictures_names_record_and_field(picture: Path) -> None:
    images = [{'id': 3, 'width': 30, 'height': 20}, {'id': 4, 'width': 30, 'height': 21}]
    with pytest.raises(ValueError, match=r'f.json: image 4: file_name: .* is 30x20 px, but the image is 30x21 px'):
        check_pictures(images, {'file_name': lambda image: str(picture)}, ProblemLog('f.json'))
    with pytest.raises(FileNotFoundError, match=r'f.json: image 3: stencil_file: gone.png does not exist'):
        check_pictures(images, {'stencil_file': lambda image: 'gone.png'}, ProblemLog('f.json'))
    log = ProblemLog('f.json', 'skip')
    assert check_pictures(images, {'file_name': lambda image: str(picture)}, log) == images[:1]
    assert len(log.problems) == 1
    assert check_pictures(images, {'depth_file': lambda image: None}, log) == images
