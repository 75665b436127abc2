"""People of a SynPose folder whose body parts and depth are known."""

from typing import Any

import numpy as np
from mmpose.registry import DATASETS

from .synpose_dataset import SynPoseDataset


@DATASETS.register_module()
class SynPosePartsDataset(SynPoseDataset):
    """:class:`SynPoseDataset`, one person a sample, with what body parts and depth need.

    Only people with a stencil and 3-D joints are samples; their number is that of the rendered people who are usable
    otherwise. ``LoadStencil``, ``LoadParts`` (folders rendered with ``generator.parts=True``), ``LoadDepth`` and
    ``IsolatePerson`` load the labels.

    Beside the fields of :class:`SynPoseDataset` a data sample holds ``pelvis_depth``, m along the optical axis.

    Args:
        **kwargs: Arguments of :class:`SynPoseDataset`. ``data_mode`` is always ``'topdown'``, and parts are not checked
            unless ``check_files`` names them.

    Raises:
        ValueError: If the file has no 3-D joints, or no pelvis among them; else see :class:`SynPoseDataset`.
    """

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.setdefault('data_mode', 'topdown') != 'topdown' or kwargs.get('bbox_file'):
            raise ValueError(f"{type(self).__name__}: data_mode must be 'topdown', without bbox_file")
        super().__init__(**kwargs)

    def _read_images(self) -> np.ndarray:
        images = super()._read_images()
        if 'keypoints_3d' not in self.store.people.columns:
            raise ValueError(f'{self.ann_file}: annotations: keypoints_3d: missing')
        if 'pelvis' not in self._source_names:
            raise ValueError(f'{self.ann_file}: categories: keypoints: there is no pelvis, to measure depth from')
        return images

    def _usable_people(self, start: int, stop: int) -> np.ndarray:
        people = self.store.people
        stencils = np.array(people.values('stencil_id', start, stop, 0))
        solid = people.columns['keypoints_3d'].present(start, stop)
        return super()._usable_people(start, stop) & (stencils > 0) & solid

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row."""
        sample = super().look_up(row)
        (joints,) = self.store.people.values('keypoints_3d', row, row + 1)
        points, record = np.array(joints, float), f'{self.ann_file}: annotation {sample["id"]}: keypoints_3d'
        if points.shape != (len(self._source_names), 3):
            raise ValueError(f'{record}: must be ({len(self._source_names)}, 3), but is {points.shape}')
        sample['pelvis_depth'] = float(points[self._source_names.index('pelvis'), 2])
        if not (np.isfinite(sample['pelvis_depth']) and sample['pelvis_depth'] > 0):
            raise ValueError(f'{record}: the pelvis must be before the camera, but is at {sample["pelvis_depth"]} m')
        return sample
