"""A frozen detector that finds the people of a picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmdet.apis import inference_detector, init_detector
from mmdet.utils import get_test_pipeline_cfg
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope
from torch import nn

from synpose.adaptation.job_identity import as_json, describe_weights
from synpose.adaptation.matching_weights import load_matching_weights

from .pose_teacher import read_config


class PersonFinder(nn.Module):
    """A model of MMDetection with its weights and test pipeline, never trained.

    Args:
        config: A config of MMDetection: a file, or ``'mmdet::...py'`` for one of the installed package.
        checkpoint: Its weights, a file or an address.
        score_thr: Boxes of a lower score are not used.

    Raises:
        FileNotFoundError: If config or checkpoint does not exist.
        ValueError: If the checkpoint is not one of this model, or no class is ``person``.
    """

    def __init__(self, config: str, checkpoint: str, score_thr: float = 0.3) -> None:
        super().__init__()
        if not checkpoint:
            raise ValueError(f'{config}: checkpoint: missing')
        self.config, self.checkpoint, self.score_thr = str(config), str(checkpoint), score_thr
        settings = read_config(self.config)
        with DefaultScope.overwrite_default_scope('mmdet'):  # init_detector leaves another scope behind
            self.model = init_detector(settings, device='cpu', palette='random')
            meta = load_matching_weights(self.model, self.checkpoint, self.config).get('meta', {})
            stored = {key.lower(): value for key, value in meta.get('dataset_meta', {}).items()}
            self.model.dataset_meta = {**self.model.dataset_meta, **stored}
            pipeline = get_test_pipeline_cfg(settings.copy())
            pipeline[0].type = 'mmdet.LoadImageFromNDArray'
            self._pipeline = Compose(pipeline)
        self._settings = as_json({'model': settings.model, 'pipeline': pipeline})
        classes = list(self.model.dataset_meta['classes'])
        if 'person' not in classes:
            raise ValueError(f'{config}: no class is called person: {", ".join(classes[:5])}, ...')
        self._person = classes.index('person')
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> 'PersonFinder':
        """Stay in evaluation mode, whatever the loop asks."""
        return super().train(False)

    def describe(self) -> dict[str, Any]:
        """Return which model this is, as JSON values."""
        return {
            'score_thr': self.score_thr,
            **describe_weights(self.model, self.checkpoint),
            'settings': self._settings,
        }

    @torch.no_grad()
    def find(self, images: Sequence[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Find people.

        Args:
            images: BGR ``(H, W, 3)`` uint8.

        Returns:
            For each image boxes ``(P, 4)`` left, top, right, bottom in px, and scores ``(P,)``, best first.
        """
        found = []
        for result in inference_detector(self.model, list(images), self._pipeline):
            people = result.pred_instances.cpu().numpy()
            keep = (people.labels == self._person) & (people.scores >= self.score_thr)
            order = np.argsort(-people.scores[keep], kind='stable')
            found.append((people.bboxes[keep][order].astype(float), people.scores[keep][order].astype(float)))
        return found
