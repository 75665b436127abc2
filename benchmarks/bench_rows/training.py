"""Training images a second with HRNet-W32 at 512x512, data preparation included: MMPose's DEKR config against ours."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from .common import Case, Options, alternate, compared, models
from .sample import _pass, _pipeline, _sample

TITLE = 'training images'
PEOPLE = 35


def _step(model: Any, prepare: Callable[[], Any]) -> Callable[[], dict[str, float]]:
    from mmengine.optim import OptimWrapper

    wrapper = OptimWrapper(torch.optim.Adam(model.parameters(), lr=1e-5))

    def step() -> dict[str, float]:
        losses = model.train_step(prepare(), wrapper)
        return {name: float(value) for name, value in losses.items() if name.startswith('loss')}

    return step


def _prepare(codec: str, sample: dict[str, Any], size: int) -> Callable[[], Any]:
    """Return a function that makes a batch."""
    pipeline = _pipeline(codec)
    return lambda: pseudo_collate([_pass(pipeline, sample, seed)[0] for seed in range(size)])


def _ready(prepare: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function that gives the same batch again and again."""
    batch = prepare()
    return lambda: batch


def run(options: Options) -> Iterator[Case]:
    """Make optimizer steps on the same images; the first steps' losses are compared."""
    cv2.setNumThreads(1)
    on_gpu = options.device == 'cuda'
    size = 10 if on_gpu else 1 if options.quick else 2
    case = f'batch {size}, {PEOPLE} people, 17 joints, 512x512'
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'image.jpg'
        cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8))
        sample = _sample(path, PEOPLE, 17, (640, 480))
        prepares = [_prepare(codec, sample, size) for codec in ('SPR', 'FastSPR')]
        yield _case(case, prepares, options, size, 1.5 if on_gpu else 2)
        if on_gpu:  # where preparing, on one core, outweighs the step
            yield _case(f'{case}, the step alone', list(map(_ready, prepares)), options, size, None)


def _case(case: str, prepares: list[Callable[[], Any]], options: Options, size: int, aim: float | None) -> Case:
    timed = alternate(*(_step(model.train(), make) for model, make in zip(models(options), prepares)), options)
    stock, ours = timed.results
    worst = max(abs(ours[name] - value) / abs(value) for name, value in stock.items())
    rates = [1000 * size / ms for ms in timed.times]
    same = compared((worst, 1e-4, 'of losses'))
    return Case(case, *rates, unit='images/s', same=same, turns=timed.turns, aim=aim)
