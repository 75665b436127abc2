"""Run a model over a test set, and leave the file its benchmark takes."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

SCORING = ('score_mode', 'keypoint_score_thr', 'nms_mode', 'nms_thr')
"""Arguments of ``CocoMetric`` that decide which people there are, and their scores."""


def write_submission(
    config: str | os.PathLike,
    checkpoint: str,
    writer: Mapping[str, Any],
    work_dir: str | None = None,
    options: Mapping[str, Any] | None = None,
    launcher: str = 'none',
) -> dict[str, float]:
    """Predict the images of a config's test set and write the submission.

    Args:
        config: Config of a pose model. How people are scored and suppressed is what its own test evaluator says.
        checkpoint: The model's weights.
        writer: Arguments of :class:`~synpose.evaluation.metrics.SubmissionWriter`.
        work_dir: Folder of the logs; None for ``logs`` beside the zip.
        options: Settings to override, by their dotted names, e.g. the test set's files.
        launcher: As MMEngine's.

    Returns:
        What the writer counts.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If an argument is bad, the model lacks joints, or the server would refuse the file.
    """
    for path in (config, checkpoint):
        if '://' not in str(path) and not Path(path).is_file():
            raise FileNotFoundError(f'{path}: no such file')
    settings = Config.fromfile(config)
    settings.merge_from_dict(dict(options or {}))
    settings.test_evaluator = {'type': 'SubmissionWriter', **scoring_of(settings.get('test_evaluator')), **writer}
    # The results folder of a test is for figures, and there are none.
    settings.custom_hooks = [hook for hook in settings.get('custom_hooks', []) if hook['type'] != 'ResultsHook']
    settings.load_from, settings.launcher = checkpoint, launcher
    settings.work_dir = work_dir or str(Path(writer['out_dir'], 'logs'))
    return Runner.from_cfg(settings).test()


def scoring_of(evaluator: Any) -> dict[str, Any]:
    """Return how the first COCO-like metric of a config scores and suppresses people; empty if there is none.

    Args:
        evaluator: The config's ``test_evaluator``: a metric, several, or None.
    """
    for metric in evaluator if isinstance(evaluator, list | tuple) else [evaluator or {}]:
        found = {name: metric[name] for name in SCORING if name in metric}
        if found:
            return found
    return {}
