"""Rejects photos with people in them by an MMDetection detector."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.crowds.photos import read_photo

_KEYS = {'config', 'checkpoint', 'score_thr', 'device'}


def check_detector(detector: Mapping[str, Any] | None) -> None:
    """Check the options of :class:`PersonFilter` without loading the detector; None is none.

    Raises:
        ValueError: Naming what is wrong.
    """
    if detector is None:
        return
    unknown = sorted(set(detector) - _KEYS)
    if unknown:
        raise ValueError(f'detector: unknown option {unknown[0]!r}, expected some of {sorted(_KEYS)}')
    for name in ('config', 'checkpoint'):
        if not isinstance(detector.get(name), str):
            raise ValueError(f'detector.{name}: {detector.get(name)!r} is not a path')
    threshold = detector.get('score_thr', 0.3)
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise ValueError(f'detector.score_thr: {threshold!r} is not in [0, 1]')


class PersonFilter:
    """Finds the best score of the class ``person`` in a photo.

    Args:
        config: The detector's MMDetection config (a path, or ``mmdet::...``).
        checkpoint: Its weights; a path or a URL.
        score_thr: A photo with a person of this score or more is rejected.
        device: Where it runs.

    Raises:
        ValueError: If the model has no class ``person``.
        FileNotFoundError: If config or checkpoint is a path that is not there.
        ImportError: If MMDetection is not installed.
    """

    def __init__(self, config: str, checkpoint: str, score_thr: float = 0.3, device: str = 'cpu') -> None:
        from mmdet.apis import init_detector

        for name, path in (('config', config), ('checkpoint', checkpoint)):
            if '::' not in path and '://' not in path and not os.path.isfile(path):
                raise FileNotFoundError(f'detector.{name}: {path}: no such file')
        # With a palette given, the model's dataset is not built to ask for one.
        self._model = init_detector(_resolve(config), checkpoint, palette='coco', device=device)
        classes = [str(name) for name in self._model.dataset_meta['classes']]
        if 'person' not in classes:
            raise ValueError(f"detector: {checkpoint} has no class 'person' but {classes[:10]}")
        self._person = classes.index('person')
        self.score_thr = score_thr

    def score(self, path: Path) -> float | None:
        """Return the best score of a person in the photo, None if none is found.

        Three digits: kinds of processors differ in the later ones, and all jobs of a dataset must agree.
        """
        from mmdet.apis import inference_detector

        picture = np.ascontiguousarray(read_photo(path)[..., ::-1])  # MMDetection reads BGR
        found = inference_detector(self._model, picture).pred_instances
        scores = found.scores[found.labels == self._person]
        return round(float(scores.max()), 3) if len(scores) else None

    def rejects(self, path: Path) -> float | None:
        """Return the score for which a photo is rejected, None if it is not."""
        score = self.score(path)
        return score if score is not None and score >= self.score_thr else None


def _resolve(config: str) -> Any:
    if '::' not in config:
        return config
    from mmengine.hub import get_config

    return get_config(config)
