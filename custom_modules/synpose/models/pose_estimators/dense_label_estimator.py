"""A person's pixels, from the crop around the person."""

from collections.abc import Sequence
from typing import Any

from mmpose.models import TopdownPoseEstimator
from mmpose.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class DenseLabelEstimator(TopdownPoseEstimator):
    """:class:`mmpose.models.TopdownPoseEstimator` whose head predicts pixels instead of joints.

    MMPose's own moves predicted joints back into the picture, and needs some; here the head's maps become
    ``pred_fields``, in the pixels of the crop.

    Args:
        **kwargs: MMPose's own arguments.

    Raises:
        ValueError: If ``test_cfg`` asks for a flip test: left and right parts would have to be exchanged.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.test_cfg.get('flip_test', False):
            raise ValueError(f'{type(self).__name__}: test_cfg: has no flip_test')

    def predict(self, inputs: Tensor, data_samples: Sequence[Any]) -> Sequence[Any]:
        """Predict the pixels of B crops.

        Args:
            inputs: ``(B, 3, H, W)``.
            data_samples: B data samples.

        Returns:
            The data samples with ``pred_fields``, see the head.
        """
        found = self.head.predict(self.extract_feat(inputs), data_samples, test_cfg=self.test_cfg)
        for sample, fields in zip(data_samples, found):
            sample.pred_fields = fields
        return data_samples
