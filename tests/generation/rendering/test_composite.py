import numpy as np
import pytest

from synpose.generation.rendering.composite import lay_over
from synpose.generation.rendering.sensor import sample_sensor

CLEAN = sample_sensor(np.random.default_rng(0), {})


def scene(size=40):
    coverage = np.zeros((size, size), np.float32)
    coverage[10:30, 10:30] = 1
    coverage[10:30, 30] = 0.4
    color = np.full((size, size, 3), 50.0, np.float32)  # a stage much brighter than the people
    color[coverage == 1] = 0.2
    photo = np.random.default_rng(1).integers(0, 255, (size, size, 3)).astype(np.uint8)
    return color, coverage, photo


def test_the_photo_keeps_every_value_where_nobody_is():
    color, coverage, photo = scene()
    out = lay_over(np.random.default_rng(0), color, coverage, photo, {**CLEAN, 'noise': 0.1, 'blur': 1.0})
    np.testing.assert_array_equal(out[coverage == 0], photo[coverage == 0])
    assert (out[coverage == 1] != photo[coverage == 1]).any()


def test_partly_covered_pixels_blend_the_inside_and_the_photo_without_the_stage():
    color, coverage, photo = scene()
    out = lay_over(np.random.default_rng(0), color, coverage, photo, CLEAN).astype(float)
    inside = out[20, 20]
    np.testing.assert_allclose(out[10:30, 30], 0.4 * inside + 0.6 * photo[10:30, 30], atol=1)


def test_parts_without_an_inside_are_kept():
    color, coverage, photo = scene()
    coverage[5, 33:39] = 1  # a finger, 1 px thick
    color[5, 33:39] = (0.4, 0.0, 0.0)
    out = lay_over(np.random.default_rng(0), color, coverage, photo, CLEAN)
    assert (out[5, 35:38, 0] > 100).all()
    assert (out[5, 35:38, 1:] < 30).all()


def test_nobody_leaves_the_photo():
    color, coverage, photo = scene()
    np.testing.assert_array_equal(lay_over(np.random.default_rng(0), color, coverage * 0, photo, CLEAN), photo)


def test_brightness_follows_the_photo_only_when_asked():
    color, coverage, photo = scene()
    dark, light = np.full_like(photo, 20), np.full_like(photo, 200)
    level = {
        (name, match): lay_over(np.random.default_rng(0), color, coverage, image, CLEAN, match)[20, 20].mean()
        for name, image in (('dark', dark), ('light', light))
        for match in (True, False)
    }
    assert level['dark', False] == level['light', False]
    assert level['dark', True] < level['dark', False] < level['light', True]


@pytest.mark.parametrize('share', [0.2, 0.3])
def test_light_skin_does_not_burn_out_among_dark_clothes(share):
    color, coverage, photo = scene()
    color[coverage == 1] = 0.01
    rows = slice(10, 10 + round(20 * share))
    color[rows, 10:30] = 0.5  # skin, fifty times as bright as the median
    out = lay_over(np.random.default_rng(0), color, coverage, photo, CLEAN)
    assert 150 < out[12, 20].mean() < 235
