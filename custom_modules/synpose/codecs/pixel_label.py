"""Joints as classes: which pixel of the heatmap shows them."""

import numpy as np
from mmpose.codecs.base import BaseKeypointCodec
from mmpose.codecs.utils import get_heatmap_maximum
from mmpose.registry import KEYPOINT_CODECS


@KEYPOINT_CODECS.register_module()
class PixelLabel(BaseKeypointCodec):
    """Label every joint with the one heatmap pixel it falls into, for classification over all pixels.

    Etheve & Remy, "Training CNNs using synthetic images of people", section 3.3. The pixels of the input have their
    centers at whole numbers, so that heatmap pixel i covers [i s - 1/2, (i + 1) s - 1/2) for a stride s; a joint is
    decoded to the center of its pixel. Mirroring the input mirrors the labels exactly: no shift is needed in flip
    tests.

    Encoded: ``keypoint_labels`` ``(1, K)`` int64, row * W + column; ``keypoint_weights`` ``(1, K)`` float32, 0 for
    joints outside the input.

    Args:
        input_size: Width and height of the input, px.
        heatmap_size: Width W and height H of the heatmap, pixels.
    """

    label_mapping_table = {'keypoint_labels': 'keypoint_labels', 'keypoint_weights': 'keypoint_weights'}

    def __init__(self, input_size: tuple[int, int], heatmap_size: tuple[int, int]) -> None:
        super().__init__()
        self.input_size, self.heatmap_size = input_size, heatmap_size
        self.scale_factor = (np.array(input_size) / heatmap_size).astype(np.float32)

    def encode(self, keypoints: np.ndarray, keypoints_visible: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Encode the joints of one person.

        Args:
            keypoints: ``(1, K, 2)``, px of the input.
            keypoints_visible: ``(1, K)``, weights; all 1 by default.

        Returns:
            ``keypoint_labels`` and ``keypoint_weights``.

        Raises:
            ValueError: If there is more than one person.
        """
        if len(keypoints) != 1:
            raise ValueError(f'{type(self).__name__}: encodes one person at a time, not {len(keypoints)}')
        if keypoints_visible is None:
            keypoints_visible = np.ones(keypoints.shape[:2], np.float32)
        cells = np.floor((keypoints[..., :2] + 0.5) / self.scale_factor)
        inside = np.all((cells >= 0) & (cells < self.heatmap_size), axis=-1)
        column, row = np.moveaxis(np.where(inside[..., None], cells, 0).astype(np.int64), -1, 0)
        return {
            'keypoint_labels': row * self.heatmap_size[0] + column,
            'keypoint_weights': np.where(inside, keypoints_visible, 0).astype(np.float32),
        }

    def decode(self, encoded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Decode the joints of one person.

        Args:
            encoded: Probabilities ``(K, H, W)``.

        Returns:
            Joints ``(1, K, 2)``, px of the input, at the centers of the most probable pixels, and scores ``(1, K)``,
            their probabilities.
        """
        cells, scores = get_heatmap_maximum(encoded)
        return ((cells + 0.5) * self.scale_factor - 0.5)[None], scores[None]
