from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

import synpose  # noqa: F401


def test_millimetres_become_metres(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'd.png'), np.array([[0, 1, 2500, 65535]], np.uint16))
    depth = TRANSFORMS.build({'type': 'LoadDepth'})({'depth_path': str(tmp_path / 'd.png')})['depth']
    assert depth.dtype == np.float32
    np.testing.assert_array_equal(depth, np.array([[0, 0.001, 2.5, 65.535]], np.float32))


def test_another_size_than_the_image(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'd.png'), np.zeros((2, 3), np.uint16))
    with pytest.raises(ValueError, match=r'd.png: image None: depth_path: is 3x2 px, but the image is 2x3 px'):
        TRANSFORMS.build({'type': 'LoadDepth'})({'depth_path': str(tmp_path / 'd.png'), 'ori_shape': (3, 2)})
