"""Load the body parts of an image."""

from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from synpose.skeletons import BODY_PARTS

from .label_picture import read_label_picture


@TRANSFORMS.register_module()
class LoadParts(BaseTransform):
    """Load the body parts: which part of a person each pixel shows.

    Put it after ``LoadImage`` and before anything that moves pixels: MMPose's geometric transforms do not know the key.

    Required keys: ``parts_path``; ``ori_shape`` or ``img_shape`` are checked against if present.

    Added keys: ``parts``, ``(H, W)`` uint8, numbers of :data:`synpose.skeletons.BODY_PARTS`, of all people.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is not an 8-bit grayscale PNG of the image's size, or has other numbers.
    """

    def transform(self, results: dict) -> dict:
        """Add ``parts`` to the data sample."""
        parts = read_label_picture(results, 'parts_path', bits=8)
        if parts.size and parts.max() >= len(BODY_PARTS):
            record = f'{results["parts_path"]}: image {results.get("img_id")}: parts_path'
            raise ValueError(f'{record}: parts go to {len(BODY_PARTS) - 1}, but it has {parts.max()}')
        results['parts'] = parts
        return results
