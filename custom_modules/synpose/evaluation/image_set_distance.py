"""Distances between two image sets by one call of MMEngine's Runner, with a record of what was measured."""

import os
import shlex
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.runner import Runner

from synpose.provenance import describe_machine, describe_versions

BASE_CONFIG = 'synpose::adapt/fid/fid_inception_demo.py'


def image_set(folder: str | os.PathLike, ann_file: str | None = None, on_error: str = 'raise') -> dict[str, Any]:
    """Return the dataset config of the pictures of a folder.

    Args:
        folder: A folder of photos and videos, or, with ``ann_file``, a dataset folder.
        ann_file: COCO-style annotation file below the folder that names the pictures, in its ``images/``.
        on_error: ``'raise'`` stops at the first bad picture, ``'skip'`` leaves bad ones out.

    Raises:
        FileNotFoundError: If there is no such folder or annotation file.
        ValueError: If a dataset folder is given without ``ann_file``: its stencils and depth are no pictures.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f'{folder}: no such folder')
    if ann_file is not None:
        if not (folder / ann_file).is_file():
            raise FileNotFoundError(f'{folder / ann_file}: no such annotation file')
        pipeline = [{'type': 'LoadImage'}, {'type': 'PackTranslationInputs'}]
        return {
            'type': 'SynPoseImageDataset',
            'data_root': str(folder),
            'ann_files': [ann_file],
            'pipeline': pipeline,
            'on_error': on_error,
        }
    if (folder / 'annotations').is_dir():
        raise ValueError(
            f'{folder}: is a dataset folder, where not every picture is an image: name its annotation file '
            f'(--ann-a, --ann-b), or give {folder / "images"}'
        )
    pipeline = [{'type': 'LoadPhoto'}, {'type': 'PackTranslationInputs'}]
    return {'type': 'PhotoDataset', 'paths': str(folder), 'pipeline': pipeline, 'on_error': on_error}


def distance_config(
    images: dict[str, Any],
    reference: dict[str, Any],
    extractor: dict[str, Any],
    kid: bool = False,
    statistics: str | None = None,
    batch_size: int = 8,
    num_workers: int = 1,
    probe: bool = False,
) -> Config:
    """Return the config of a test that measures the distance of images from a reference.

    Args:
        images: Dataset config, see :func:`image_set`.
        reference: Likewise.
        extractor: Config of the feature extractor.
        kid: Whether to compute the kernel distance too.
        statistics: File of the reference's statistics, read or written.
        batch_size: Images loaded at a time.
        num_workers: Processes that load them.
        probe: Whether to measure too how well the two can be told apart.
    """
    config = get_config(BASE_CONFIG)
    config.log_level = 'WARNING'
    evaluator = config.test_evaluator
    for loader, dataset in ((config.test_dataloader, images), (evaluator.reference, reference)):
        loader.dataset, loader.batch_size, loader.num_workers = dataset, batch_size, num_workers
    evaluator.update(extractor=extractor, kid=kid, probe=probe, statistics=statistics)
    return config


def measure(config: Config) -> dict[str, Any]:
    """Run a config with a ``FIDMetric`` and return its figures with where they came from.

    Args:
        config: As those of ``configs/adapt/fid/``.

    Returns:
        ``metrics``: the figures; ``provenance``: config, images, reference, extractor, command, versions and machine.

    Raises:
        FileNotFoundError: If images or weights are missing.
        ValueError: If images, weights or arguments are bad.
    """
    started = time.time()
    runner = Runner.from_cfg(config)
    metrics = runner.test()
    evaluator = config.test_evaluator
    provenance = {
        'config': config.filename,
        'images': config.test_dataloader.dataset,
        'reference': evaluator.get('reference', {}).get('dataset'),
        'statistics': evaluator.get('statistics'),
        'extractor': evaluator.extractor,
        'weights': runner.test_loop.evaluator.metrics[0].extractor.identity,
        'command': shlex.join([Path(sys.executable).name, *sys.argv]),
        'started': datetime.fromtimestamp(started).isoformat(timespec='seconds'),
        'seconds': round(time.time() - started, 2),
        'device': 'cuda' if torch.cuda.is_available() else 'cpu',
        'versions': describe_versions(),
        'machine': describe_machine(),
    }
    return {'metrics': metrics, 'provenance': provenance}
