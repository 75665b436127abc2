"""Batches of image pyramids, for multi-scale tests."""

from typing import Any

from mmpose.models import PoseDataPreprocessor
from mmpose.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class PyramidDataPreprocessor(PoseDataPreprocessor):
    """:class:`mmpose.models.PoseDataPreprocessor` that also takes image pyramids, each level padded to one size.

    A pyramid is what ``BottomupResize(aug_scales=...)`` makes of an image: the image at scale 1, then at every other
    scale. Single images are treated exactly as MMPose does.
    """

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Normalize, pad and stack.

        Args:
            data: ``inputs``: B images ``(3, H, W)``, or, scale by scale, lists of B images; ``data_samples``: B data
                samples. That is what MMEngine's ``pseudo_collate`` makes.
            training: Whether batch augmentations apply.

        Returns:
            ``inputs``: ``(B, 3, H, W)``, or a list of such tensors, one a scale. The data samples of pyramids know
            ``aug_input_sizes``, a list of the other scales' sizes before padding, (w, h) px.
        """
        levels = data['inputs']
        if isinstance(levels, Tensor) or isinstance(levels[0], Tensor):
            return super().forward(data, training)
        stack = super().forward
        others = [stack({'inputs': level, 'data_samples': []}, training)['inputs'] for level in levels[1:]]
        first = stack({**data, 'inputs': levels[0]}, training)
        for b, sample in enumerate(first['data_samples']):
            sizes = [(level[b].shape[-1], level[b].shape[-2]) for level in levels[1:]]
            sample.set_metainfo({'aug_input_sizes': sizes})
        return {**first, 'inputs': [first['inputs'], *others]}
