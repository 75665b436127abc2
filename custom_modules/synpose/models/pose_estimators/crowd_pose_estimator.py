"""Bottom-up pose estimation with image pyramids."""

import math
from typing import Any

from mmpose.models import BottomupPoseEstimator
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor


@MODELS.register_module()
class CrowdPoseEstimator(BottomupPoseEstimator):
    """:class:`mmpose.models.BottomupPoseEstimator` that lets image pyramids through to its multi-scale test.

    MMPose's stacks any list of inputs, which fails on levels of different sizes before ``predict`` could use them.
    Single images are treated exactly as MMPose does. On a CPU the images of a batch are predicted one by one, where the
    maps of a batch would not fit its caches, and without the padding to the size of others.
    """

    def forward(self, inputs: Tensor | list[Tensor], data_samples: list | None = None, mode: str = 'tensor') -> Any:
        """Run the network; see MMPose's method.

        Args:
            inputs: ``(B, 3, H, W)``, or, to predict with ``multiscale_test``, a list of such tensors, one a scale.
            data_samples: B data samples.
            mode: ``'tensor'``, ``'loss'`` or ``'predict'``.

        Returns:
            Tensors, losses or data samples with predictions.
        """
        if mode != 'predict' or isinstance(inputs, Tensor) or not self.test_cfg.get('multiscale_test', False):
            return super().forward(inputs, data_samples, mode)
        samples = data_samples or []
        for sample in samples:
            sample.set_metainfo(self.metainfo or {})
        return self.predict(inputs, samples)

    def predict(self, inputs: Tensor | list[Tensor], data_samples: list) -> list:
        """Predict the people of B images; see MMPose's method.

        Args:
            inputs: ``(B, 3, H, W)``, or with ``multiscale_test`` a list of such tensors, one a scale.
            data_samples: B data samples.

        Returns:
            The data samples with their predictions.
        """
        levels = [inputs] if isinstance(inputs, Tensor) else inputs
        if levels[0].device.type != 'cpu' or len(data_samples) == 1:
            return super().predict(inputs, data_samples)
        for b, sample in enumerate(data_samples):
            image = [level[b : b + 1] for level in levels]
            for i, (width, height) in enumerate(self._input_sizes(sample)[: len(levels)]):
                image[i] = image[i][..., :height, :width]  # without the padding to the size of others
            sample.set_metainfo({'batch_input_shape': tuple(image[0].shape[-2:])})
            super().predict(image[0] if isinstance(inputs, Tensor) else image, [sample])
        return data_samples

    def _input_sizes(self, sample: PoseDataSample) -> list[tuple[int, int]]:
        """Width and height, px, of an image at every scale when it is alone in its batch."""
        info, divisor = sample.metainfo, getattr(self.data_preprocessor, 'pad_size_divisor', 1)
        sizes = [info['input_size'], *info.get('aug_input_sizes', ())] if 'input_size' in info else []
        return [(math.ceil(w / divisor) * divisor, math.ceil(h / divisor) * divisor) for w, h in sizes]
