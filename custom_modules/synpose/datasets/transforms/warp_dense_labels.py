"""Crop a person, and the labels of its pixels with it."""

import logging

import cv2
import numpy as np
from mmengine.logging import print_log
from mmpose.datasets.transforms import TopdownAffine
from mmpose.registry import TRANSFORMS
from mmpose.structures.bbox import get_warp_matrix

from ..depth_bins import depth_bins


@TRANSFORMS.register_module()
class WarpDenseLabels(TopdownAffine):
    """MMPose's ``TopdownAffine`` that also warps body parts or depth, to the size of the maps a head predicts.

    The picture and the joints are what ``TopdownAffine`` makes of them (bilinear). Labels are taken from the nearest
    pixel of the full map, never mixed; outside the picture is background. Label i lies at the middle of the input
    pixels that it stands for, (i + 1/2) s - 1/2 for a stride s.

    Required keys: those of ``TopdownAffine``; ``parts``, ``(H, W)`` classes, or ``depth``, ``(H, W)`` m with 0 where
    there is nobody, and ``pelvis_depth``, m.

    Added keys: those of ``TopdownAffine``; ``labels``, ``(h, w)`` uint8: parts, or bins of depth as of
    :func:`~synpose.datasets.depth_bins.depth_bins`. ``PackPoseInputs`` puts them into ``gt_fields``.

    Args:
        input_size: Width and height of the crop, px; see ``TopdownAffine``.
        label_size: Width and height of the labels.
        skip_empty: Make no sample of a person whom no pixel of the full map shows, so that another one is trained on;
            each is logged. Leave it off in tests.

    Raises:
        ValueError: On a sample that has neither ``parts`` nor ``depth``, or both, or no ``pelvis_depth``, or a map of
            another size than the picture.
    """

    def __init__(
        self,
        input_size: tuple[int, int],
        label_size: tuple[int, int],
        skip_empty: bool = False,
    ) -> None:
        super().__init__(input_size)
        self.label_size, self.skip_empty = tuple(label_size), skip_empty

    def transform(self, results: dict) -> dict | None:
        """Crop the picture, the joints and the labels; None for an empty person with ``skip_empty``."""
        record = f'{results.get("img_path")}: image {results.get("img_id")}'
        targets = [key for key in ('parts', 'depth') if key in results]
        if len(targets) != 1:
            raise ValueError(f'{record}: needs parts or depth, one of both, but has {" and ".join(targets) or "none"}')
        target = targets[0]
        if target == 'depth' and 'pelvis_depth' not in results:
            raise ValueError(f'{record}: pelvis_depth: missing; the dataset must give it')
        pixels, shape = results[target], results['img'].shape[:2]
        if pixels.shape != shape:
            raise ValueError(f'{record}: {target}: is {pixels.shape}, but the picture is {shape}')
        if self.skip_empty and not pixels.any():
            print_log(f'{record}: {target}: shows nobody; another sample is taken', 'current', logging.WARNING)
            return None
        cropped = super().transform(results)
        assert cropped is not None
        warped = cv2.warpAffine(pixels, self._label_matrix(cropped), self.label_size, flags=cv2.INTER_NEAREST)
        if target == 'depth':
            warped = depth_bins(warped, float(results['pelvis_depth']))
        cropped['labels'] = warped[None]
        cropped['field_mapping_table'] = {**results.get('field_mapping_table', {}), 'labels': 'labels'}
        return cropped

    def _label_matrix(self, results: dict) -> np.ndarray:
        """Return the ``(2, 3)`` matrix from the picture's pixels to the labels'."""
        rotation = results['bbox_rotation'][0] if 'bbox_rotation' in results else 0.0
        matrix = get_warp_matrix(results['input_center'], results['input_scale'], rotation, output_size=self.input_size)
        strides = np.array(self.input_size) / self.label_size
        matrix = matrix / strides[:, None]
        matrix[:, 2] += 0.5 / strides - 0.5
        return matrix

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(input_size={self.input_size}, label_size={self.label_size}, '
            f'skip_empty={self.skip_empty})'
        )
