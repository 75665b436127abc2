from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

import synpose  # noqa: F401

SAMPLE = {'img_id': 5, 'img_path': 'a.jpg', 'source_file': 'sub/b.png'}


def write(path: Path, photo: np.ndarray) -> np.ndarray:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), photo)
    return photo


@pytest.fixture
def load(tmp_path: Path):
    return TRANSFORMS.build({'type': 'LoadStyleImage', 'photos': str(tmp_path)})


def test_own_photo(load, tmp_path: Path) -> None:
    photo = write(tmp_path / 'sub' / 'b.png', np.random.default_rng(0).integers(0, 256, (3, 4, 3), dtype=np.uint8))
    results = load({**SAMPLE})
    np.testing.assert_array_equal(results['style'], photo)
    assert results['style_path'] == str(tmp_path / 'sub/b.png')
    other = TRANSFORMS.build({'type': 'LoadStyleImage', 'photos': str(tmp_path), 'field': 'background'})
    np.testing.assert_array_equal(other({'img_id': 5, 'background': 'sub/b.png'})['style'], photo)


@pytest.mark.parametrize(
    ('stored', 'read'),
    [
        (np.full((2, 3), 9, np.uint8), 9),
        (np.full((2, 3, 3), 9 * 256, np.uint16), 9),
        (np.full((2, 3, 4), 9, np.uint8), 9),
    ],
    ids=['grey', '16 bits', 'alpha'],
)
def test_other_kinds_become_8_bit_color(load, tmp_path: Path, stored: np.ndarray, read: int) -> None:
    write(tmp_path / 'sub' / 'b.png', stored)
    np.testing.assert_array_equal(load({**SAMPLE})['style'], np.full((2, 3, 3), read, np.uint8))


def test_unusable_photos(load, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'image 5: source_file: .*sub/b.png: file does not exist'):
        load({**SAMPLE})
    with pytest.raises(ValueError, match=r'a.jpg: image 5: source_file: must name the background photo, but is None'):
        load({'img_id': 5, 'img_path': 'a.jpg'})
    (tmp_path / 'sub').mkdir()
    (tmp_path / 'sub/b.png').write_text('no picture')
    with pytest.raises(ValueError, match=r'image 5: source_file: .*sub/b.png is not a readable picture'):
        load({**SAMPLE})


def test_problems_are_told_before_any_picture_is_made(load, tmp_path: Path) -> None:
    write(tmp_path / 'sub' / 'b.png', np.zeros((2, 3), np.uint8))
    assert load.problem({**SAMPLE}) is None
    assert load.problem({}) == 'source_file: must name the background photo, but is None'
    assert load.problem({'source_file': 'c.png'}) == f'source_file: {tmp_path / "c.png"}: file does not exist'
    (tmp_path / 'sub/b.png').write_text('no picture')
    assert 'is not a picture' in load.problem({**SAMPLE})
