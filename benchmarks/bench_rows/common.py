"""What the rows share: their options and cases, fair timing, crowds, and MMPose's stock DEKR config."""

import os.path as osp
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

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
        same: How the results compared; with ``DIFFERENT`` in it the run fails.
        turns: How often each side was timed.
        aim: The ratio asked for, if any.
        series: Cases of one series differ in ``size`` only; from them comes the growth.
        size: See ``series``.
    """

    case: str
    stock: float | None
    ours: float
    unit: str = 'ms'
    same: str = ''
    turns: int = 0
    aim: float | None = None
    series: str = ''
    size: float = 0.0


class Timed(NamedTuple):
    """Median time of a call, ms, of stock and ours; how many turns; the results of the first calls."""

    times: tuple[float, float]
    turns: int
    results: tuple[Any, Any]


def alternate(stock: Callable[[], Any], ours: Callable[[], Any], options: Options, warm: bool = False) -> Timed:
    """Call both functions once untimed, unless they are ``warm``, then time them in turns of at least 50 ms each.

    On one thread of a CPU processor time counts, so that other processes matter less.
    """
    results = [] if warm else [stock(), ours()]
    _wait(options)
    times: tuple[list[float], list[float]] = ([], [])
    begin = time.perf_counter()
    while not enough(*times) or time.perf_counter() - begin < options.seconds:
        for side, function in zip(times, (stock, ours)):
            spent, result = _turn(function, options)
            side.append(spent)
            results.append(result)
    first, second = (statistics.median(side) * 1000 for side in times)
    return Timed((first, second), len(times[0]), (results[0], results[1]))


def enough(*sides: list[float]) -> bool:
    """Tell whether there are 3 turns of each side, or 2 where one takes over 20 s."""
    turns = min(map(len, sides))
    return turns >= 3 or (turns == 2 and max(map(max, sides)) > 20)


def _turn(function: Callable[[], Any], options: Options) -> tuple[float, Any]:
    """Time calls for 50 ms; returns seconds a call, and the last one's result."""
    clock = time.process_time if options.device == 'cpu' and options.threads == 1 else time.perf_counter
    calls, spent, start = 0, 0.0, clock()
    while spent < 0.05:
        result = function()
        _wait(options)
        calls, spent = calls + 1, clock() - start
    return spent / calls, result


def _wait(options: Options) -> None:
    if options.device == 'cuda':
        torch.cuda.synchronize()


def compared(*differences: tuple[float, float, str]) -> str:
    """Tell differences: each one, what it must stay below, and of what it is; ``DIFFERENT`` first if one does not."""
    told = ', '.join(f'{found:.0e} {what}' for found, _, what in differences)
    return told if all(found < limit for found, limit, _ in differences) else f'DIFFERENT: {told}'


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
    # mmcv-lite has no operators, and what synpose puts in their place is no stock.
    choose_deform_convs(stock.head, 'torchvision')
    model.type, model.head.type, model.head.decoder.type = 'CrowdPoseEstimator', 'CrowdDEKRHead', 'FastSPR'
    ours = MODELS.build(model)
    with torch.no_grad():  # a wider start than std .001, so that offsets are not all zero
        for name, weight in stock.head.named_parameters():
            if 'transform_matrix_conv' in name and weight.ndim > 1:
                weight.normal_(std=0.02)
    ours.load_state_dict(stock.state_dict())
    return stock.to(options.device), ours.to(options.device)
