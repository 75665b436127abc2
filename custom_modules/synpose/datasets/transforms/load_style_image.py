"""Load the photo that a picture was composed over."""

import os.path as osp
from typing import Any

import cv2
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ..photos import photo_size


@TRANSFORMS.register_module()
class LoadStyleImage(BaseTransform):
    """Load a picture's own background photo, whose style it shall take.

    That is what LTSH does (section 3.4): for rendered people over a photo, the photo is the natural style. It is read
    as stored, like the generator of such pictures reads it: no orientation tag is applied, grey photos get three equal
    channels, 16 bits become 8.

    Required keys: ``img_id``, ``img_path`` and the ``field``.

    Added keys: ``style``, BGR ``(h, w, 3)`` uint8; ``style_path``.

    Args:
        photos: Folder of the photos.
        field: Which field of the image record names its photo, below the folder; ``'source_file'`` in what
            ``MixedCrowdGenerator`` writes.

    Raises:
        FileNotFoundError: If the photo does not exist.
        ValueError: If the record names none, or it cannot be decoded.
    """

    def __init__(self, photos: str, field: str = 'source_file') -> None:
        self.photos, self.field = photos, field

    def problem(self, record: dict[str, Any]) -> str | None:
        """Say what is wrong with the photo that an image's record names, without decoding it; None if nothing is."""
        try:
            photo_size(self._path(record))
        except (OSError, ValueError) as error:
            return f'{self.field}: {error}'
        return None

    def _path(self, record: dict[str, Any]) -> str:
        name = record.get(self.field)
        if not isinstance(name, str) or not name:
            raise ValueError(f'must name the background photo, but is {name!r}')
        path = osp.join(self.photos, name)
        if not osp.isfile(path):
            raise FileNotFoundError(f'{path}: file does not exist')
        return path

    def transform(self, results: dict) -> dict:
        """Add the photo to the data sample."""
        record = f'{results.get("img_path")}: image {results.get("img_id")}: {self.field}'
        try:
            path = self._path(results)
        except (FileNotFoundError, ValueError) as error:
            raise type(error)(f'{record}: {error}') from None
        photo = cv2.imread(path, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        if photo is None:
            raise ValueError(f'{record}: {path} is not a readable picture')
        results['style'], results['style_path'] = photo, path
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(photos={self.photos!r}, field={self.field!r})'
