"""The loss of each image of a batch, beside the training's own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from synpose.models.adversaries.tap import take_rows

MEANS = ('displacement', 'pull', 'push')


def num_joints(sample: PoseDataSample) -> int:
    """Return how many joints of an image take part in its losses.

    They are those of ``keypoints_visibility`` (which ``PackCrowdInputs`` brings up to date), else those with a weight,
    else the visible ones.
    """
    labels = sample.get('gt_instance_labels') or {}
    for key in ('keypoints_visibility', 'keypoint_weights'):
        if key in labels:
            weights = labels[key]
            return int(torch.count_nonzero(weights.flatten(2).amax(2) if weights.ndim > 2 else weights))
    visible = np.asarray(sample.gt_instances.get('keypoints_visible', ()))
    return int(np.count_nonzero(visible[..., 0] if visible.ndim > 2 else visible))


class ImageLosses:
    """Records, whenever a head computes the loss of a batch, the loss of each image: the mean over its joints.

    The network is not run again: the head's outputs are cut into images, without gradients, and go through the head's
    own loss, which so has its own weights, masks and normalization. Losses of whole maps grow with the number of
    people, so they are divided by the number of joints: LTSH takes the mean loss a joint, "to avoid favoring images
    with many people". Terms that are means over joints or people already are not.

    Args:
        head: A head of MMPose, whose loss is of its ``forward``.
        means: Terms with one of these in their name are means already.

    Attributes:
        values: ``(B,)`` of the last batch; NaN for images without a joint.
    """

    def __init__(self, head: nn.Module, means: Sequence[str] = MEANS) -> None:
        self.head: Any = head
        self.means = tuple(means)
        self.values: Tensor | None = None

    def attach(self) -> None:
        """Begin to record."""
        self._loss = self.head.loss
        self.head.loss = self._record

    def detach(self) -> None:
        """Leave the head as it was."""
        if 'loss' in vars(self.head):
            del self.head.loss

    def _record(self, feats: Any, batch_data_samples: Sequence[PoseDataSample], *args: Any, **kwargs: Any) -> Any:
        head, forward, before = self.head, self.head.forward, vars(self.head).get('forward')
        outputs: list[Any] = []

        def forward_all(*inputs: Any, **options: Any) -> Any:
            outputs.append(forward(*inputs, **options))
            return outputs[-1]

        try:
            head.forward = forward_all
            losses = self._loss(feats, batch_data_samples, *args, **kwargs)
            if len(outputs) != 1:
                raise ValueError(
                    f'the loss of {type(head).__name__} calls its forward {len(outputs)} times, so the loss of an '
                    'image cannot be told; only heads whose loss is of one forward have it'
                )
            with torch.no_grad():
                self.values = torch.stack(
                    [
                        self._of_image(outputs[0], feats, number, sample, *args, **kwargs)
                        for number, sample in enumerate(batch_data_samples)
                    ]
                )
        finally:
            del head.forward
            if before is not None:
                head.forward = before
        return losses

    def _of_image(
        self, outputs: Any, feats: Any, number: int, sample: PoseDataSample, *args: Any, **kwargs: Any
    ) -> Tensor:
        row = slice(number, number + 1)
        self.head.forward = lambda *_inputs, **_options: take_rows(outputs, row)
        if 'train_cfg' in kwargs:  # MMPose's accuracies take longer than the losses
            kwargs = {**kwargs, 'train_cfg': {**(kwargs['train_cfg'] or {}), 'compute_acc': False}}
        terms = self._loss(take_rows(feats, row), [sample], *args, **kwargs)
        joints = num_joints(sample)
        total = 0.0
        for name, value in terms.items():
            if 'loss' in name:
                part = sum(each.mean() for each in value) if isinstance(value, list | tuple) else value.mean()
                total = total + (part if any(mean in name for mean in self.means) else part / max(joints, 1))
        return torch.as_tensor(total).float() if joints else torch.as_tensor(total).float() * float('nan')
