"""Pack pictures for models that turn one picture into another."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmpose.datasets.transforms.formatting import image_to_tensor
from mmpose.registry import TRANSFORMS
from mmpose.structures import PoseDataSample


@TRANSFORMS.register_module()
class PackTranslationInputs(BaseTransform):
    """Pack a picture and what belongs to it: where the people are, and a picture whose style is wanted.

    Required keys: ``img``, ``(H, W, 3)`` uint8 BGR. Packed where there: ``stencil``, ``(H, W)``; ``style``,
    ``(h, w, 3)`` uint8 BGR; ``style_mask``, ``(h, w)`` uint8, which of its pixels show the style.

    Args:
        key: What the picture is called in ``inputs``: ``'source'`` or ``'target'``.
        meta_keys: Fields that the data sample's meta information takes over where they are there.
    """

    def __init__(
        self,
        key: str = 'source',
        meta_keys: Sequence[str] = ('img_id', 'img_path', 'file_name', 'ann_file', 'ori_shape', 'frame', 'style_path'),
    ) -> None:
        self.key = key
        self.meta_keys = tuple(meta_keys)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack the data sample.

        Returns:
            ``inputs``: ``{key: (3, H, W) uint8 BGR}``, with a stencil ``mask`` ``(1, H, W)`` uint8 (1: a person), with
            a style ``style`` ``(3, h, w)`` uint8 BGR, and with its mask ``style_mask`` ``(1, h, w)`` uint8;
            ``data_samples``, a ``PoseDataSample`` with meta information.
        """
        inputs = {self.key: image_to_tensor(results['img'])}
        if 'stencil' in results:
            inputs['mask'] = torch.from_numpy((results['stencil'] > 0).astype(np.uint8))[None]
        if 'style' in results:
            inputs['style'] = image_to_tensor(results['style'])
        if 'style_mask' in results:
            inputs['style_mask'] = torch.from_numpy(results['style_mask'])[None]
        metainfo = {key: results[key] for key in self.meta_keys if key in results}
        return {'inputs': inputs, 'data_samples': PoseDataSample(metainfo=metainfo)}

    def __repr__(self) -> str:
        return f'{type(self).__name__}(key={self.key!r}, meta_keys={self.meta_keys})'
