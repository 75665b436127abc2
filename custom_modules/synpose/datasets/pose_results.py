"""Poses that a model has predicted on a set of images, read from what tests and MMPose leave."""

import os
from pathlib import Path

import numpy as np
from mmengine.fileio import load

from synpose.engine.hooks.results_hook import to_coco_result
from synpose.reporting.annotations import group_results, read_predictions

PICKLE_SUFFIXES = ('.pkl', '.pickle')


def read_pose_results(path: str | os.PathLike, num_joints: int) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Read predicted poses.

    Args:
        path: COCO keypoint results (``.json``), such as the ``predictions.json`` that ``ResultsHook`` and
            ``tools/predict.py`` write and MMPose's ``CocoMetric`` dumps; or the data samples that MMPose's
            ``tools/test.py --dump`` writes (``.pkl``). Open pickles of your own only.
        num_joints: V, the joints of a pose.

    Returns:
        ``{image_id: (poses (P, V, 3) x px, y px, score; scores (P,))}``, best score first.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds no poses of V joints; names file, record and field.
    """
    if Path(path).suffix not in PICKLE_SUFFIXES:
        return read_predictions(path, num_joints)
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such file')
    samples = load(path)
    try:
        if not all('pred_instances' in sample for sample in samples):
            raise KeyError('pred_instances')
        entries = [entry for sample in samples for entry in to_coco_result(sample)]
    except (KeyError, TypeError) as error:
        raise ValueError(f'{path}: must hold data samples with img_id and pred_instances: {error!r}') from error
    return group_results(entries, path, num_joints)
