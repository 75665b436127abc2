import numpy as np
import pytest

from synpose.adaptation.border_artifacts import border_gradient
from synpose.models.stylizers.stylizer import Stylizer


class Flat(Stylizer):
    """Paint everything in the mean color of the style, beyond the scale if asked to."""

    def __init__(self, level: float = 0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.level = level

    def restyle(self, source, region, style, shown):
        assert region.dtype == shown.dtype == bool
        return np.full(source.shape, self.level or style[shown].mean(), np.float32)


def test_region_changes_and_the_rest_does_not(pictures, region, make_batch) -> None:
    source, style = pictures
    shown = np.zeros(style.shape[:2], bool)
    shown[:20] = True
    [sample] = Flat(feather=0).test_step(make_batch(source=source, mask=region, style=style, style_mask=shown))
    assert sample.translated.dtype == np.uint8
    assert sample.translated.shape == source.shape
    np.testing.assert_array_equal(sample.translated[~region], source[~region])
    assert (sample.translated[region] == np.rint(style[:20].mean())).all()


def test_no_masks_mean_everything(pictures, make_batch) -> None:
    source, style = pictures
    [sample] = Flat().test_step(make_batch(source=source, style=style))
    assert (sample.translated == np.rint(style.mean())).all()
    assert sample.measurements == {'restyled': 1.0, 'clipped': 0.0}


def test_measurements(pictures, region, make_batch) -> None:
    source, style = pictures
    [sample] = Flat(level=255, feather=0).test_step(make_batch(source=source, mask=region, style=style))
    assert sample.measurements == {
        'restyled': 1.0,
        'clipped': 1.0,
        'border_gradient_before': border_gradient(source, region),
        'border_gradient_after': border_gradient(sample.translated, region),
    }
    assert sample.measurements['border_gradient_after'] > 3 * sample.measurements['border_gradient_before']


@pytest.mark.parametrize('pixels', [0, 3, 63])
@pytest.mark.parametrize('small', ['mask', 'style_mask'])
def test_small_regions_are_left_alone_and_counted(pictures, region, make_batch, pixels: int, small: str) -> None:
    source, style = pictures
    masks = {'mask': region, 'style_mask': np.ones(style.shape[:2], bool)}
    few = np.zeros(masks[small].size, bool)
    few[:pixels] = True
    masks[small] = few.reshape(masks[small].shape)
    [sample] = Flat().test_step(make_batch(source=source, style=style, **masks))
    np.testing.assert_array_equal(sample.translated, source)
    assert sample.measurements['restyled'] == 0
    assert 'clipped' not in sample.measurements
    if masks['mask'].any():
        assert sample.measurements['border_gradient_before'] == sample.measurements['border_gradient_after']


def test_bad_inputs(pictures, region, make_batch) -> None:
    source, style = pictures
    with pytest.raises(ValueError, match=r'a.jpg: style: the pipeline loads none'):
        Flat().test_step(make_batch(source=source))
    with pytest.raises(ValueError, match=r'a.jpg: mask: is 55x40 px, but its picture is 56x40 px'):
        Flat().test_step(make_batch(source=source, style=style, mask=region[:, 1:]))
    with pytest.raises(ValueError, match=r'a.jpg: style_mask: is 56x40 px, but its picture is 36x48 px'):
        Flat().test_step(make_batch(source=source, style=style, style_mask=region))
    with pytest.raises(NotImplementedError, match='predict only'):
        Flat()({}, mode='loss')


@pytest.mark.parametrize('options', [{'min_pixels': 1}, {'feather': -1}])
def test_bad_options(options: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Flat(**options)
