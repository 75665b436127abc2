import pytest
import torch

from synpose.adaptation.whitening_coloring import whiten_and_color


def features(seed: int, channels: int, pixels: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(channels, channels, generator=generator)
    return mixing @ torch.randn(channels, pixels, generator=generator) + torch.randn(channels, 1, generator=generator)


@pytest.mark.parametrize(('channels', 'pixels'), [(3, 50), (16, 400)])
def test_result_has_the_style_s_moments(channels: int, pixels: int) -> None:
    content, style = features(0, channels, pixels), features(1, channels, 2 * pixels)
    result = whiten_and_color(content, style)
    assert result.dtype == content.dtype
    torch.testing.assert_close(result.mean(1), style.mean(1), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(result.cov(), style.cov(), rtol=1e-3, atol=1e-3 * float(style.cov().abs().max()))


def test_own_features_change_nothing() -> None:
    content = features(0, 8, 100)
    torch.testing.assert_close(whiten_and_color(content, content), content, rtol=1e-4, atol=1e-4)


def test_one_channel_is_standardized() -> None:
    content, style = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[10.0, 14.0, 18.0]])
    torch.testing.assert_close(whiten_and_color(content, style), torch.tensor([[10.0, 14.0, 18.0]]))


def test_directions_without_variance_are_left_out() -> None:
    """Four pixels of eight channels span three directions: the others neither grow nor become not-a-number."""
    content, style = features(0, 8, 4), features(1, 8, 100)
    result = whiten_and_color(content, style)
    assert result.isfinite().all()
    assert torch.linalg.matrix_rank(result - result.mean(1, keepdim=True), atol=1e-3) == 3
    assert result.cov().trace() < style.cov().trace()


def test_constant_style_gives_its_mean() -> None:
    style = torch.full((5, 20), 7.0)
    torch.testing.assert_close(whiten_and_color(features(0, 5, 30), style), torch.full((5, 30), 7.0))


@pytest.mark.parametrize('name', ['content', 'style'])
def test_bad_features(name: str) -> None:
    good = {'content': features(0, 3, 10), 'style': features(1, 3, 10)}
    with pytest.raises(ValueError, match=f'{name}: a covariance needs two columns, but there are 1'):
        whiten_and_color(**{**good, name: good[name][:, :1]})
    with pytest.raises(ValueError, match=f'{name}: a feature is not finite'):
        whiten_and_color(**{**good, name: good[name] * torch.nan})
