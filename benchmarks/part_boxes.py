"""Compare the boxes of faces and hands that are derived from the body's joints with those that people have annotated.

    python benchmarks/part_boxes.py data/coco/annotations/coco_wholebody_val_v1.0.json

Prints, for each part, of how many annotated boxes there is a derived one, their IoU as derived and scaled to the best
of a few sizes, and how much larger the derived ones are: the last tells the ``box_scale`` of a teacher that was trained
on annotated boxes.
"""

import argparse
from contextlib import closing

import numpy as np

from synpose.adaptation.part_boxes import derived_boxes, scale_boxes
from synpose.adaptation.whole_body_parts import BOXED_PARTS, FIELDS
from synpose.json_records import iter_records

SCALES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)


def read_boxes(ann_file: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Read joints ``(N, 17, 3)`` and annotated boxes ``(N, 4)`` left, top, right, bottom in px, NaN where not valid."""
    joints, boxes = [], {part: [] for part in BOXED_PARTS}
    with closing(iter_records(ann_file)) as records:
        for key, _, _, person in records:
            if key == 'annotations' and not person.get('iscrowd') and person.get('keypoints'):
                joints.append(np.reshape(person['keypoints'], (17, 3)))
                for part, found in boxes.items():
                    name = FIELDS[part]
                    x, y, w, h = person[f'{name}_box'] if person.get(f'{name}_valid') else [np.nan] * 4
                    found.append([x, y, x + w, y + h])
    return np.array(joints, float).reshape(-1, 17, 3), {part: np.array(found, float) for part, found in boxes.items()}


def paired_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the IoU of each pair of boxes, ``(N, 4)`` left, top, right, bottom; ``(N,)``."""
    overlap = np.minimum(first[:, 2:], second[:, 2:]) - np.maximum(first[:, :2], second[:, :2])
    both = np.prod(np.clip(overlap, 0, None), axis=1)
    return both / (sum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)) - both)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('ann_file', help='annotations of COCO-WholeBody')
    joints, annotated = read_boxes(parser.parse_args().ann_file)
    print('| part | annotated | derived | centers inside | side, derived / annotated | IoU | best scale | IoU |')
    print('|---|---:|---:|---:|---:|---:|---:|---:|')
    for part, derived in derived_boxes(joints).items():
        valid = np.isfinite(annotated[part]).all(axis=1)
        both = valid & np.isfinite(derived).all(axis=1)
        if not both.any():
            print(f'| {part} | {valid.sum()} | 0 | | | | | |')
            continue
        truth, found = annotated[part][both], derived[both]
        center = (found[:, :2] + found[:, 2:]) / 2
        inside = ((center >= truth[:, :2]) & (center <= truth[:, 2:])).all(axis=1)
        ratio = np.median((found[:, 2] - found[:, 0]) / (truth[:, 2:] - truth[:, :2]).max(axis=1))
        overlaps = {scale: paired_iou(scale_boxes(found, scale), truth).mean() for scale in SCALES}
        best = max(overlaps, key=overlaps.get)
        print(
            f'| {part} | {valid.sum()} | {both.sum()} ({both.sum() / valid.sum():.0%}) | {inside.mean():.0%} '
            f'| {ratio:.2f} | {overlaps[1.0]:.2f} | {best} | {overlaps[best]:.2f} |'
        )


if __name__ == '__main__':
    main()
