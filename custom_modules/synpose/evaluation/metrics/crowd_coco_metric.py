"""COCO keypoint evaluation of crowds."""

from typing import Any

import numpy as np
from mmpose.evaluation.functional import soft_oks_nms
from mmpose.evaluation.metrics import CocoMetric
from mmpose.registry import METRICS

from synpose.compat.coco_api import COCO
from synpose.compat.coco_eval import COCOeval
from synpose.datasets.record_checks import keypoints_problem
from synpose.datasets.validation import ProblemLog, file_joint_names
from synpose.skeletons import map_keypoints


@METRICS.register_module()
class CrowdCocoMetric(CocoMetric):
    """MMPose's ``CocoMetric`` for images of many people, and for label files of another skeleton.

    It differs in two ways; arguments, results and their names are MMPose's.

    - COCO's keypoint evaluation counts the best 20 detections of an image and its soft NMS keeps 20; here both keep
      ``max_dets``.
    - Labels are matched to the model's joints (``dataset_meta``) by the names in the label file's categories, so that
      labels of 59 joints score a model of 17. A joint the file lacks is unlabeled and does not count. With
      ``gt_converter`` or ``pred_converter`` the labels are taken as those leave them.

    Args:
        ann_file: See ``CocoMetric``.
        max_dets: Detections counted in an image, best first.
        on_error: What a bad label does: ``'raise'``, or ``'skip'`` to leave it out and log it.
        **kwargs: MMPose's own arguments of ``CocoMetric``.
    """

    def __init__(
        self, ann_file: str | None = None, max_dets: int = 300, on_error: str = 'raise', **kwargs: Any
    ) -> None:
        super().__init__(ann_file=ann_file, **kwargs)
        self.on_error = on_error
        self.max_dets = max_dets
        self.soft_nms = kwargs.get('nms_mode') == 'soft_oks_nms'
        if self.soft_nms:
            self.nms_mode = 'none'  # MMPose's call of soft NMS has no way to name its cap; results2json does it

    def results2json(self, keypoints: dict[int, list], outfile_prefix: str) -> None:
        """Write the detections to ``<outfile_prefix>.keypoints.json``, after soft NMS if that is the mode."""
        if self.soft_nms:
            sigmas = self.dataset_meta['sigmas']
            kept = {i: soft_oks_nms(found, self.nms_thr, self.max_dets, sigmas) for i, found in keypoints.items()}
            keypoints = {i: [keypoints[i][k] for k in keep] for i, keep in kept.items()}
        super().results2json(keypoints, outfile_prefix)

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list[tuple[str, float]]:
        """Score the written detections; returns MMPose's names and figures."""
        labels = COCO(ann_data=self._mapped_labels())
        found = labels.loadRes(f'{outfile_prefix}.keypoints.json')
        sigmas = self.dataset_meta['sigmas']
        evaluation = COCOeval(labels, found, self.iou_type, sigmas, self.use_area, max_dets=self.max_dets)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        if self.iou_type == 'keypoints_crowd':
            names = ['AP', 'AP .5', 'AP .75', 'AR', 'AR .5', 'AR .75', 'AP(E)', 'AP(M)', 'AP(H)']
        else:
            names = ['AP', 'AP .5', 'AP .75', 'AP (M)', 'AP (L)', 'AR', 'AR .5', 'AR .75', 'AR (M)', 'AR (L)']
        return list(zip(names, (float(value) for value in evaluation.stats), strict=True))

    def _mapped_labels(self) -> dict[str, Any]:
        """Copy the label file's content with the joints the model has, in its order."""
        content = self.coco.dataset
        if self.gt_converter is not None or self.pred_converter is not None:
            return content
        source = self.ann_file or 'labels of the dataset'
        file_names = file_joint_names(content, source)
        if not file_names:
            raise ValueError(f'{source}: annotations: keypoints: there are none to score poses against')
        model_names = list(self.dataset_meta['keypoint_id2name'].values())
        log = ProblemLog(source, self.on_error)
        annotations = []
        for annotation in content['annotations']:
            problem = keypoints_problem(annotation.get('keypoints'), len(file_names))
            if problem is not None:
                log.add(f'annotation {annotation["id"]}', *problem)
                continue
            mapped = map_keypoints(np.reshape(annotation['keypoints'], (-1, 3)), file_names, model_names)
            labeled = int(np.count_nonzero(mapped[:, 2]))
            annotations.append({**annotation, 'keypoints': mapped.ravel().tolist(), 'num_keypoints': labeled})
        log.report()
        categories = [{**category, 'keypoints': model_names} for category in content['categories']]
        return {**content, 'annotations': annotations, 'categories': categories}
