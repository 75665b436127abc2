"""A frozen top-down pose model, as its own config has it, for boxes of many pictures at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.hub import get_config
from mmpose.apis import init_model
from mmpose.models.pose_estimators import TopdownPoseEstimator
from torch import nn

from synpose.adaptation.job_identity import as_json, describe_weights
from synpose.adaptation.matching_weights import load_matching_weights
from synpose.adaptation.whole_body_parts import PARTS, teacher_joints


@dataclass(frozen=True)
class Crop:
    """What a teacher looks at.

    Attributes:
        image: BGR ``(H, W, 3)`` uint8.
        box: ``(4,)`` left, top, right, bottom, px.
        mirrored: Show the teacher the mirror image; what it finds is mirrored back.
    """

    image: np.ndarray
    box: np.ndarray
    mirrored: bool = False


class PoseTeacher(nn.Module):
    """A pose model with its weights, its test pipeline, flip test and decoder, never trained.

    Args:
        parts: What it labels, some of :data:`~synpose.adaptation.whole_body_parts.PARTS`.
        config: A config of MMPose: a file, or ``'mmpose::body_2d_keypoint/...py'`` for one of an installed package.
        checkpoint: Its weights, a file or an address.
        box_scale: Factor of the boxes of faces and hands, for models trained on tighter boxes than those derived from
            the body's joints. A model of bodies or feet takes the person's box as it is.
        hand: ``'left'`` or ``'right'`` for a model that knows only that hand: it sees the other one mirrored. MMPose's
            hand models are trained on both (None).
        chunk_size: Crops a batch. All batches are full, the last one with copies, so that what comes out for a person
            does not depend, by rounding, on who else is labeled with it.

    Attributes:
        sees_people: Whether its crops are people; else they are faces or hands.
        joints: For each part the places of its joints among those of the model.

    Raises:
        FileNotFoundError: If config or checkpoint does not exist.
        ValueError: If the config is not a top-down model of these parts, or the checkpoint not one of this model.
    """

    def __init__(
        self,
        parts: Sequence[str],
        config: str,
        checkpoint: str,
        box_scale: float = 1.0,
        hand: str | None = None,
        chunk_size: int = 32,
    ) -> None:
        super().__init__()
        if isinstance(parts, str) or not parts or not set(parts) <= set(PARTS):
            raise ValueError(f'parts must be some of {list(PARTS)}, but are {parts!r}')
        if not 0 < box_scale < float('inf'):
            raise ValueError(f'box_scale must be positive, but is {box_scale}')
        if hand not in (None, 'left', 'right'):
            raise ValueError(f"hand must be 'left', 'right' or None, but is {hand!r}")
        if chunk_size < 1:
            raise ValueError(f'chunk_size must be at least 1, but is {chunk_size}')
        if not checkpoint:
            raise ValueError(f'{config}: checkpoint: missing')
        self.parts, self.box_scale, self.hand, self.chunk_size = tuple(parts), box_scale, hand, chunk_size
        self.config, self.checkpoint = str(config), str(checkpoint)
        settings = read_config(self.config)
        self.model = init_model(settings, device='cpu')
        if not isinstance(self.model, TopdownPoseEstimator):
            raise ValueError(f'{config}: must be a top-down model, but is a {type(self.model).__name__}')
        meta = load_matching_weights(self.model, self.checkpoint, self.config).get('meta', {})
        self.model.dataset_meta = meta.get('dataset_meta', self.model.dataset_meta)  # as MMPose prefers it
        self._settings = as_json({'model': settings.model, 'pipeline': settings.test_dataloader.dataset.pipeline})
        self._pipeline = Compose(settings.test_dataloader.dataset.pipeline)
        names = [self.model.dataset_meta['keypoint_id2name'][i] for i in range(self._num_joints())]
        try:
            self.joints = {part: teacher_joints(names, part) for part in self.parts}
        except ValueError as error:
            raise ValueError(f'{config} ({self.model.dataset_meta["dataset_name"]}): {error}') from error
        self.sees_people = 'left_shoulder' in names or 'foot' in self.parts
        self.requires_grad_(False).eval()

    def _num_joints(self) -> int:
        """Return how many joints come out; the metainfo must name as many."""
        named, head = self.model.dataset_meta['num_keypoints'], self.model.head
        chosen = self.model.test_cfg.get('output_keypoint_indices')
        found = (getattr(head, name, None) for name in ('out_channels', 'num_joints', 'num_keypoints'))
        given = len(chosen) if chosen is not None else next((n for n in found if isinstance(n, int)), named)
        if given != named:
            raise ValueError(
                f'{self.config}: the model predicts {given} joints, but the metainfo of '
                f'{self.model.dataset_meta["dataset_name"]} names {named}'
            )
        return named

    def train(self, mode: bool = True) -> 'PoseTeacher':
        """Stay in evaluation mode, whatever the loop asks."""
        return super().train(False)

    def describe(self) -> dict[str, Any]:
        """Return which model this is, as JSON values."""
        options = {'parts': list(self.parts), 'box_scale': self.box_scale, 'hand': self.hand}
        weights = describe_weights(self.model, self.checkpoint)
        return {**options, 'chunk_size': self.chunk_size, **weights, 'settings': self._settings}

    @torch.no_grad()
    def predict(self, crops: Sequence[Crop]) -> tuple[np.ndarray, np.ndarray]:
        """Find the joints in crops.

        Args:
            crops: M crops.

        Returns:
            ``(M, K, 2)`` px of the crops' images, and ``(M, K)`` confidences; NaN where the model says so.

        Raises:
            ValueError: If the model gives another number of joints than its metainfo names.
        """
        joints = self.model.dataset_meta['num_keypoints']
        points, scores = np.zeros((len(crops), joints, 2)), np.zeros((len(crops), joints))
        for start in range(0, len(crops), self.chunk_size):
            chunk = crops[start : start + self.chunk_size]
            samples = [self._prepare(crop) for crop in chunk]
            last = samples[-1]
            for _ in range(self.chunk_size - len(chunk)):
                samples.append({**last, 'data_samples': last['data_samples'].clone()})
            for index, result in enumerate(self.model.test_step(pseudo_collate(samples))[: len(chunk)], start):
                found = result.pred_instances
                if found.keypoints.shape[1] != joints:
                    raise ValueError(
                        f'{self.config}: the model predicts {found.keypoints.shape[1]} joints, but the metainfo of '
                        f'{self.model.dataset_meta["dataset_name"]} names {joints}'
                    )
                points[index], scores[index] = found.keypoints[0, :, :2], found.keypoint_scores[0]
        for index, crop in enumerate(crops):
            if crop.mirrored:
                points[index, :, 0] = crop.image.shape[1] - 1 - points[index, :, 0]
        return points, scores

    def _prepare(self, crop: Crop) -> dict[str, Any]:
        """Run the model's own test pipeline, as MMPose's ``inference_topdown`` does."""
        image, box = crop.image, crop.box
        if crop.mirrored:
            image, box = np.ascontiguousarray(image[:, ::-1]), box.copy()
            box[[0, 2]] = image.shape[1] - 1 - box[[2, 0]]
        boxes, score = box[None].astype(np.float32), np.ones(1, np.float32)
        return self._pipeline({'img': image, 'bbox': boxes, 'bbox_score': score, **self.model.dataset_meta})


def read_config(config: str) -> Config:
    """Read a config: a file, or one of an installed package as ``'mmpose::...'``.

    Raises:
        FileNotFoundError: If there is no such config.
    """
    if '::' in config:
        return get_config(config)
    if not Path(config).is_file():
        raise FileNotFoundError(f'{config}: no such config')
    return Config.fromfile(config)
