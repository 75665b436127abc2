"""Box AP of a data set: pycocotools' COCOeval against box_average_precision."""

import contextlib
import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from .common import Case, Options, alternate, compared

TITLE = 'box AP'
PEOPLE = 35


def _boxes(images: int) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Return annotated boxes, detections (some missing, jittered, doubled) and their scores."""
    rng = np.random.default_rng(images)
    boxes, found, scores = [], [], []
    for _ in range(images):
        people = np.concatenate([rng.uniform(0, (1700, 900), (PEOPLE, 2)), rng.uniform(40, 200, (PEOPLE, 2))], axis=1)
        seen = people[np.repeat(np.arange(PEOPLE), rng.choice(3, PEOPLE, p=[0.1, 0.8, 0.1]))]
        boxes.append(people)
        found.append(seen + rng.normal(0, 0.08, seen.shape) * np.tile(seen[:, 2:], 2))
        scores.append(rng.random(len(seen)))
    return boxes, found, scores


def _records(groups: list[np.ndarray], scores: list[np.ndarray] | None) -> list[dict[str, Any]]:
    """What a json holds: the records that pycocotools starts from."""
    return [
        {
            'id': number,
            'image_id': image,
            'category_id': 1,
            'bbox': box.tolist(),
            'area': float(box[2] * box[3]),
            'iscrowd': 0,
            **({} if scores is None else {'score': float(scores[image][index])}),
        }
        for number, (image, index, box) in enumerate(
            ((image, index, box) for image, group in enumerate(groups) for index, box in enumerate(group)), 1
        )
    ]


def _pycocotools(images: int, labels: list[dict[str, Any]], results: list[dict[str, Any]]) -> float:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        pair = []
        for records in (labels, results):
            coco = COCO()
            coco.dataset = {
                'images': [{'id': image} for image in range(images)],
                'categories': [{'id': 1}],
                'annotations': records,
            }
            coco.createIndex()
            pair.append(coco)
        engine = COCOeval(*pair, 'bbox')
        engine.params.maxDets = [300]
        engine.params.areaRng, engine.params.areaRngLbl = [[0, 1e15]], ['all']
        engine.evaluate()
        engine.accumulate()
    return float(engine.eval['precision'].mean())


def run(options: Options) -> Iterator[Case]:
    """Score the same boxes, with the same cap and all areas, up to the full size of SynPose.

    Stock's records are made before its time starts, ours within it. At the full size both take gigabytes of memory.
    """
    from synpose.evaluation.functional import box_average_precision

    for images in (60, 600) if options.quick else (605, 6048, 60480):
        boxes, found, scores = _boxes(images)
        stock = partial(_pycocotools, images, _records(boxes, None), _records(found, scores))
        ours = partial(box_average_precision, boxes, found, scores)
        timed = alternate(stock, ours, options, warm=images > 605)  # by the sizes before, to save minutes
        expected, figure = timed.results[0], timed.results[1]['AP']
        yield Case(
            f'{images * PEOPLE:,} boxes',
            *(ms / 1000 for ms in timed.times),
            unit='s',
            same=f'AP {expected:.3f}, {compared((abs(figure - expected), 1e-12, "apart"))}',
            turns=timed.turns,
            aim=15,
            series='boxes',
            size=images,
        )
