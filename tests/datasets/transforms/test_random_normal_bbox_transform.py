import numpy as np
import pytest
from mmpose.registry import TRANSFORMS
from scipy.stats import kstest, norm


def draw(count: int, **options) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scales and angles of boxes, and their centers."""
    np.random.seed(0)  # noqa: NPY002
    transform = TRANSFORMS.build({'type': 'RandomNormalBBoxTransform', **options})
    boxes = {'bbox_center': np.full((count, 2), 50.0), 'bbox_scale': np.full((count, 2), 100.0)}
    found = transform(boxes)
    return found['bbox_scale'] / 100, found['bbox_rotation'], found['bbox_center']


def test_distribution_is_that_of_the_code() -> None:
    scales, angles, centers = draw(20000)
    assert (centers == 50).all()
    assert (scales[:, 0] == scales[:, 1]).all()
    logarithms = np.log2(scales[:, 0]) / 0.25
    inner = logarithms[np.abs(logarithms) < 1.999]
    assert kstest(inner, lambda x: (norm.cdf(x) - norm.cdf(-2)) / (norm.cdf(2) - norm.cdf(-2))).pvalue > 0.01
    # 4.6% lie beyond two standard deviations, and are put there.
    assert np.mean(np.abs(logarithms) > 1.999) == pytest.approx(2 * norm.cdf(-2), abs=0.005)
    assert np.mean(angles == 0) == pytest.approx(0.6, abs=0.01)
    assert np.std(angles[angles != 0]) == pytest.approx(30 * 0.96, abs=0.6)
    assert np.abs(angles).max() == pytest.approx(60)


def test_nothing_random() -> None:
    scales, angles, _ = draw(10, scale_factor=0, rotate_prob=0)
    assert (scales == 1).all()
    assert (angles == 0).all()
    with pytest.raises(ValueError, match='factors must not be negative'):
        draw(1, scale_factor=-1)
