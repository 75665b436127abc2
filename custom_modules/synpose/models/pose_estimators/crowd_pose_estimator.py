"""Bottom-up pose estimation with image pyramids."""

from typing import Any

from mmpose.models import BottomupPoseEstimator
from mmpose.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class CrowdPoseEstimator(BottomupPoseEstimator):
    """:class:`mmpose.models.BottomupPoseEstimator` that lets image pyramids through to its multi-scale test.

    MMPose's stacks any list of inputs, which fails on levels of different sizes before ``predict`` could use them.
    Single images are treated exactly as MMPose does.
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
        for sample in data_samples or ():
            sample.set_metainfo(self.metainfo or {})
        return self.predict(inputs, data_samples)
