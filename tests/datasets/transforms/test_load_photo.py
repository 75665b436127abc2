from pathlib import Path

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from synpose.datasets.photos import read_photo
from synpose.testing import write_photos, write_video


def test_photo_and_frame(tmp_path: Path) -> None:
    load = TRANSFORMS.build({'type': 'LoadPhoto'})
    write_photos(tmp_path, 1, (30, 20))
    write_video(tmp_path / 'a.avi', [10, 100, 200])
    photo = load({'img_path': str(tmp_path / 'photo_00.png')})
    np.testing.assert_array_equal(photo['img'], read_photo(tmp_path / 'photo_00.png'))
    assert photo['img_shape'] == photo['ori_shape'] == (20, 30)
    frame = load({'img_path': str(tmp_path / 'a.avi'), 'frame': 1})
    np.testing.assert_allclose(frame['img'], np.full((64, 96, 3), 100), atol=4)
    with pytest.raises(ValueError, match=r'a.avi: frame 3 cannot be read'):
        load({'img_path': str(tmp_path / 'a.avi'), 'frame': 3})
