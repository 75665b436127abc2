from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.reporting.images import encode_jpeg, read_image, read_label_image, scale_to_width


def noise(height: int = 60, width: int = 90) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_an_image_reads_as_opencv_reads_it(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'a.jpg'), noise())
    np.testing.assert_array_equal(read_image(tmp_path / 'a.jpg'), cv2.imread(str(tmp_path / 'a.jpg')))


def test_damaged_images_are_named(tmp_path: Path) -> None:
    path = tmp_path / 'cut.jpg'
    path.write_bytes(encode_jpeg(noise())[:1500])
    with pytest.raises(ValueError, match=r'cut\.jpg: not a readable image'):
        read_image(path)
    path.write_text('hello')
    with pytest.raises(ValueError, match=r'cut\.jpg: not an image'):
        read_image(path)
    with pytest.raises(FileNotFoundError, match=r'none\.png: no such image'):
        read_image(tmp_path / 'none.png')


def test_label_images_keep_their_values(tmp_path: Path) -> None:
    depth = np.array([[0, 65535], [1234, 7]], np.uint16)
    cv2.imwrite(str(tmp_path / 'd.png'), depth)
    np.testing.assert_array_equal(read_label_image(tmp_path / 'd.png'), depth)
    cv2.imwrite(str(tmp_path / 'c.png'), noise())
    with pytest.raises(ValueError, match='one channel'):
        read_label_image(tmp_path / 'c.png')


@pytest.mark.parametrize(
    ('width', 'expected', 'factor'), [(45, (30, 45), 0.5), (180, (120, 180), 2.0), (900, (120, 180), 2.0)]
)
def test_scale_to_width(width: int, expected: tuple[int, int], factor: float) -> None:
    scaled, found = scale_to_width(noise(), width)
    assert scaled.shape[:2] == expected
    assert found == factor
