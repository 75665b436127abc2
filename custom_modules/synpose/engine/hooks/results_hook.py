"""Leave a results folder behind every test run: figures, predictions and where they came from."""

import shlex
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import collect_results, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS
from mmpose.structures import PoseDataSample

from synpose.files import write_json
from synpose.provenance import describe_machine, describe_versions


def to_coco_result(sample: PoseDataSample | dict) -> list[dict[str, Any]]:
    """Turn the predictions of one image into entries of COCO's keypoint result format.

    Args:
        sample: A data sample with ``pred_instances.keypoints (N, K, 2)`` (px in the image), ``.keypoint_scores (N, K)``
            and, optionally, ``.bboxes (N, 4)`` as left, top, right, bottom (px).

    Returns:
        One dict a person: ``image_id``, ``category_id``, ``keypoints`` (x, y, score a joint), ``score`` (the mean joint
        score) and ``bbox`` (left, top, width, height; the extent of the joints where the model gives no boxes). None
        of a model that predicts no joints.
    """
    values = sample.to_dict() if isinstance(sample, PoseDataSample) else sample
    if 'pred_instances' not in values:
        return []
    instances = values['pred_instances']
    keypoints = np.asarray(instances['keypoints'], dtype=float)
    scores = np.asarray(instances['keypoint_scores'], dtype=float)
    if 'bboxes' in instances:
        corners = np.asarray(instances['bboxes'], dtype=float).reshape(-1, 4)
    else:
        corners = np.concatenate([keypoints.min(axis=1), keypoints.max(axis=1)], axis=1)
    return [
        {
            'image_id': int(values['img_id']),
            'category_id': 1,
            'keypoints': np.round(np.concatenate([points, score[:, None]], axis=1), 4).ravel().tolist(),
            'score': round(float(score.mean()), 6),
            'bbox': np.round([left, top, right - left, bottom - top], 3).tolist(),
        }
        for points, score, (left, top, right, bottom) in zip(keypoints, scores, corners)
    ]


def to_behavior_result(sample: PoseDataSample) -> list[dict[str, Any]]:
    """Turn what a classifier says of one student into a record.

    Args:
        sample: A data sample of ``BehaviorPoseDataset`` with ``pred_label`` and ``pred_scores (C,)``.

    Returns:
        One dict: ``image_id``, ``id`` (of the annotation), ``behavior`` (as annotated), ``label`` and ``predicted``
        (numbers of classes), ``scores`` (of all classes), ``matched``, ``bbox`` (left, top, width, height) and
        ``keypoints`` (x, y, score a joint), px.
    """
    return [
        {
            'image_id': int(sample.img_id),
            'id': sample.id,
            'behavior': sample.behavior,
            'label': sample.gt_label,
            'predicted': sample.pred_label,
            'scores': np.round(sample.pred_scores.astype(float), 6).tolist(),
            'matched': sample.matched,
            'bbox': np.round(sample.bbox, 3).tolist(),
            'keypoints': np.round(sample.pose, 4).ravel().tolist(),
        }
    ]


@HOOKS.register_module()
class ResultsHook(Hook):
    """Write ``<work_dir>/results/<name>/metrics.json`` and ``predictions.json`` at the end of a test.

    ``tools/report.py`` reads these folders. ``metrics.json`` is written last: where it exists, the test is finished.

    A training whose loader gives no batch is refused, since its checkpoint would be tested as if it had learned.

    The seed recorded is the one the checkpoint was trained with. A test on other data should have another name, in a
    config or by ``--cfg-options custom_hooks.2.name=...``: it replaces the results of the same name.

    Args:
        name: Name of the split in the report, e.g. ``'val'`` or ``'target'``.

    Raises:
        ValueError: If the name is not a plain folder name; before a training, if it has no batch.
    """

    priority = 'LOW'

    def __init__(self, name: str = 'test') -> None:
        if name in ('', '.', '..') or name != Path(name).name:
            raise ValueError(f'ResultsHook: name must be a plain folder name, got {name!r}')
        self.name = name
        self._results: list[tuple[int, list[dict[str, Any]]]] = []
        self._started = 0.0
        self._training_seed: int | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Remember the seed the checkpoint was trained with."""
        self._training_seed = checkpoint.get('meta', {}).get('seed')

    def before_train(self, runner: Runner) -> None:
        """Refuse a training without a batch, which MMEngine ends in an instant with untrained checkpoints."""
        loader = runner.train_dataloader
        if runner.max_iters == 0 and len(loader) == 0:  # training by iterations goes on from epoch to epoch
            raise ValueError(
                f'train_dataloader: {len(loader.dataset)} samples make no batch of {loader.batch_size}, and drop_last '
                'leaves an incomplete one out: choose a smaller batch_size'
            )

    def before_test(self, runner: Runner) -> None:
        """Start the clock and forget the results of an earlier test."""
        self._results = []
        self._started = time.time()

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Sequence[Any] | None = None
    ) -> None:
        """Keep the predictions of this process's batch."""
        for sample in outputs or []:
            entries = to_behavior_result(sample) if 'pred_scores' in sample else to_coco_result(sample)
            self._results.append((int(sample.img_id), entries))

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Gather the predictions of all processes and write both files."""
        dataset = runner.test_dataloader.dataset
        gathered = collect_results(self._results, len(dataset))
        if not is_main_process():
            return
        folder = Path(runner.work_dir) / 'results' / self.name
        folder.mkdir(parents=True, exist_ok=True)
        by_image = sorted(gathered or [], key=lambda item: item[0])
        write_json(folder / 'predictions.json', [entry for _, entries in by_image for entry in entries])
        provenance = {
            'split': self.name,
            'config': runner.cfg.filename,
            'checkpoint': runner._load_from,
            # A wrapper such as CombinedDataset has no single file; the report then says that it cannot show the data.
            'ann_file': getattr(dataset, 'ann_file', None),
            'data_root': getattr(dataset, 'data_root', None),
            'img_prefix': getattr(dataset, 'data_prefix', {}).get('img', ''),
            'metainfo_joint_names': [name for _, name in sorted(dataset.metainfo['keypoint_id2name'].items())],
            **({'classes': list(dataset.metainfo['classes'])} if 'classes' in dataset.metainfo else {}),
            'num_images': len({image_id for image_id, _ in by_image}),
            'seed': self._training_seed,
            'command': shlex.join([Path(sys.executable).name, *sys.argv]),
            'started': datetime.fromtimestamp(self._started).isoformat(timespec='seconds'),
            'seconds': round(time.time() - self._started, 2),
            'versions': describe_versions(),
            'machine': describe_machine(),
        }
        numbers = {key: float(value) for key, value in (metrics or {}).items()}
        write_json(folder / 'metrics.json', {'metrics': numbers, 'provenance': provenance})
        runner.logger.info(f'results written to {folder}')
