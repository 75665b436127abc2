"""Photos and video frames without labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.dataset import BaseDataset
from mmpose.registry import DATASETS

from .photos import index_pictures, list_files
from .picture_sizes import drop_small, smallest_input
from .validation import ProblemLog


@DATASETS.register_module()
class PhotoDataset(BaseDataset):
    """Every photo, and frames of every video, of folders of any kind: no labels, no size in common.

    A folder is searched with its subfolders, in sorted order; hidden files and those of other endings are left out. A
    video gives a frame every ``frame_interval`` seconds; one that ends before its container says is a problem like a
    damaged photo, but with ``on_error='skip'`` the frames that it has are used.

    A data sample holds ``img_id`` (its number from 0), ``img_path``, ``file_name`` (the path, with ``#frame`` for a
    frame of a video), ``width`` and ``height`` (px, upright) and, of a video, ``frame``. ``LoadPhoto`` loads it.

    All files are looked at once, at the start: photos at head and end, of videos the first and the last frame.

    Args:
        paths: Folders, photos or videos, one or several, under ``data_root``. Default: that folder itself.
        frame_interval: Seconds between two frames of a video.
        on_error: ``'raise'`` stops at the first file that cannot be used (damaged, no picture, smaller than what the
            pipeline cuts out of it); ``'skip'`` leaves them out and logs their number and each (also in ``problems``).
        **kwargs: MMEngine's own arguments of ``BaseDataset``.

    Raises:
        FileNotFoundError: If a path does not exist, or a folder holds no photo and no video.
        ValueError: If a file cannot be used, none is left, or a path is the root of a dataset folder.
    """

    METAINFO: dict = {'dataset_name': 'photos'}

    def __init__(
        self, paths: str | Sequence[str] = '', frame_interval: float = 1.0, on_error: str = 'raise', **kwargs: Any
    ) -> None:
        if not (paths or kwargs.get('data_root')):
            raise ValueError('give paths or data_root, the folder of photos')
        if not frame_interval > 0:
            raise ValueError(f'frame_interval must be positive (seconds), but is {frame_interval}')
        ProblemLog('', on_error)  # a wrong on_error is an error now, not when the files are looked at
        self.paths = [paths] if isinstance(paths, str) else list(paths)
        self.frame_interval = frame_interval
        self.on_error = on_error
        self.problems: list[str] = []
        super().__init__(data_prefix={}, **kwargs)

    def load_data_list(self) -> list[dict[str, Any]]:
        """List the pictures."""
        places = [Path(self.data_root or '', path) for path in self.paths]
        where = ', '.join(map(str, places))
        for place in places:
            if all((place / name).is_dir() for name in ('annotations', 'images')):
                raise ValueError(f'{place}: is a dataset folder, whose stencils are no photos; give its images/')
        log = ProblemLog(where, self.on_error)
        files = list(dict.fromkeys(file for place in places for file in list_files(place)))
        pictures = index_pictures(files, self.frame_interval, log)
        pictures = drop_small(pictures, smallest_input(self.pipeline), log)
        log.report()
        self.problems = log.problems
        if not pictures:
            raise ValueError(f'{where}: of {len(files)} file(s) none can be used')
        for number, picture in enumerate(pictures):
            frame = f'#{picture["frame"]}' if 'frame' in picture else ''
            picture.update(img_id=number, file_name=f'{picture["img_path"]}{frame}')
        return pictures

    def names(self) -> list[str]:
        """Return the ``file_name`` of every sample, in order."""
        return [self.get_data_info(index)['file_name'] for index in range(len(self))]
