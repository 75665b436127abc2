"""What is cut out moves with the window; what lies beyond the image is black."""

import numpy as np
import pytest

from synpose.datasets.transforms import CropAroundPerson


def sample(**changes):
    image = np.random.default_rng(0).integers(1, 255, (40, 60, 4), dtype=np.uint8)
    return dict(
        img=image,
        bbox=np.array([[0, 0, 10, 10], [40, 10, 60, 30]], np.float32),
        keypoints=np.array([[[5, 5]], [[50, 20]]], np.float32),
        segmentation=[[40, 10, 60, 10, 60, 30]],
        invalid_segs=[[[0, 0, 10, 0, 10, 10]], {'counts': 'x'}],
        person_index=1,
        **changes,
    )


def test_pixels_joints_and_outlines_move_together():
    results = CropAroundPerson(scale=2, min_side=1)(sample())
    assert results['img'].shape == (40, 40, 4)
    assert results['img_shape'] == (40, 40)
    original = sample()['img']
    assert (results['img'][:, :30] == original[:, 30:]).all()  # the window begins at (30, 0)
    assert not results['img'][:, 30:].any()
    assert results['keypoints'].tolist() == [[[-25, 5]], [[20, 20]]]
    assert results['bbox'][1].tolist() == [10, 10, 30, 30]
    assert results['segmentation'] == [[10, 10, 30, 10, 30, 30]]
    assert results['invalid_segs'] == [[[-30, 0, -20, 0, -20, 10]], {'counts': 'x'}]


@pytest.mark.parametrize(('ratio', 'shape'), [(2, (20, 40)), (0.5, (40, 20))])
def test_the_window_has_the_ratio(ratio, shape):
    assert CropAroundPerson(scale=2, aspect_ratio=ratio, min_side=1)(sample())['img'].shape[:2] == shape


def test_whole_images_stay_and_bad_numbers_are_refused():
    whole = sample()
    del whole['person_index']
    assert CropAroundPerson()(whole)['img'].shape == (40, 60, 4)
    assert CropAroundPerson(min_side=50)(sample())['img'].shape[:2] == (50, 50)
    with pytest.raises(ValueError, match='scale must be positive, got 0'):
        CropAroundPerson(scale=0)
