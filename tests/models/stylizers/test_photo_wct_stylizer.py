from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from torch import nn

import synpose  # noqa: F401
from synpose.models.stylizers.photo_wct import PhotoWCT


@pytest.fixture(autouse=True)
def _scope() -> None:
    init_default_scope('mmpose')


@pytest.fixture(scope='module')
def state() -> dict[str, torch.Tensor]:
    """Random weights whose decoders give mid-grey pictures with some contrast."""
    torch.manual_seed(0)
    network = PhotoWCT().requires_grad_(False)
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
            last = name.startswith('d') and name.endswith('conv1_1')
            nn.init.constant_(module.bias, 0.5 if last else 0.0)
            module.weight *= 0.2 if last else 1.0
    return network.state_dict()


@pytest.fixture(scope='module')
def weights(state, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp('weights') / 'photo_wct.pth'
    torch.save(state, path)
    return str(path)


def build(**options):
    return MODELS.build({'type': 'PhotoWCTStylizer', **options})


@pytest.mark.parametrize('smoothing', ['affinity', 'guided', None])
def test_region_changes_and_the_rest_does_not(pictures, region, make_batch, weights: str, smoothing) -> None:
    source, style = pictures
    model = build(weights=weights, smoothing=smoothing)
    [sample] = model.test_step(make_batch(source=source, mask=region, style=style))
    assert sample.translated.shape == source.shape
    np.testing.assert_array_equal(sample.translated[~region], source[~region])
    assert (sample.translated[region] != source[region]).mean() > 0.5
    assert sample.measurements['restyled'] == 1
    [again] = build(weights=weights, smoothing=smoothing).test_step(make_batch(source=source, mask=region, style=style))
    np.testing.assert_array_equal(again.translated, sample.translated)


@pytest.mark.parametrize('smoothing', ['affinity', 'guided'])
def test_smoothing_removes_what_the_source_has_not(monkeypatch, pictures, make_batch, weights: str, smoothing) -> None:
    source, style = pictures
    ramp = np.linspace(60, 200, 56).astype(np.uint8)[None, :, None]
    source = np.broadcast_to(ramp, source.shape).copy() + np.random.default_rng(0).integers(
        0, 3, source.shape, np.uint8
    )
    noise = torch.from_numpy(np.random.default_rng(1).normal(0, 0.05, (1, 3, 40, 56))).float()
    errors = []
    for option in (smoothing, None):
        model = build(weights=weights, smoothing=option)
        monkeypatch.setattr(model.network, 'forward', lambda content, *_: content * 0.7 + 0.1 + noise)
        [sample] = model.test_step(make_batch(source=source, style=style))
        errors.append(np.abs(sample.translated - (source * 0.7 + 25.5)).mean())
    assert errors[0] < 0.5 * errors[1]


def test_only_the_change_of_large_pictures_is_scaled(pictures, make_batch, weights: str) -> None:
    source, style = pictures
    large = np.kron(source, np.ones((2, 2, 1), np.uint8))
    model = build(weights=weights, smoothing=None, max_side=56)
    [small] = model.test_step(make_batch(source=source, style=style))
    [sample] = model.test_step(make_batch(source=large, style=style))
    assert sample.translated.shape == large.shape
    change = [result.astype(float).mean() - source.mean() for result in (small.translated, sample.translated)]
    assert change[1] == pytest.approx(change[0], abs=1)


def test_checkpoint_in_a_state_dict(state, tmp_path: Path) -> None:
    torch.save({'state_dict': state}, tmp_path / 'w.pth')
    network = build(weights=str(tmp_path / 'w.pth')).network
    torch.testing.assert_close(network.d3.conv3_1.weight, state['d3.conv3_1.weight'])
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_without_weights_it_builds_and_refuses(pictures, make_batch, tmp_path: Path) -> None:
    source, style = pictures
    with pytest.raises(ValueError, match='has no weights: give weights='):
        build().test_step(make_batch(source=source, style=style))
    with pytest.raises(FileNotFoundError, match=r'weights: .*gone.pth: file does not exist'):
        build(weights=str(tmp_path / 'gone.pth'))


def test_wrong_weights(state, tmp_path: Path) -> None:
    path = tmp_path / 'w.pth'

    def refused(content: object, message: str) -> None:
        torch.save(content, path)
        with pytest.raises(ValueError, match=message):
            build(weights=str(path))

    renamed = {name.replace('d4.', 'decoder.'): value for name, value in state.items()}
    refused(renamed, r'w.pth: are those of another network: 18 missing: d4.conv4_1.weight.*; 18 unknown: decoder')
    resized = {**state, 'e1.conv0.bias': torch.zeros(4)}
    refused(resized, r'1 of another shape: e1.conv0.bias')
    refused({**state, 'd1.conv1_1.bias': torch.full((3,), torch.nan)}, r'1 not finite: d1.conv1_1.bias')
    refused([1, 2], r'another network: 80 missing: e1.conv0.weight')
    path.write_text('no weights')
    with pytest.raises(ValueError, match=r'w.pth: is not a file of weights'):
        build(weights=str(path))


def test_tiny_picture(pictures, make_batch, weights: str) -> None:
    source, style = pictures
    with pytest.raises(ValueError, match='style: 36x15 px is too small for VGG-19, which needs 16 px'):
        build(weights=weights).test_step(make_batch(source=source, style=style[:15]))


@pytest.mark.parametrize('options', [{'smoothing': 'median'}, {'max_side': 8}], ids=str)
def test_bad_options(options: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        build(**options)
