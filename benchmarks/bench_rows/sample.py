"""One training sample: load, affine, flip, targets, mask and pack, MMPose's pipeline of DEKR against ours."""

import copy
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from .common import CODEC, Case, Options, alternate, crowd, stock_config

TITLE = 'one training sample'
SIZES = {'640x480': (640, 480), '1920x1080': (1920, 1080)}


def _pipeline(codec: str) -> list[Any]:
    from mmpose.registry import TRANSFORMS

    configs = copy.deepcopy(stock_config().train_pipeline)
    for config in configs:
        if config.type == 'GenerateTarget':
            config.encoder = {**CODEC, 'type': codec}
    return [TRANSFORMS.build(config) for config in configs]


def _sample(path: Path, people: int, joints: int, size: tuple[int, int]) -> dict[str, Any]:
    poses = crowd(people, joints, size, reach=0.05)
    low, high = poses.min(1), poses.max(1)
    box = np.concatenate([low[0], high[0]])[[0, 1, 2, 1, 2, 3, 0, 3]].tolist()  # of a person without joints
    return {
        'img_path': str(path),
        'img_id': 1,
        'id': list(range(people)),
        'keypoints': poses,
        'keypoints_visible': np.ones((people, joints), np.float32),
        'bbox': np.concatenate([low, high], axis=1),
        'bbox_score': np.ones(people, np.float32),
        'area': (high - low).prod(1),
        'category_id': [1] * people,
        'flip_indices': list(range(joints)),
        'invalid_segs': [[box]],
        'raw_ann_info': [{} for _ in range(people)],
    }


def _pass(steps: list[Any], sample: dict[str, Any], seed: int = 0) -> tuple[dict[str, Any], dict[str, float]]:
    """Run the pipeline; returns its result and the processor time of every step, ms."""
    np.random.seed(seed)  # noqa: NPY002 - MMPose's transforms draw from it
    result: dict[str, Any] = copy.deepcopy(sample)
    spent = {}
    for step in steps:
        start = time.process_time()
        result = step(result)
        spent[type(step).__name__] = (time.process_time() - start) * 1000
    return result, spent


def _equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    fields, others = one['data_samples'].gt_fields, other['data_samples'].gt_fields
    same = torch.equal(one['inputs'], other['inputs']) and set(fields.keys()) == set(others.keys())
    return same and all(torch.equal(fields.get(name), others.get(name)) for name in fields.keys())  # noqa: SIM118


def _medians(passes: list[dict[str, float]]) -> dict[str, float]:
    return {step: float(np.median([spent[step] for spent in passes])) for step in passes[0]}


def run(options: Options) -> Iterator[Case]:
    """Prepare one sample again and again, and tell each step's share."""
    cv2.setNumThreads(1)
    stock, ours = _pipeline('SPR'), _pipeline('FastSPR')
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            path = Path(folder) / f'{name}.jpg'
            coarse = rng.integers(0, 255, (size[1] // 24, size[0] // 24, 3), dtype=np.uint8)
            cv2.imwrite(str(path), cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC))
            for joints in (17, 59):
                for people in (4, 35) if options.quick or name != '640x480' else (1, 4, 35, 350):
                    sample = _sample(path, people, joints, size)
                    seeds = range(1 if options.quick else 2 if people == 350 else 5)
                    pairs = [(_pass(stock, sample, seed), _pass(ours, sample, seed)) for seed in seeds]
                    same = all(_equal(theirs[0], own[0]) for theirs, own in pairs)
                    timed = alternate(partial(_pass, stock, sample), partial(_pass, ours, sample), options)
                    before, after = (_medians([spent for _, spent in side]) for side in zip(*pairs))
                    steps = [f'{step} {before[step]:.1f} -> {after[step]:.1f}' for step in before]
                    result = 'bit for bit' if same else 'DIFFERENT'
                    yield Case(
                        f'{people} people, {joints} joints, {name}',
                        *timed.times,
                        same=f'{result}; ms a step: {", ".join(steps)}' if people == 35 else result,
                        turns=timed.turns,
                        aim=8 if people == 35 else None,
                        series=f'people, {joints} joints, {name}',
                        size=people,
                    )
