"""The maps of one image at one scale, cut out of a batch."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from mmengine.structures import PixelData
from torch import Tensor

from .root_decoding import resample


class Level(NamedTuple):
    """The maps of one image at one scale.

    ``heatmaps`` ``(K + 1, H, W)``, the root last; ``displacements`` ``(2 * K, H, W)``, cells, x before y; ``occlusion``
    ``(K, H, W)`` or None; ``size`` ``(2,)``, width and height of the image, cells; ``zoom``, how much larger the image
    is than at the first scale.
    """

    heatmaps: Tensor
    displacements: Tensor
    occlusion: Tensor | None
    size: Tensor
    zoom: float

    @classmethod
    def cut(
        cls, maps: Sequence[Tensor], image_size: Sequence[int] | None, stride: float | None, zoom: float
    ) -> 'Level':
        """Cut the padding below and to the right off.

        Args:
            maps: Heatmaps, displacements and possibly occlusion, of the whole input.
            image_size: Width and height of the image, px; None if nothing is padded.
            stride: px a cell.
            zoom: See the class.
        """
        H, W = maps[0].shape[-2:]
        size = (W, H) if image_size is None or stride is None else tuple(side / stride for side in image_size)
        columns, rows = (math.ceil(side - 1e-6) for side in size)
        heatmaps, displacements, *occlusion = (m[:, :rows, :columns] for m in maps)
        return cls(heatmaps, displacements, occlusion[0] if occlusion else None, heatmaps.new_tensor(size), zoom)


def canvas_size(info: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height, px, of what went into the network, from an image's meta information."""
    height, width = info.get('batch_input_shape') or info['input_size'][::-1]
    return width, height


def split_images(maps: Sequence[tuple[Tensor, ...]], metainfo: Sequence[Mapping[str, Any]]) -> list[list[Level]]:
    """Cut every image's maps, at every scale, out of those of the batch.

    Args:
        maps: Of every scale, scale 1 first, a head's outputs: heatmaps ``(B, K + 1, H, W)``, displacements
            ``(B, 2 * K, H, W)`` and possibly occlusion ``(B, K, H, W)``.
        metainfo: Of every image: ``aug_scales`` if there are several; ``input_size`` (w, h) px and
            ``aug_input_sizes``, its sizes before padding at scale 1 and at the others (none: nothing is padded), and
            ``batch_input_shape`` (h, w) px, the padded size at scale 1.

    Returns:
        An image's levels, image by image.
    """
    images = []
    for b, info in enumerate(metainfo):
        zooms = [1.0, *info['aug_scales']] if len(maps) > 1 else [1.0]
        others = info.get('aug_input_sizes', [None] * len(zooms))
        sizes = [info.get('input_size'), *others[: len(zooms) - 1]]
        stride = canvas_size(info)[0] / maps[0][0].shape[-1] if sizes[0] else None
        images.append(
            [
                Level.cut([m[b].detach() for m in scale], size, stride, zoom)
                for scale, size, zoom in zip(maps, sizes, zooms, strict=True)
            ]
        )
    return images


def average_maps(levels: Sequence[Level], name: str) -> Tensor:
    """The mean of the maps ``name`` over all scales, in the cells of the first: ``(C, H, W)`` as there."""
    first = levels[0]
    target = getattr(first, name)
    others = (resample(getattr(v, name), v.size, target.shape[1:], first.size, v.zoom) for v in levels[1:])
    return sum(others, start=target) / len(levels) if len(levels) > 1 else target


def stack_masks(fields: Sequence[PixelData]) -> Tensor | None:
    """Return the heatmap masks of B images, ``(B, 1, H, W)``, ones for an image without; None if none has one.

    Where one has a mask of its own for each of C heatmaps, all get C.
    """
    known = [field.heatmap_mask for field in fields if 'heatmap_mask' in field]
    if not known:
        return None
    channels = max(len(mask) for mask in known)
    blank = torch.ones_like(known[0][:1])
    return torch.stack([field.get('heatmap_mask', blank).expand(channels, -1, -1) for field in fields])
