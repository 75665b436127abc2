"""Restyle pictures by the features of VGG-19."""

import os
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch
from mmpose.registry import MODELS
from torch import Tensor

from synpose.adaptation.edge_smoothing import guided_filter, smooth_by_affinity

from .photo_wct import PhotoWCT
from .stylizer import Stylizer

_SMOOTHERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    'affinity': smooth_by_affinity,
    'guided': guided_filter,
}
_MIN_SIDE = 16  # px: two features at the deepest level, which reflected borders need
_NAMED = 5  # weights in a message


@MODELS.register_module()
class PhotoWCTStylizer(Stylizer):
    """Photorealistic stylization in closed form, with a VGG-19's features; it needs weights.

    Y. Li, M.-Y. Liu, X. Li, M.-H. Yang and J. Kautz, "A closed-form solution to photorealistic image stylization", ECCV
    2018: :class:`~synpose.models.stylizers.photo_wct.PhotoWCT` within the region, then smoothing along the edges of the
    source. LTSH restyles its rendered people so (section 3.4). See :class:`Stylizer` for what goes in and comes out.

    Larger pictures are scaled down for it, as the paper on LTSH does. Only the change is scaled back and added to the
    picture, so that it keeps its size, its labels and its details.

    Args:
        weights: The authors' ``photo_wct.pth`` (CC BY-NC-SA 4.0, so not for commercial use), or a file like it: a state
            dict of ``e1.conv0.weight``, ..., ``d4.conv1_1.bias``. None makes a model that can be built, but not used.
        smoothing: ``'affinity'``, the paper's closed form, about 5 s for a picture of 600 px on one core; ``'guided'``,
            the guided filter that its authors offer instead, 0.3 s; None for none.
        max_side: Pictures and styles with a longer side, px, are scaled down to it.
        **kwargs: ``min_pixels``, ``feather``, see :class:`Stylizer`.

    Raises:
        FileNotFoundError: If there is no file of weights.
        ValueError: If the weights are of another network or not finite, or an argument is out of range.
    """

    def __init__(
        self,
        weights: str | None = None,
        smoothing: str | None = 'affinity',
        max_side: int = 600,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if smoothing is not None and smoothing not in _SMOOTHERS:
            raise ValueError(f'smoothing must be one of {list(_SMOOTHERS)} or None, but is {smoothing!r}')
        if max_side < _MIN_SIDE:
            raise ValueError(f'max_side must be at least {_MIN_SIDE} px, but is {max_side}')
        self.smoothing, self.max_side = smoothing, max_side
        self.network = PhotoWCT().requires_grad_(False)
        self.weights = weights
        if weights is not None:
            self.network.load_state_dict(read_weights(weights, self.network.state_dict()))

    def restyle(self, source: np.ndarray, region: np.ndarray, style: np.ndarray, shown: np.ndarray) -> np.ndarray:
        """Match features of the region to those of the style, see :meth:`Stylizer.restyle`.

        Raises:
            ValueError: If there are no weights, or a picture is too small for the network.
        """
        if self.weights is None:
            raise ValueError(f'{type(self).__name__} has no weights: give weights=..., a file like photo_wct.pth')
        small, region, style, shown = *self._shrink(source, region), *self._shrink(style, shown)
        for name, picture in (('source', small), ('style', style)):
            if min(picture.shape[:2]) < _MIN_SIDE:
                height, width = picture.shape[:2]
                raise ValueError(f'{name}: {width}x{height} px is too small for VGG-19, which needs {_MIN_SIDE} px')
        images = (self._tensor(picture[..., ::-1]) / 255 for picture in (small, style))
        masks = (self._tensor(mask[..., None]) for mask in (region, shown))
        stylized = self.network(*images, *masks)[0].permute(1, 2, 0).clamp(0, 1).cpu().numpy()[..., ::-1]
        if self.smoothing:
            stylized = _SMOOTHERS[self.smoothing](stylized, small.astype(np.float64) / 255)
        change = (stylized * 255 - small).astype(np.float32)
        if small.shape != source.shape:
            change = cv2.resize(change, source.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return source + change

    def _shrink(self, picture: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scale a picture and its mask down to the longest side allowed."""
        height, width = picture.shape[:2]
        scale = self.max_side / max(height, width)
        if scale >= 1:
            return picture, mask
        size = max(1, round(width * scale)), max(1, round(height * scale))
        nearest = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        return cv2.resize(picture, size, interpolation=cv2.INTER_AREA), nearest > 0

    def _tensor(self, values: np.ndarray) -> Tensor:
        """Return ``(H, W, C)`` as ``(1, C, H, W)`` on the network's device."""
        device = next(self.network.parameters()).device
        return torch.from_numpy(values.astype(np.float32)).permute(2, 0, 1)[None].to(device)


def read_weights(path: str, wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    """Read a state dict and check it.

    Args:
        path: The file; what ``torch.save`` made of a state dict, or of a dict that holds one as ``state_dict``.
        wanted: A state dict of the names and shapes that it must have.

    Returns:
        The state dict.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, names are missing, unknown or of other shapes, or a value is not finite.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f'weights: {path}: file does not exist')
    try:
        found = torch.load(path, map_location='cpu', weights_only=True)
    except Exception as error:  # pickle and zip errors of many kinds
        raise ValueError(f'weights: {path}: is not a file of weights: {error}') from error
    found = found.get('state_dict', found) if isinstance(found, dict) else {}
    found = {name: value for name, value in found.items() if isinstance(value, Tensor)}
    faults = {
        'missing': [name for name in wanted if name not in found],
        'unknown': [name for name in found if name not in wanted],
        'of another shape': [name for name in wanted if name in found and found[name].shape != wanted[name].shape],
    }
    texts = [f'{len(names)} {fault}: {_listed(names)}' for fault, names in faults.items() if names]
    if texts:
        raise ValueError(f'weights: {path}: are those of another network: {"; ".join(texts)}')
    endless = [name for name, value in found.items() if not value.isfinite().all()]
    if endless:
        raise ValueError(f'weights: {path}: {len(endless)} not finite: {_listed(endless)}')
    return found


def _listed(names: list[str]) -> str:
    return ', '.join(names[:_NAMED]) + (', ...' if len(names) > _NAMED else '')
