from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

import synpose  # noqa: F401

STENCIL = np.array([[0, 1, 2], [300, 65535, 7]], np.uint16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / 's.png'), STENCIL)
    return tmp_path / 's.png'


def test_ids_are_read_exactly(path: Path) -> None:
    loaded = TRANSFORMS.build({'type': 'LoadStencil'})({'stencil_path': path, 'ori_shape': (2, 3)})['stencil']
    assert loaded.dtype == np.uint16
    np.testing.assert_array_equal(loaded, STENCIL)


@pytest.mark.parametrize('key', ['ori_shape', 'img_shape'])
def test_another_size_than_the_image(path: Path, key: str) -> None:
    with pytest.raises(ValueError, match=r's.png: image 5: stencil_path: is 3x2 px, but the image is 4x2 px'):
        TRANSFORMS.build({'type': 'LoadStencil'})({'stencil_path': path, 'img_id': 5, key: (2, 4)})


def test_unusable_files(tmp_path: Path) -> None:
    load = TRANSFORMS.build({'type': 'LoadStencil'})
    with pytest.raises(FileNotFoundError, match=r'gone.png: image 5: stencil_path'):
        load({'stencil_path': str(tmp_path / 'gone.png'), 'img_id': 5})
    with pytest.raises(ValueError, match=r'a.jpg: image 5: stencil_path: the annotation file names no such picture'):
        load({'img_path': 'a.jpg', 'img_id': 5})
    cv2.imwrite(str(tmp_path / 'eight.png'), STENCIL.astype(np.uint8))
    (tmp_path / 'text.png').write_text('no picture')
    for name in ('eight.png', 'text.png'):
        with pytest.raises(ValueError, match=f'{name}: .* is not a readable 16-bit grayscale PNG'):
            load({'stencil_path': str(tmp_path / name)})
