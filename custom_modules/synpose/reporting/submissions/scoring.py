"""Score a submission against public labels, by its benchmark's own protocol."""

import contextlib
import io
import os
from typing import Any

import numpy as np
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from synpose.compat.coco_api import COCO
from synpose.compat.coco_eval import COCOeval
from synpose.compat.oks import KEYPOINT_TYPES

from .archive import read_archive
from .benchmarks import Benchmark
from .checks import benchmark_of
from .coco_records import decode_coco, record_problems


def score_submission(
    path: str | os.PathLike, ann_file: str | os.PathLike, benchmark: str | None = None
) -> dict[str, float]:
    """Score a file of results.

    COCO and OCHuman: average precision and recall by object keypoint similarity. CrowdPose: the same without areas, and
    by crowd index (AP(E), AP(M), AP(H)). COCO-WholeBody: body, feet, face, hands, and all joints together.

    Args:
        path: The zip, or the file that belongs in it.
        ann_file: The benchmark's labels.
        benchmark: Name of the benchmark; None to tell it by the file's name.

    Returns:
        Figures by name, -1 where the labels have nobody of the kind; the parts of COCO-WholeBody as ``foot/AP``.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If the results are broken, or the benchmark has no public labels.
    """
    name, content = read_archive(path)
    kind = benchmark_of(path, name, benchmark)
    if not kind.metainfo:
        raise ValueError(f'{path}: {kind.name} keeps its labels, so only its organizers can score it')
    labels = COCO(str(ann_file))
    try:
        records = decode_coco(content)
        problems = record_problems(records, kind, set(labels.imgs))
    except ValueError as error:
        problems = [str(error)]
    if problems:
        raise ValueError(f'{path}: {problems[0]} ({len(problems)} problems; --check lists them)')
    results = labels.loadRes(records)
    figures: dict[str, float] = {}
    for iou_type in kind.iou_types:
        part = '' if iou_type == kind.iou_types[0] else f'{iou_type.removeprefix("keypoints_")}/'
        figures |= {f'{part}{name}': value for name, value in _evaluate(labels, results, kind, iou_type).items()}
    return figures


def joint_sigmas(kind: Benchmark) -> dict[str, np.ndarray]:
    """Return the joints' falloffs by field, from MMPose's description of the dataset."""
    info = parse_pose_metainfo({'from_file': f'configs/_base_/datasets/{kind.metainfo}.py'})
    ends = np.cumsum(list(kind.fields.values()))
    return dict(zip(kind.fields, np.split(np.asarray(info['sigmas']), ends[:-1])))


def _evaluate(labels: Any, results: Any, kind: Benchmark, iou_type: str) -> dict[str, float]:
    by_field = joint_sigmas(kind)
    sigmas = np.concatenate([by_field[field] for field in KEYPOINT_TYPES[iou_type][0]])
    evaluation = COCOeval(labels, results, iou_type, sigmas, kind.use_area)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(evaluation.stats_names, map(float, evaluation.stats)))
