"""What stylizers share: they change a region of each picture, and measure what that did."""

from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.model import BaseModel
from mmpose.structures import PoseDataSample
from torch import Tensor

from synpose.adaptation.border_artifacts import blend_inside, border_gradient, clipped_share


class Stylizer(BaseModel, metaclass=ABCMeta):
    """A model without training that restyles a region of a picture to another picture.

    ``test_step`` takes a batch of lists, as ``pseudo_collate`` makes it::

        dict(
            inputs=dict(source=[(3, H, W) uint8 BGR, ...], style=[(3, h, w) uint8 BGR, ...],
                        mask=[(1, H, W), ...], style_mask=[(1, h, w), ...]),
            data_samples=[...],
        )

    ``mask`` (not 0 in the region) and ``style_mask`` (the pixels that show the style) may be missing: all pixels.

    Each data sample gets ``translated``, ``(H, W, 3)`` uint8 BGR, which equals the source outside the region, and
    ``measurements``, numbers about this picture:

    - ``restyled``: 1; or 0 where the region or the style has fewer than ``min_pixels`` pixels, so that nothing changed.
    - ``border_gradient_before``, ``border_gradient_after``: how steep the luma is along the region's border, gray
      levels a pixel (:func:`~synpose.adaptation.border_artifacts.border_gradient`); missing where there is no border.
    - ``clipped``: the share of the region's pixels that reached an end of the scale; missing where nothing changed.

    Args:
        min_pixels: Regions, and styles, of fewer pixels are left alone.
        feather: The change fades in over so many px inside the region's border, see
            :func:`~synpose.adaptation.border_artifacts.blend_inside`.
        **kwargs: MMEngine's own arguments of ``BaseModel``.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, min_pixels: int = 64, feather: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if min_pixels < 2:
            raise ValueError(f'min_pixels must be at least 2, but is {min_pixels}')
        if not feather >= 0:
            raise ValueError(f'feather must not be negative, but is {feather}')
        self.min_pixels, self.feather = min_pixels, feather

    @abstractmethod
    def restyle(self, source: np.ndarray, region: np.ndarray, style: np.ndarray, shown: np.ndarray) -> np.ndarray:
        """Restyle one picture.

        Args:
            source: BGR ``(H, W, 3)`` uint8.
            region: What to restyle, ``(H, W)`` bool; at least ``min_pixels`` are.
            style: BGR ``(h, w, 3)`` uint8.
            shown: Where the style is taken from, ``(h, w)`` bool; at least ``min_pixels`` are.

        Returns:
            BGR levels ``(H, W, 3)`` float32; only the region is used, and clipped to 0..255.
        """

    @torch.no_grad()
    def forward(
        self,
        inputs: dict[str, Sequence[Tensor]],
        data_samples: Sequence[PoseDataSample] | None = None,
        mode: str = 'predict',
    ) -> list[PoseDataSample]:
        """Restyle a batch.

        Raises:
            NotImplementedError: In another mode than ``'predict'``.
            ValueError: If a picture has no style, or a mask is not of its picture's size, naming the picture.
        """
        if mode != 'predict':
            raise NotImplementedError(f'{type(self).__name__} has mode predict only, not {mode!r}')
        samples = list(data_samples or [PoseDataSample() for _ in inputs['source']])
        for i, sample in enumerate(samples):
            name = sample.metainfo.get('img_path', f'picture {i} of the batch')
            if 'style' not in inputs:
                raise ValueError(f'{name}: style: the pipeline loads none (LoadStyleImage, DrawStyleImage)')
            source, style = _picture(inputs['source'][i]), _picture(inputs['style'][i])
            masks = (('mask', source), ('style_mask', style))
            region, shown = (_region(inputs, key, i, picture, name) for key, picture in masks)
            translated, measurements = self._restyle_measured(source, region, style, shown)
            sample.set_field(translated, 'translated')
            sample.set_field(measurements, 'measurements')
        return samples

    def _restyle_measured(
        self, source: np.ndarray, region: np.ndarray, style: np.ndarray, shown: np.ndarray
    ) -> tuple[np.ndarray, dict[str, float]]:
        """Return the restyled picture and what is measured on it."""
        translated, measurements = source, {'restyled': 0.0}
        if min(region.sum(), shown.sum()) >= self.min_pixels:
            translated = blend_inside(source, self.restyle(source, region, style, shown), region, self.feather)
            measurements = {'restyled': 1.0, 'clipped': clipped_share(source[region], translated[region])}
        for when, picture in (('before', source), ('after', translated)):
            gradient = border_gradient(picture, region)
            if gradient is not None:
                measurements[f'border_gradient_{when}'] = gradient
        return translated, measurements


def _picture(tensor: Tensor) -> np.ndarray:
    """Return a picture tensor ``(3, H, W)`` as ``(H, W, 3)`` uint8."""
    return np.ascontiguousarray(tensor.permute(1, 2, 0).cpu().numpy())


def _region(inputs: dict[str, Sequence[Tensor]], key: str, i: int, picture: np.ndarray, name: str) -> np.ndarray:
    """Return the i-th mask as ``(H, W)`` bool; all of the picture if there are no such masks."""
    if key not in inputs:
        return np.ones(picture.shape[:2], dtype=bool)
    mask = inputs[key][i].cpu().numpy()[0] != 0
    if mask.shape != picture.shape[:2]:
        sizes = [f'{width}x{height} px' for height, width in (mask.shape, picture.shape[:2])]
        raise ValueError(f'{name}: {key}: is {sizes[0]}, but its picture is {sizes[1]}')
    return mask
