"""Pack what a stylizer needs."""

from typing import Any

import torch
from mmpose.registry import TRANSFORMS

from .pack_translation_inputs import PackTranslationInputs


@TRANSFORMS.register_module()
class PackStylizationInputs(PackTranslationInputs):
    """:class:`PackTranslationInputs`, and which pixels of the style show it.

    Packed too where there: ``style_mask``, ``(h, w)`` uint8, as ``inputs['style_mask']`` ``(1, h, w)``; ``style_path``,
    as meta information.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack the data sample."""
        packed = super().transform(results)
        if 'style_mask' in results:
            packed['inputs']['style_mask'] = torch.from_numpy(results['style_mask'])[None]
        if 'style_path' in results:
            packed['data_samples'].set_metainfo({'style_path': results['style_path']})
        return packed
