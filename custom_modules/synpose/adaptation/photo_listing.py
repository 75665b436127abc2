"""A dataset folder of photos that have no annotations."""

import json
import os
from pathlib import Path

from synpose.datasets.photos import index_pictures, list_files
from synpose.datasets.validation import ProblemLog
from synpose.files import atomic_path
from synpose.skeletons import COCO17_NAMES, person_category

from .linked_files import link_file

ANN_FILE = 'annotations/photos.json'


def list_photos(photos: str | os.PathLike, root: str | os.PathLike) -> int:
    """Write a COCO folder of photos without people: ``images/`` as links and ``annotations/photos.json``.

    Args:
        photos: Folder of the photos, searched with its subfolders; videos are passed over, and files that cannot be
            used (damaged, turned by EXIF data, ...) are left out and logged.
        root: The folder to write. Again with the same photos, nothing changes.

    Returns:
        How many photos it has.

    Raises:
        FileNotFoundError: If there is no such folder or no photo in it.
        ValueError: If no photo can be used.
    """
    photos, root = Path(photos), Path(root)
    log = ProblemLog(photos, 'skip')
    found = [picture for picture in index_pictures(list_files(photos), 1.0, log) if 'frame' not in picture]
    log.report()
    if not found:
        raise ValueError(f'{photos}: no photo can be used')
    images = []
    for number, picture in enumerate(found, 1):
        name = os.path.relpath(picture['img_path'], photos)
        link_file(picture['img_path'], root / 'images' / name)
        size = {side: int(picture[side]) for side in ('width', 'height')}
        images.append({'id': number, 'file_name': Path(name).as_posix(), **size})
    content = {'images': images, 'annotations': [], 'categories': [person_category(COCO17_NAMES)]}
    text, path = json.dumps(content, indent=1), root / ANN_FILE
    if not (path.is_file() and path.read_text(encoding='utf-8') == text):
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding='utf-8')
    return len(images)
