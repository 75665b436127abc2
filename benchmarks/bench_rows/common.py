"""What the rows share: their options and cases, fair timing, crowds, and MMPose's stock DEKR config."""

import itertools
import math
import os.path as osp
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

CODEC = {
    'input_size': (512, 512),
    'heatmap_size': (128, 128),
    'sigma': (4, 2),
    'minimal_diagonal_length': 32**0.5,
    'generate_keypoint_heatmaps': True,
    'decode_max_instances': 300,
}
"""The codec of MMPose's DEKR configs, without its cap of 30 people."""


@dataclass(frozen=True)
class Options:
    """How to measure: ``device`` cpu or cuda, ``threads`` of PyTorch, ``quick`` for small sizes and few repeats."""

    device: str = 'cpu'
    threads: int = 1
    quick: bool = False

    @property
    def seconds(self) -> float:
        """How long to repeat a pair of measurements, at least."""
        return 0.3 if self.quick else 3.0


@dataclass(frozen=True)
class Case:
    """One line of the table.

    Attributes:
        case: What was measured.
        stock: MMPose's (or pycocotools') figure; None if it was not measured.
        ours: Ours.
        unit: Of both.
        same: How the results compared.
        aim: The ratio asked for, if any.
        series: Cases of one series differ in ``size`` only; from them comes the growth.
        size: See ``series``.
    """

    case: str
    stock: float | None
    ours: float
    unit: str = 'ms'
    same: str = ''
    aim: float | None = None
    series: str = ''
    size: float = 0.0


def alternate(stock: Callable[[], Any], ours: Callable[[], Any], options: Options) -> tuple[float, float]:
    """Time two functions in turns of at least 50 ms each; returns the median time of a call, ms.

    On one thread of a CPU processor time counts, so that other processes matter less.
    """
    clock = time.process_time if options.device == 'cpu' and options.threads == 1 else time.perf_counter
    functions = (stock, ours)
    calls = [1, 1]
    times: tuple[list[float], list[float]] = ([], [])
    begin = time.perf_counter()
    for turn in itertools.count():
        for side, function in enumerate(functions):
            _wait(options)
            start = clock()
            for _ in range(calls[side]):
                function()
            _wait(options)
            spent = (clock() - start) / calls[side]
            if turn or spent > 1:
                times[side].append(spent)
            else:  # a short first turn warms up and tells how many calls fill the next
                calls[side] = max(1, math.ceil(0.05 / max(spent, 1e-6)))
        lengthy = sum(map(sum, times)) > 2
        if min(map(len, times)) >= (1 if lengthy else 3) and time.perf_counter() - begin > options.seconds:
            break
    first, second = (statistics.median(side) * 1000 for side in times)
    return first, second


def _wait(options: Options) -> None:
    if options.device == 'cuda':
        torch.cuda.synchronize()


def crowd(people: int, joints: int, size: tuple[int, int], seed: int = 0, reach: float = 0.08) -> np.ndarray:
    """Return poses ``(N, K, 2)``, px, of people spread over an image; ``reach`` is half a person's size in widths."""
    rng = np.random.default_rng([seed, people, joints])
    half = reach * size[0]
    roots = rng.uniform(half, np.subtract(size, half), (people, 1, 2))
    return (roots + rng.uniform(-half, half, (people, joints, 2))).astype(np.float32)


def stock_config() -> Any:
    """Return MMPose's DEKR config for COCO, without weights to download."""
    import mmpose
    from mmengine.config import Config

    folder = osp.join(osp.dirname(mmpose.__file__), '.mim', 'configs', 'body_2d_keypoint', 'dekr', 'coco')
    config = Config.fromfile(osp.join(folder, 'dekr_hrnet-w32_8xb10-140e_coco-512x512.py'))
    config.model.backbone.init_cfg = None
    config.model.head.rescore_cfg = None
    return config


def models(options: Options) -> tuple[Any, Any]:
    """Build MMPose's DEKR-W32 on torchvision's convolution, and ours with the same weights."""
    from mmpose.registry import MODELS

    from synpose.models.heads.deform_conv import choose_deform_convs

    model = stock_config().model
    model.head.decoder = {**CODEC, 'type': 'SPR'}
    model.test_cfg.max_num_people = 300
    torch.manual_seed(0)
    stock = MODELS.build(model)
    # mmcv's own kernel for CPUs is as slow; the stand-in synpose brings would be faster and no stock.
    choose_deform_convs(stock.head, 'torchvision')
    model.type, model.head.type, model.head.decoder.type = 'CrowdPoseEstimator', 'CrowdDEKRHead', 'FastSPR'
    ours = MODELS.build(model)
    with torch.no_grad():  # a wider start than std .001, so that offsets are not all zero
        for name, weight in stock.head.named_parameters():
            if 'transform_matrix_conv' in name and weight.ndim > 1:
                weight.normal_(std=0.02)
    ours.load_state_dict(stock.state_dict())
    return stock.to(options.device), ours.to(options.device)
