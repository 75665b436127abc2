"""Load a photo or a frame of a video."""

from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ..photos import read_photo
from ..videos import read_frame


@TRANSFORMS.register_module()
class LoadPhoto(BaseTransform):
    """Load any photo upright, in 8 bits and color, or a frame of a video.

    MMPose's ``LoadImage`` fills a truncated photo with gray without a word, and reads no videos.

    Required keys: ``img_path``, for a frame of a video ``frame``.

    Added keys: ``img``, ``(H, W, 3)`` uint8 BGR; ``img_shape`` and ``ori_shape``, its (H, W).

    Raises:
        ValueError: If it cannot be read, naming the file.
    """

    def transform(self, results: dict) -> dict:
        """Add ``img`` to the data sample."""
        path, frame = results['img_path'], results.get('frame')
        image = read_photo(path) if frame is None else read_frame(path, frame)
        results['img'] = image
        results['img_shape'] = results['ori_shape'] = image.shape[:2]
        return results
