import numpy as np
import pytest

from synpose.generation.rooms.textures import TEXTURES, hsv, to_linear, to_srgb, value_noise


@pytest.mark.parametrize(('srgb', 'linear'), [(0.0, 0.0), (0.04045, 0.0031308), (0.5, 0.2140411), (1.0, 1.0)])
def test_transfer_curve_has_the_standards_values(srgb, linear):
    assert to_linear(srgb) == pytest.approx(linear, abs=1e-6)
    assert to_srgb(linear) == pytest.approx(srgb, abs=1e-5)


@pytest.mark.parametrize('hue', [0.0, 1.0, -1.0])
def test_hue_has_period_one(hue):
    np.testing.assert_allclose(hsv(hue, 1.0, 1.0), [1, 0, 0], atol=1e-12)


def test_noise_tiles_without_a_seam():
    noise = value_noise(np.random.default_rng(0), 128, (4, 4), 1)
    inside = np.abs(np.diff(noise, axis=1)).max()
    assert np.abs(noise[:, 0] - noise[:, -1]).max() <= inside
    assert noise.std() > 0.1


@pytest.mark.parametrize('name', sorted(TEXTURES))
def test_textures_are_reflectances_and_repeatable(name):
    color = hsv(0.1, 0.3, 0.7)
    image, again = (TEXTURES[name](np.random.default_rng(3), color, 64) for _ in range(2))
    assert image.shape == (64, 64, 3)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    assert image.std() > 0
    np.testing.assert_array_equal(image, again)
    assert not np.array_equal(image, TEXTURES[name](np.random.default_rng(4), color, 64))
