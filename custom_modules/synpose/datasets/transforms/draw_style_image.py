"""Draw the photo that a picture shall look like."""

import hashlib
import json
import os
from typing import Any

from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ..photos import PHOTO_SUFFIXES, list_files, photo_size, read_photo


@TRANSFORMS.register_module()
class DrawStyleImage(BaseTransform):
    """Draw one of a folder's photos as a picture's style.

    The draw depends on the seed, the picture's ``file_name`` and the list of photos: not on the order of the pictures,
    the worker or the machine.

    Required keys: ``file_name``.

    Added keys: ``style``, BGR ``(h, w, 3)`` uint8; ``style_path``.

    Args:
        photos: Folder of the photos; those of its subfolders are drawn too.
        ann_file: Draw only the photos that this COCO-style file lists, by ``file_name`` below the folder: where a test
            split lies in the same folder, give the file of the training split. No annotation is used.
        seed: Another seed, other draws.

    Raises:
        FileNotFoundError: If the folder or the file does not exist, or there is no photo.
        ValueError: If a photo cannot be read, or the file is broken.
    """

    def __init__(self, photos: str, ann_file: str | None = None, seed: int = 0) -> None:
        self.photos, self.ann_file, self.seed = photos, ann_file, seed
        self._names: list[str] = []

    def _list(self) -> list[str]:
        """List the photos below the folder, sorted."""
        if self.ann_file is None:
            files = [file for file in list_files(self.photos) if file.suffix.lower() in PHOTO_SUFFIXES]
            names = [file.relative_to(self.photos).as_posix() for file in files]
        else:
            from ..columnar import open_store  # pyarrow takes a moment to import

            store = open_store(self.ann_file)
            names = store.images.values('file_name', 0, store.num_images)
        if not names:
            raise FileNotFoundError(f'{self.ann_file or self.photos}: there is no photo to draw as a style')
        return sorted(names)

    def problem(self, record: dict[str, Any]) -> None:
        """Look at all photos once, before any picture is made; no record of a picture is bad for this step."""
        if not self._names:
            self._names = self._list()
            for name in self._names:
                photo_size(os.path.join(self.photos, name))

    def describe(self) -> dict[str, Any]:
        """Return what identifies the photos: their number, and a hash of their names and sizes in bytes."""
        self._names = self._names or self._list()
        listed = [[name, os.path.getsize(os.path.join(self.photos, name))] for name in self._names]
        return {'photos': len(listed), 'sha256': hashlib.sha256(json.dumps(listed).encode()).hexdigest()}

    def transform(self, results: dict) -> dict:
        """Add the photo to the data sample."""
        self._names = self._names or self._list()
        digest = hashlib.sha256(f'{self.seed}/{results["file_name"]}'.encode()).digest()
        name = self._names[int.from_bytes(digest[:8], 'big') % len(self._names)]
        results['style_path'] = os.path.join(self.photos, name)
        results['style'] = read_photo(results['style_path'])
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(photos={self.photos!r}, ann_file={self.ann_file!r}, seed={self.seed})'
