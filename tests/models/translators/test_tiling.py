from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from synpose.models.translators.tiling import _spans, translate_tiled


def picture(height, width, channels=3, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).random((1, channels, height, width), dtype=np.float32))


class Recorder:
    """The identity, which remembers the sizes it was given."""

    def __init__(self):
        self.sizes = []

    def __call__(self, piece):
        self.sizes.append(tuple(piece.shape[-2:]))
        return piece.clone()


@pytest.mark.parametrize('tile', [None, 32, 48, 64, 4096])
@pytest.mark.parametrize('size', [(1, 1), (3, 2), (16, 16), (33, 64), (65, 127), (200, 31)])
def test_identity_returns_the_image_bit_for_bit(size, tile):
    image = picture(*size)
    assert torch.equal(translate_tiled(lambda piece: piece.clone(), image, tile=tile, overlap=16), image)


@pytest.mark.parametrize(('tile', 'sizes'), [(None, {(1084, 1920)}), (512, {(512, 512)})])
def test_a_1083x1917_image_comes_back_at_its_size(tile, sizes):
    image, identity = picture(1083, 1917, channels=1), Recorder()
    assert torch.equal(translate_tiled(identity, image, tile=tile), image)
    assert set(identity.sizes) == sizes


def test_padding_is_a_reflection_at_the_right_and_bottom():
    seen = []
    translate_tiled(lambda piece: seen.append(piece) or piece, torch.arange(15.0).view(1, 3, 5), min_size=4)
    expected = nn.functional.pad(torch.arange(15.0).view(1, 3, 5), (0, 3, 0, 1), mode='reflect')
    assert torch.equal(seen[0], expected)


def test_an_image_smaller_than_its_padding_is_reflected_again_and_again():
    seen = []
    translate_tiled(lambda piece: seen.append(piece) or piece, torch.tensor([[[1.0, 2.0]]]), min_size=8)
    assert seen[0].shape == (1, 8, 8)
    assert seen[0][0, 5].tolist() == [1, 2, 1, 2, 1, 2, 1, 2]


@pytest.mark.parametrize('size', [(100, 80), (160, 90), (131, 257)])
def test_a_local_network_gives_the_same_in_tiles_as_in_one_piece(size):
    torch.manual_seed(0)
    # Reaches 4 px: an overlap of 16 leaves that much context on each side of the fade.
    layers = [nn.Conv2d(3, 4, 5, padding=2), nn.Tanh(), nn.Conv2d(4, 2, 5, padding=2)]
    network = nn.Sequential(*layers).requires_grad_(False)
    image = picture(*size)
    whole = translate_tiled(network, image)
    assert torch.allclose(translate_tiled(network, image, tile=48, overlap=16), whole, atol=1e-6)
    assert not torch.allclose(translate_tiled(network, image, tile=48, overlap=4), whole, atol=1e-6)  # it can differ


def test_a_network_that_halves_and_doubles_sees_the_same_grid_in_every_tile():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 4, stride=4), nn.ConvTranspose2d(4, 3, 4, stride=4)).requires_grad_(False)
    image = picture(121, 90)
    whole = translate_tiled(network, image)
    assert torch.allclose(translate_tiled(network, image, tile=32, overlap=16), whole, atol=1e-6)


def test_tiles_that_disagree_are_blended_linearly():
    steps = iter([0.0, 1.0])
    result = translate_tiled(
        lambda piece: torch.full_like(piece, next(steps)), torch.zeros(1, 16, 48), tile=32, overlap=16
    )
    # Tiles at 0 and 16 share 16 px: context up to 20, a ramp over 8, context again.
    expected = np.r_[np.zeros(20), (np.arange(8) + 0.5) / 8, np.ones(20)]
    assert np.allclose(result.numpy(), np.broadcast_to(expected, (1, 16, 48)))


@pytest.mark.parametrize('size', [36, 64, 100, 104, 1000])
@pytest.mark.parametrize('overlap', [0, 4, 8, 16])
def test_tiles_cover_the_axis_on_the_grid(size, overlap):
    spans = _spans(size, 32, overlap)
    assert spans[0].start == 0
    assert spans[-1].stop == size
    assert all(span.stop - span.start == 32 and span.start % 4 == 0 for span in spans)
    for before, span in pairwise(spans):
        assert before.stop - span.start >= overlap
        assert span.start <= span.fade <= span.full <= before.stop


def test_memory_of_a_piece_does_not_grow_with_the_image():
    identity = Recorder()
    translate_tiled(identity, picture(300, 700, channels=1), tile=64, overlap=16)
    assert set(identity.sizes) == {(64, 64)}


def test_batches_and_other_channel_counts():
    image = torch.cat([picture(40, 70, seed=1), picture(40, 70, seed=2)])
    result = translate_tiled(lambda piece: piece.mean(1, keepdim=True), image, tile=32, overlap=8)
    assert torch.equal(result, image.mean(1, keepdim=True))


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(tile=30), 'tile must be a multiple of 4'),
        (dict(tile=8), 'at least 16'),
        (dict(tile=32, overlap=20), 'half a tile'),
        (dict(overlap=6), 'multiple of 4'),
        (dict(overlap=-4), 'multiple of 4'),
    ],
)
def test_sizes_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        translate_tiled(lambda piece: piece, picture(20, 20), **arguments)


def test_an_empty_image_is_refused():
    with pytest.raises(ValueError, match='no pixels'):
        translate_tiled(lambda piece: piece, torch.zeros(1, 3, 0, 5))


def test_a_function_that_changes_the_size_is_refused():
    with pytest.raises(ValueError, match=r'\(1, 3, 20, 20\) into \(1, 3, 10, 10\)'):
        translate_tiled(lambda piece: piece[..., ::2, ::2], picture(20, 20))
