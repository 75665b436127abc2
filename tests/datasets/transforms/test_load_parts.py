from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

PARTS = np.array([[0, 1, 2], [14, 7, 7]], np.uint8)


def load(path: Path, **more) -> dict:
    return TRANSFORMS.build({'type': 'LoadParts'})({'parts_path': str(path), 'img_id': 5, **more})


def test_parts_are_read_exactly(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'p.png'), PARTS)
    found = load(tmp_path / 'p.png', ori_shape=(2, 3))['parts']
    np.testing.assert_array_equal(found, PARTS)
    assert found.dtype == np.uint8


def test_unusable_files(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'sixteen.png'), PARTS.astype(np.uint16))
    with pytest.raises(ValueError, match=r'sixteen\.png: image 5: parts_path: is not a readable 8-bit'):
        load(tmp_path / 'sixteen.png')
    cv2.imwrite(str(tmp_path / 'high.png'), PARTS + 1)
    with pytest.raises(ValueError, match=r'high\.png: image 5: parts_path: parts go to 14, but it has 15'):
        load(tmp_path / 'high.png')
    with pytest.raises(FileNotFoundError, match=r'gone\.png: image 5: parts_path'):
        load(tmp_path / 'gone.png')
