import numpy as np
import pytest

from synpose.generation.rendering.sensor import check_sensor, expose, sample_sensor

GRAY = np.full((64, 64, 3), 0.5, np.float32)


def shoot(image=GRAY, seed=0, **sensor):
    rng = np.random.default_rng(seed)
    return expose(rng, image, sample_sensor(rng, sensor))


def test_a_faultless_camera_changes_nothing():
    image = np.random.default_rng(0).random((8, 8, 3), dtype=np.float32)
    np.testing.assert_array_equal(shoot(image), np.round(image * 255))


def test_white_balance_moves_red_against_blue():
    red, green, blue = shoot(white_balance=0.2).mean((0, 1))
    assert (red, green, blue) == pytest.approx((0.55 * 255, 0.5 * 255, 0.45 * 255), abs=0.6)


def test_noise_has_the_stated_deviation_at_mid_gray():
    assert shoot(noise=0.04).std() / 255 == pytest.approx(0.04, rel=0.05)


def test_blur_keeps_brightness_and_spreads_a_point():
    image = np.zeros((33, 33, 3), np.float32)
    image[16, 16] = 1
    blurred = shoot(image, blur=1.5)
    assert blurred[16, 16, 0] == pytest.approx(255 / (2 * np.pi * 1.5**2), abs=2)


def test_values_are_drawn_from_ranges_by_the_images_own_generator():
    values = [sample_sensor(np.random.default_rng(s), {'noise': (0.1, 0.2), 'blur': 1})['noise'] for s in (1, 1, 2)]
    assert values[0] == values[1] != values[2]
    assert all(0.1 <= v <= 0.2 for v in values)


def test_unknown_option_is_named():
    with pytest.raises(ValueError, match="unknown sensor option 'nosie'"):
        sample_sensor(np.random.default_rng(0), {'nosie': 1})


@pytest.mark.parametrize(
    ('sensor', 'message'),
    [
        ({'jpeg_quality': 101}, r'sensor: jpeg_quality: \(101, 101\) is no'),
        ({'blur': (1, 0)}, r'sensor: blur: \(1, 0\) is no'),
        ({'exposure': 0}, 'sensor: exposure: .* within 0.01 and 100'),
        ({'noise': 'much'}, 'sensor: noise: .*much'),
        ([], r'sensor: \[\] is not a dict'),
    ],
)
def test_wrong_values_are_named(sensor, message):
    with pytest.raises(ValueError, match=message):
        check_sensor(sensor)
