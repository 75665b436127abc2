"""Average precision by how much of a person is in plain sight."""

import contextlib
import io
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmpose.registry import METRICS

from synpose.compat.coco_api import COCO
from synpose.compat.coco_eval import COCOeval
from synpose.compat.coco_summary import Figure, read_figure
from synpose.evaluation.functional.visibility_bins import visibility_bins

from .crowd_coco_metric import CrowdCocoMetric


@METRICS.register_module()
class VisibilityAPMetric(CrowdCocoMetric):
    """OKS average precision of people in equal bins of visible / annotated joints (LTSH, figure 6).

    The joints are the model's, found in the labels by name. In each bin its own people count; whoever is found of
    another bin counts neither way, and everything that is nobody is a false positive in every bin. As in
    :class:`CrowdCocoMetric`, ``max_dets`` detections of an image count.

    The figures are ``AP`` of everybody and ``AP_0-20`` ... ``AP_80-100`` (percent visible) of the bins that have
    people; how many each has is logged.

    Args:
        num_bins: How many equal bins.
        **kwargs: Of :class:`CrowdCocoMetric`; ``iou_type`` stays ``'keypoints'``.

    Raises:
        ValueError: If ``num_bins`` does not divide 100, or ``iou_type`` is another.
    """

    default_prefix = 'visibility'

    def __init__(self, *args: Any, num_bins: int = 5, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if num_bins < 1 or 100 % num_bins:
            raise ValueError(f'num_bins must divide 100, but is {num_bins}')
        if self.iou_type != 'keypoints':
            raise ValueError(f"iou_type must be 'keypoints', but is {self.iou_type!r}")
        self.num_bins = num_bins

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list[tuple[str, float]]:
        """Score the written detections, once a bin."""
        content = self._mapped_labels()
        people = [person for person in content['annotations'] if 'keypoints' in person]
        num_joints = len(self.dataset_meta['sigmas'])
        flags = np.array([person['keypoints'][2::3] for person in people]).reshape(-1, num_joints)
        bins = visibility_bins(flags, self.num_bins)
        bins[[bool(person.get('iscrowd', 0)) for person in people]] = -1
        figures = [('AP', self._average_precision(content, people, bins >= 0, outfile_prefix))]
        step = 100 // self.num_bins
        counts = np.bincount(bins[bins >= 0], minlength=self.num_bins)
        for number in np.flatnonzero(counts):
            name = f'AP_{step * number}-{step * (number + 1)}'
            figures.append((name, self._average_precision(content, people, bins == number, outfile_prefix)))
        print_log(f'{self.ann_file or "labels"}: people by percent of visible joints: {counts.tolist()}', 'current')
        return figures

    def _average_precision(
        self, content: dict[str, Any], people: list[dict], counted: np.ndarray, outfile_prefix: str
    ) -> float:
        """Score the people marked ``(N,)``; finding one of the others counts neither way."""
        # This iouType leaves people aside whose num_keypoints is 0, and measures distances to all their joints still.
        labels = [{**person, 'num_keypoints': int(counts)} for person, counts in zip(people, counted, strict=True)]
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO(ann_data={**content, 'annotations': labels})
            found = truth.loadRes(f'{outfile_prefix}.keypoints.json')
            evaluation = COCOeval(
                truth,
                found,
                'keypoints_crowd',
                self.dataset_meta['sigmas'],
                self.use_area,
                max_dets=self.max_dets,
            )
            evaluation.evaluate()
            evaluation.accumulate()
        params = evaluation.params
        return read_figure(evaluation.eval, params, Figure('AP'), params.maxDets[-1])
