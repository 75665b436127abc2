"""The file a benchmark's server takes, from a model's predictions."""

import operator
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmpose.evaluation.metrics import CocoMetric
from mmpose.registry import METRICS

from synpose.compat.coco_api import COCO
from synpose.datasets.conversion.mpii import PERSON_HEIGHT
from synpose.datasets.validation import ProblemLog
from synpose.evaluation.functional import in_group
from synpose.reporting.submissions.archive import write_archive
from synpose.reporting.submissions.benchmark_sets import read_crops, read_image_ids, read_num_people
from synpose.reporting.submissions.benchmarks import find_benchmark
from synpose.reporting.submissions.coco_records import encode_coco
from synpose.reporting.submissions.mpii_files import encode_multi, encode_single
from synpose.reporting.submissions.mpii_release import find_places
from synpose.reporting.submissions.people import ScoredPose
from synpose.skeletons import joint_indices


@METRICS.register_module()
class SubmissionWriter(CocoMetric):
    """Writes a zip for a pose benchmark instead of scoring: the exact name and content its server reads.

    Collecting, scoring of people and non-maximum suppression are ``CocoMetric``'s. The model's joints are matched to
    the benchmark's by name. Predictions are px of the image, as MMPose's estimators return them.

    - ``coco``, ``coco-wholebody``, ``crowdpose``, ``ochuman``: the 20 best people of each image, sorted before the
      rest is left out.
    - ``mpii-single``: everybody of MMPose's ``mpii_test.json`` in its order, px from 1, as the matrix ``preds``; with
      ``release`` also the structs ``pred`` that MPII's toolkit reads.
    - ``mpii-multi``: the people of each group; the dataset's images are the crops that ``tools/split_mpii.py`` makes.

    Args:
        benchmark: One of :data:`~synpose.reporting.submissions.benchmarks.BENCHMARKS`.
        out_dir: Folder of the zip.
        alg: The method's name, part of the file's: letters, digits, dots and dashes.
        split: The set that was predicted, e.g. ``'test-dev2017'``; None for the benchmark's usual one.
        ann_file: What the test set consists of: a JSON with ``images``, for ``mpii-single`` the list of people. Without
            it images that the server does not know go unnoticed; ``mpii-multi`` needs it for the crops' places.
        group_reach: For ``mpii-multi``: predicted people whose middle lies farther outside the group's box of centers
            than this many person heights are not of the group, and are left out; None keeps all.
        first_pixel: Number of the first pixel in the model's coordinates: 1 for a model that was trained with MMPose's
            ``MpiiDataset``, which leaves joints as MPII counts them.
        release: For ``mpii-single``: the authors' ``mpii_human_pose_v1_u12_1.mat``; needs ``ann_file``.
        on_error: What a prediction that is not finite does: ``'raise'`` stops at it, ``'skip'`` leaves the person out
            and lists it; ``mpii-single`` always stops.
        score_mode: See ``CocoMetric``, as for the following.
        keypoint_score_thr: For the person's score.
        nms_mode: Not used for ``mpii-single``.
        nms_thr: For ``nms_mode``.
        collect_device: Where results of several processes meet.
        prefix: Prefix of the counts' names.

    Raises:
        FileNotFoundError: If ``ann_file`` does not exist.
        ValueError: If an argument is bad, or the model lacks joints of the benchmark.
    """

    default_prefix = 'submission'

    def __init__(
        self,
        benchmark: str,
        out_dir: str,
        alg: str = 'synpose',
        split: str | None = None,
        ann_file: str | None = None,
        group_reach: float | None = 0.5,
        first_pixel: int = 0,
        release: str | None = None,
        on_error: str = 'raise',
        score_mode: str = 'bbox_keypoint',
        keypoint_score_thr: float = 0.2,
        nms_mode: str = 'oks_nms',
        nms_thr: float = 0.9,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        self.benchmark = find_benchmark(benchmark)
        self.file_name = self.benchmark.file_name_of(alg, split)
        self.single, self.multi = benchmark == 'mpii-single', benchmark == 'mpii-multi'
        super().__init__(
            score_mode=score_mode,
            keypoint_score_thr=keypoint_score_thr,
            nms_mode='none' if self.single else nms_mode,
            nms_thr=nms_thr,
            format_only=True,
            outfile_prefix=str(Path(out_dir, Path(self.file_name).stem)),
            collect_device=collect_device,
            prefix=prefix,
        )
        self.coco = COCO(ann_data={})  # no labels: CocoMetric need not look for any
        if first_pixel not in (0, 1):
            raise ValueError(f'first_pixel must be 0 or 1, but is {first_pixel!r}')
        if self.multi and ann_file is None:
            raise ValueError('ann_file: missing: mpii-multi needs the file of groups that tools/split_mpii.py writes')
        if release is not None and not (self.single and ann_file is not None):
            raise ValueError('release: is for mpii-single with ann_file, the people in it')
        self.first_pixel = first_pixel
        self.places = None if release is None or ann_file is None else find_places(release, ann_file)
        self.on_error = ProblemLog('predictions', 'raise' if self.single else on_error).on_error
        self.group_reach = group_reach
        self.crops = {crop.id: crop for crop in read_crops(ann_file)} if self.multi and ann_file else {}
        self.known: set[int] | None = set(self.crops) if self.multi else None
        self.num_people = read_num_people(ann_file) if self.single and ann_file is not None else None
        if self.benchmark.fields and ann_file is not None:
            self.known = set(read_image_ids(ann_file))
        self._indices: np.ndarray | None = None
        self._counts: dict[str, float] = {}

    @property
    def dataset_meta(self) -> dict | None:
        """What the dataset says of its joints."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, dataset_meta: dict) -> None:
        """Find the benchmark's joints among the model's, before anything is predicted."""
        self._dataset_meta = dataset_meta
        names = [name for _, name in sorted(dataset_meta['keypoint_id2name'].items())]
        self._indices = joint_indices(names, self.benchmark.joint_names)
        absent = [name for name, index in zip(self.benchmark.joint_names, self._indices) if index < 0]
        lacking = [name for name in absent if name not in self.benchmark.optional]
        if lacking:
            raise ValueError(
                f'{self.benchmark.name}: the model has no {", ".join(lacking)}; it has {", ".join(names):.200}'
            )
        if absent:
            print_log(f'{self.benchmark.name}: without {", ".join(absent)}, which the model does not have', 'current')

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect predictions, and look at each before the test goes on.

        Args:
            data_batch: Not used.
            data_samples: See ``CocoMetric``.

        Raises:
            ValueError: If a prediction is not finite, an image is not of the test set, or an id no whole number.
        """
        before = len(self.results)
        super().process(data_batch, data_samples)
        for prediction, _ in self.results[before:]:
            self._check(prediction)

    def _check(self, prediction: dict[str, Any]) -> None:
        """Leave people out whose joints or scores are not finite, or who are not of the group."""
        try:
            image_id = prediction['img_id'] = operator.index(prediction['img_id'])
        except TypeError:
            raise ValueError(f'predictions: image {prediction["img_id"]!r}: img_id: must be an integer') from None
        if self.known is not None and image_id not in self.known:
            raise ValueError(f'predictions: image {image_id}: img_id: no image of the test set has it')
        parts = [np.asarray(prediction[key]) for key in ('keypoints', 'keypoint_scores', 'bbox_scores')]
        finite = np.all([np.isfinite(part).all(axis=tuple(range(1, part.ndim))) for part in parts], axis=0)
        log = ProblemLog('predictions', self.on_error)
        for number in np.flatnonzero(~finite):
            log.add(f'image {image_id}', f'person {number}', 'joints and scores must be finite numbers')
        prediction['left_out'] = log.problems  # listed by the main process, whichever found them
        kept = finite & self._of_group(image_id, parts[0])
        if not kept.all():
            for key in ('keypoints', 'keypoint_scores', 'bbox_scores', 'bbox', 'areas'):
                if key in prediction:
                    prediction[key] = np.asarray(prediction[key])[kept]

    def _of_group(self, image_id: int, poses: np.ndarray) -> np.ndarray:
        if image_id not in self.crops or self.group_reach is None:
            return np.ones(len(poses), dtype=bool)
        crop = self.crops[image_id]
        return in_group(poses[..., :2], crop.group_box, self.group_reach * PERSON_HEIGHT * crop.scale)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Write the zip.

        Args:
            results: What :meth:`process` collected.

        Returns:
            How many ``images`` have people, how many ``people`` are written, how many were ``left_out``: behind the
            benchmark's cap or because they are not finite.

        Raises:
            OSError: If the zip cannot be written.
            ValueError: If there are no samples, or the server would refuse the file.
        """
        if not results:
            raise ValueError('SubmissionWriter: there are no samples')
        log = ProblemLog('predictions', 'skip')
        log.problems = [problem for prediction, _ in results for problem in prediction['left_out']]
        super().compute_metrics(results)
        log.report()
        return {**self._counts, 'left_out': self._counts['left_out'] + len(log.problems)}

    def results2json(self, keypoints: Mapping[int, list], outfile_prefix: str) -> str:
        """Write the people that ``CocoMetric`` has scored and chosen, by image; returns the zip's path."""
        poses = {image_id: [self._pose(instance) for instance in found] for image_id, found in keypoints.items()}
        everybody = [pose for found in poses.values() for pose in found]
        if self.single:
            if self.num_people is not None and len(everybody) != self.num_people:
                raise ValueError(f'predictions: {len(everybody)} people, but the test set has {self.num_people}')
            content = encode_single(everybody, self.places)
        elif self.multi:
            content = encode_multi([poses.get(image_id, []) for image_id in self.crops])
        else:
            content = encode_coco(poses, self.benchmark)
        path = write_archive(Path(outfile_prefix).parent, self.file_name, content)
        cap = self.benchmark.max_people or len(everybody)
        written = sum(min(cap, len(found)) for found in poses.values())
        self._counts = {'images': len(poses), 'people': written, 'left_out': len(everybody) - written}
        print_log(f'{path}: {written} people on {len(poses)} images', 'current')
        return str(path)

    def _pose(self, instance: dict[str, Any]) -> ScoredPose:
        """Take the benchmark's joints of a person, in px of the image that count from 0."""
        assert self._indices is not None
        joints = np.asarray(instance['keypoints'], dtype=float)[np.maximum(self._indices, 0)]
        joints[self._indices < 0] = np.nan
        crop = self.crops.get(instance['img_id'])
        joints[:, :2] += (0 if crop is None else crop.corner) - np.float64(self.first_pixel)
        number = instance['id'] if self.single else 0  # of a bottom-up sample: the ids of all labeled people
        return ScoredPose(joints, float(instance['score']), int(number))
