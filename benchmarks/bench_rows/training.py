"""Training images a second with HRNet-W32 at 512x512, data preparation included: MMPose's DEKR config against ours."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from .common import Case, Options, alternate, models
from .sample import _pass, _pipeline, _sample

TITLE = 'training images'
PEOPLE = 35


def _step(model: Any, pipeline: list[Any], sample: dict[str, Any], size: int) -> Callable[[], dict[str, float]]:
    from mmengine.optim import OptimWrapper

    wrapper = OptimWrapper(torch.optim.Adam(model.parameters(), lr=1e-5))

    def step() -> dict[str, float]:
        batch = pseudo_collate([_pass(pipeline, sample, seed)[0] for seed in range(size)])
        losses = model.train_step(batch, wrapper)
        return {name: float(value) for name, value in losses.items() if name.startswith('loss')}

    return step


def run(options: Options) -> Iterator[Case]:
    """Make optimizer steps on the same images; the first steps' losses are compared."""
    cv2.setNumThreads(1)
    size = 10 if options.device == 'cuda' else 1 if options.quick else 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'image.jpg'
        cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8))
        sample = _sample(path, PEOPLE, 17, (640, 480))
        steps = [
            _step(model.train(), _pipeline(codec), sample, size)
            for model, codec in zip(models(options), ('SPR', 'FastSPR'))
        ]
        theirs, own = (step() for step in steps)
        worst = max(abs(own[name] - value) / abs(value) for name, value in theirs.items())
        times = alternate(*steps, options)
    yield Case(
        f'batch {size}, {PEOPLE} people, 17 joints, 512x512',
        *(1000 * size / ms for ms in times),
        unit='images/s',
        same=f'losses to {worst:.0e}',
        aim=1.5 if options.device == 'cuda' else 2,
    )
