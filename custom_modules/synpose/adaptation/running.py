"""Run a config whose test loop writes a dataset."""

import os
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner


def run_job(
    config: str | os.PathLike,
    checkpoint: str | None = None,
    out_root: str | None = None,
    work_dir: str | None = None,
    options: dict[str, Any] | None = None,
    launcher: str = 'none',
) -> dict[str, float]:
    """Run a job over a dataset, or what is left of it.

    Args:
        config: A config with ``test_cfg=dict(type='DatasetJobLoop')``.
        checkpoint: Weights to load; None leaves the config's ``load_from``.
        out_root: Folder to write; None leaves the writer's ``out_root``.
        work_dir: Folder of the logs; None for the config's, or ``work_dirs/<name of the config>``.
        options: Settings to override, by their dotted names.
        launcher: As MMEngine's.

    Returns:
        What the evaluator counts; nothing if the dataset was complete before.

    Raises:
        FileNotFoundError: If config or checkpoint, or a file of the source, is missing.
        OSError: If the folder cannot be written.
        ValueError: If the config is no such job, or the folder holds another one.
    """
    if not Path(config).is_file():
        raise FileNotFoundError(f'{config}: no such config')
    if checkpoint is not None and '://' not in checkpoint and not Path(checkpoint).is_file():
        raise FileNotFoundError(f'{checkpoint}: no such checkpoint')
    settings = Config.fromfile(config)
    settings.merge_from_dict(options or {})
    if 'DatasetJobLoop' not in str(settings.get('test_cfg')):
        raise ValueError(f"{config}: no job over a dataset: it needs test_cfg=dict(type='DatasetJobLoop')")
    if out_root is not None:
        evaluators = settings.test_evaluator
        for evaluator in evaluators if isinstance(evaluators, list | tuple) else [evaluators]:
            if 'out_root' in evaluator:
                evaluator.out_root = out_root
    settings.load_from = checkpoint or settings.get('load_from')
    settings.work_dir = work_dir or settings.get('work_dir') or str(Path('work_dirs', Path(config).stem))
    settings.launcher = launcher
    return Runner.from_cfg(settings).test()
