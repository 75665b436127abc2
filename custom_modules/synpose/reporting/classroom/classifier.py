"""A trained behavior classifier, ready for poses of any picture."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmpose.registry import MODELS

from synpose.evaluation.functional import pose_boxes


class BehaviorClassifier:
    """Name behaviors as in a test of ``BehaviorPoseDataset``: the same boxes, the config's test pipeline.

    Args:
        config: Config of the training.
        checkpoint: Its checkpoint, which knows behaviors and margins.
        device: Torch device.

    Attributes:
        classes: Names of the behaviors.
        joint_names: The joints it knows.
        margins: Of the boxes around poses.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If the two do not belong together, or the checkpoint is of another kind of model.
    """

    def __init__(self, config: str | os.PathLike, checkpoint: str | os.PathLike, device: str = 'cpu') -> None:
        for path in (config, checkpoint):
            if not Path(path).is_file():
                raise FileNotFoundError(f'{path}: no such file')
        loaded = Config.fromfile(config)
        init_default_scope(loaded.get('default_scope', 'mmpose'))
        self._model = MODELS.build(loaded.model)
        try:
            kept = load_checkpoint(self._model, str(checkpoint), map_location='cpu', strict=True)
        except RuntimeError as error:
            raise ValueError(f'{checkpoint}: does not hold the model of {config}: {error}') from error
        meta = kept.get('meta', {}).get('dataset_meta') or {}
        if not {'classes', 'pose_margins'} <= meta.keys():
            raise ValueError(f'{checkpoint}: names no behaviors: train the classifier with BehaviorPoseDataset')
        if len(meta['classes']) != self._model.num_classes:
            raise ValueError(
                f'{checkpoint}: names {len(meta["classes"])} behaviors, but num_classes is {self._model.num_classes}'
            )
        self._model.to(device).eval()
        self._pipeline = Compose(loaded.test_dataloader.dataset.pipeline)
        self.classes: tuple[str, ...] = tuple(meta['classes'])
        self.joint_names: tuple[str, ...] = self._model.joint_names
        self.margins: tuple[float, ...] = tuple(meta['pose_margins'])

    def check_joints(self, names: Sequence[str]) -> None:
        """Refuse poses of another skeleton.

        Raises:
            ValueError: If the joints of the pose model are not those of the classifier.
        """
        if tuple(names) != self.joint_names:
            raise ValueError(
                f'the pose model has {len(names)} joints ({", ".join(names)}), the behavior classifier was trained on '
                f'{len(self.joint_names)} ({", ".join(self.joint_names)}): use a classifier of the same skeleton'
            )

    def boxes(self, poses: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
        """Return the boxes ``(N, 4)``, left, top, width, height, px, of poses ``(N, V, 3)``, as in the training."""
        return pose_boxes(poses[..., :2], poses[..., 2], image_size, self.margins, min_score=-np.inf)

    def classify(self, poses: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """Return the probabilities of behaviors.

        Args:
            poses: ``(N, V, 3)`` x px, y px, score.
            boxes: ``(N, 4)``, what :meth:`boxes` returns.

        Returns:
            ``(N, C)``.
        """
        if not len(poses):
            return np.zeros((0, len(self.classes)))
        batch = [
            self._pipeline({'keypoints': pose[None, :, :2], 'keypoint_scores': pose[None, :, 2], 'bbox': box})
            for pose, box in zip(poses, boxes)
        ]
        with torch.no_grad():
            return np.stack([sample.pred_scores for sample in self._model.test_step(pseudo_collate(batch))])
