"""Average precision of scored boxes, as COCO defines it but without its cap of 100 detections an image."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

IOU_THRESHOLDS: tuple[float, ...] = tuple(np.linspace(0.5, 0.95, 10).tolist())
"""COCO's .50:.05:.95."""


@contextmanager
def _garbage_collection_off() -> Iterator[None]:
    """Millions of records are made at once, and the collector would go through all of them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_garbage_collection_off()
def box_average_precision(
    boxes: Sequence[np.ndarray],
    detections: Sequence[np.ndarray],
    scores: Sequence[np.ndarray],
    crowd: Sequence[np.ndarray] | None = None,
    iou_thrs: Sequence[float] | None = None,
    max_dets: int = 300,
) -> dict[str, float]:
    """Score detections against annotated boxes: greedy matching by score, 101-point interpolated precision.

    The engine is faster-coco-eval, whose figures equal pycocotools' (the tests compare them).

    Args:
        boxes: For each image the annotated boxes ``(G, 4)`` x, y, w, h, px.
        detections: For each image the detected boxes ``(D, 4)`` x, y, w, h, px.
        scores: For each image the scores ``(D,)`` of the detections.
        crowd: For each image ``(G,)`` whether a box is a crowd region, in which detections count neither way.
        iou_thrs: IoU thresholds that ``AP`` and ``AR`` average over; default .50:.05:.95.
        max_dets: Detections counted in an image, the best by score.

    Returns:
        ``AP``, ``AP50``, ``AP75`` and ``AR`` (the recall that ``max_dets`` detections reach, averaged over the
        thresholds) in [0, 1]; all nan if no image has an annotated box.

    Reference:
        https://cocodataset.org/#detection-eval
    """
    thresholds = list(IOU_THRESHOLDS if iou_thrs is None else iou_thrs)
    crowd = crowd or [np.zeros(len(image_boxes), dtype=bool) for image_boxes in boxes]
    truth = _to_coco(boxes, [{'iscrowd': int(flag)} for flags in crowd for flag in flags])
    found = _to_coco(detections, [{'score': float(score)} for image_scores in scores for score in image_scores])

    evaluation = COCOeval_faster(truth, found, 'bbox')
    params = evaluation.params
    params.maxDets = [max_dets]
    # .50 and .75 are reported whatever is averaged over; each threshold is matched on its own.
    params.iouThrs = np.array([*thresholds, 0.5, 0.75])
    # People of every size count: COCO's own range ends at 1e10 px.
    params.areaRng, params.areaRngLbl = [[0, float('inf')]], ['all']
    evaluation.evaluate()
    evaluation.accumulate()
    precision = np.asarray(evaluation.eval['precision'])[:, :, 0, 0, 0].mean(axis=1)  # (T, 101) -> (T,)
    recall = np.asarray(evaluation.eval['recall'])[:, 0, 0, 0]
    precision, recall = (np.where(values < 0, np.nan, values) for values in (precision, recall))
    count = len(thresholds)
    return {
        'AP': float(precision[:count].mean()),
        'AP50': float(precision[count]),
        'AP75': float(precision[count + 1]),
        'AR': float(recall[:count].mean()),
    }


def _to_coco(boxes: Sequence[np.ndarray], fields: Sequence[dict]) -> COCO:
    """Index boxes of consecutive images, with further fields for each box; ids count from 1, since 0 means no match."""
    lists = (np.asarray(image_boxes, dtype=float).reshape(-1, 4).tolist() for image_boxes in boxes)
    records = [(image_id, box) for image_id, image_boxes in enumerate(lists, start=1) for box in image_boxes]
    coco = COCO()
    coco.dataset = {
        'images': [{'id': image_id} for image_id in range(1, len(boxes) + 1)],
        'categories': [{'id': 1, 'name': 'person'}],
        'annotations': [
            {
                'id': index,
                'image_id': image_id,
                'category_id': 1,
                'bbox': box,
                'area': box[2] * box[3],
                'iscrowd': 0,
                **extra,
            }
            for index, ((image_id, box), extra) in enumerate(zip(records, fields, strict=True), start=1)
        ],
    }
    coco.createIndex()
    return coco
