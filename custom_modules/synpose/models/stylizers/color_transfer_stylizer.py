"""Restyle pictures by their colors alone."""

from typing import Any

import numpy as np
from mmpose.registry import MODELS

from synpose.adaptation.color_transfer import transfer_colors

from .stylizer import Stylizer


@MODELS.register_module()
class ColorTransferStylizer(Stylizer):
    """Give a region the mean and covariance of a style's colors, by the linear optimal-transport map.

    It needs no weights, keeps every edge, and cannot change textures. See
    :mod:`synpose.adaptation.color_transfer` for the map, and :class:`Stylizer` for what goes in and comes out.

    A style of one color, or without color, is taken as it is, but contrasts shrink by no more than ``max_gain`` each.

    Args:
        strength: 1 for the full change, 0 for none; between, colors are mixed.
        ridge: Added to both variances, in squared levels; keeps flat regions and styles defined.
        max_gain: The most that contrasts are stretched, and the inverse of the most that they are shrunk.
        knee: Colors that would leave the scale are pressed into so many levels at its ends; 0 clips them. See
            :func:`~synpose.adaptation.color_transfer.roll_off`.
        **kwargs: ``min_pixels``, ``feather``, see :class:`Stylizer`.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        strength: float = 1.0,
        ridge: float = 1.0,
        max_gain: float = 2.0,
        knee: float = 16.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        sound = {'strength': 0 <= strength <= 1, 'ridge': ridge > 0, 'max_gain': max_gain >= 1, 'knee': 0 <= knee < 128}
        wrong = [name for name, kept in sound.items() if not kept]
        if wrong:
            needed = '0 <= strength <= 1, ridge > 0, max_gain >= 1 and 0 <= knee < 128'
            raise ValueError(f'{wrong[0]}: out of range; needed is {needed}')
        self.strength, self.ridge, self.max_gain, self.knee = strength, ridge, max_gain, knee

    def restyle(self, source: np.ndarray, region: np.ndarray, style: np.ndarray, shown: np.ndarray) -> np.ndarray:
        """Match the colors of the region to those of the style, see :meth:`Stylizer.restyle`."""
        changed = source.astype(np.float32)
        colors = transfer_colors(source[region], style[shown], self.ridge, self.max_gain, self.knee)
        changed[region] += self.strength * (colors - changed[region])
        return changed
