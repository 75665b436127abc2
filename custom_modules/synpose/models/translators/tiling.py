"""Images of any size through a network that wants sides divisible by a number, in pieces where memory is short."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class _Span:
    """One tile along one axis, px: it covers ``start:stop``, and fades in over ``fade:full``."""

    start: int
    fade: int
    full: int
    stop: int


def check_tiles(tile: int | None, overlap: int, multiple: int = 4, min_size: int = 16) -> None:
    """Check the arguments of :func:`translate_tiled`.

    Raises:
        ValueError: If the sizes do not fit each other.
    """
    if tile is not None and (tile < min_size or tile % multiple):
        raise ValueError(f'tile must be a multiple of {multiple} and at least {min_size}, but is {tile}')
    if overlap < 0 or overlap % multiple or (tile is not None and 2 * overlap > tile):
        raise ValueError(f'overlap must be a multiple of {multiple}, at most half a tile ({tile}), but is {overlap}')


def translate_tiled(
    function: Callable[[Tensor], Tensor],
    image: Tensor,
    tile: int | None = None,
    overlap: int = 64,
    multiple: int = 4,
    min_size: int = 16,
) -> Tensor:
    """Run an image-to-image function on images of any size, and return its output at exactly that size.

    The image is continued by reflection, at the right and at the bottom, to sides divisible by ``multiple``, and the
    output is cropped back. An image with a side over ``tile`` goes through in overlapping tiles of that side, one at a
    time, so that the function's memory depends on ``tile`` alone. Neighbors share at least ``overlap`` px: over the
    middle half of them the result fades linearly from one tile to the next, the weights of the two adding up to 1; the
    outer quarters are context. So an output pixel that depends on input within ``overlap / 4`` px comes out as it would
    in one piece.

    A network with instance normalization has no such reach: it normalizes each tile by the tile's own mean and
    variance, and tiles therefore differ in tone from each other and from the image in one piece. The fades hide the
    steps, not the drift. Take the largest tile that fits in memory, and the same for every image of a set.

    Args:
        function: Takes ``(..., C, h, w)`` and returns ``(..., C', h, w)`` in a floating-point type. It may move a piece
            to another device, and its output back: the result lies where the outputs lie.
        image: ``(..., C, H, W)``.
        tile: Side of the tiles, px, a multiple of ``multiple``. None for one piece, whatever the size.
        overlap: What neighbors share, px, a multiple of ``multiple`` and at most half a tile.
        multiple: What the sides of the function's input must be divisible by, e.g. 4 after two halvings.
        min_size: Least side of the function's input, px; reflection padding inside networks needs some pixels.

    Returns:
        ``(..., C', H, W)``.

    Raises:
        ValueError: If the image has no pixels, a size does not fit ``multiple``, or the function changes the size.
    """
    check_tiles(tile, overlap, multiple, min_size)
    height, width = image.shape[-2:]
    if not height or not width:
        raise ValueError(f'the image has no pixels: {tuple(image.shape)}')
    rows, columns = (_reflected(size, multiple, min_size).to(image.device) for size in (height, width))
    across = _spans(len(columns), tile, overlap)
    result = None
    for down in _spans(len(rows), tile, overlap):
        band = None
        for span in across:
            piece = image.index_select(-2, rows[down.start : down.stop])
            piece = piece.index_select(-1, columns[span.start : span.stop])
            output = function(piece)
            if output.shape[-2:] != piece.shape[-2:]:
                raise ValueError(f'the function turned {tuple(piece.shape)} into {tuple(output.shape)}')
            band = _blend(band, output, -1, span, len(columns))
        assert band is not None
        result = _blend(result, band, -2, down, len(rows))
    assert result is not None
    return result[..., :height, :width]


def _reflected(size: int, multiple: int, min_size: int) -> Tensor:
    """Return the indices that continue an axis by reflection, as often as it takes."""
    padded = -(-max(size, min_size) // multiple) * multiple
    return torch.from_numpy(np.pad(np.arange(size), (0, padded - size), mode='reflect'))


def _spans(size: int, tile: int | None, overlap: int) -> list[_Span]:
    """Cover an axis with tiles of one size; the last ends with the axis and may share more with the one before."""
    if tile is None or size <= tile:
        return [_Span(0, 0, 0, size)]
    spans = [_Span(0, 0, 0, tile)]
    while spans[-1].stop < size:
        before = spans[-1].stop
        stop = min(before - overlap + tile, size)
        spans.append(_Span(stop - tile, before - overlap * 3 // 4, before - overlap // 4, stop))
    return spans


def _blend(canvas: Tensor | None, piece: Tensor, axis: int, span: _Span, size: int) -> Tensor:
    """Write a tile into its place along one axis; what the canvas holds fades into it."""
    if canvas is None:
        if piece.shape[axis] == size:
            return piece
        shape = list(piece.shape)
        shape[axis] = size
        canvas = piece.new_empty(shape)
    fading = span.full - span.fade
    if fading:
        ramp = ((torch.arange(fading, device=piece.device) + 0.5) / fading).to(piece.dtype)
        ramp = ramp if axis == -1 else ramp[:, None]
        canvas.narrow(axis, span.fade, fading).lerp_(piece.narrow(axis, span.fade - span.start, fading), ramp)
    rest = span.stop - span.full
    canvas.narrow(axis, span.full, rest).copy_(piece.narrow(axis, span.full - span.start, rest))
    return canvas
