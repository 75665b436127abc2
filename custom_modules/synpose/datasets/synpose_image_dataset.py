"""The pictures of a SynPose folder, without people."""

import os.path as osp
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
from mmengine.dataset import force_full_init
from mmpose.registry import DATASETS

from .looked_up_dataset import LookedUpDataset
from .picture_sizes import drop_small, smallest_input
from .remembered_pictures import remembered_pictures
from .transforms import LoadDepth, LoadStencil
from .validation import ProblemLog

if TYPE_CHECKING:
    from .columnar import AnnotationStore

_LOADERS = {'stencil': LoadStencil, 'depth': LoadDepth}


@DATASETS.register_module()
class SynPoseImageDataset(LookedUpDataset):
    """The pictures that annotation files of a SynPose folder, or of any COCO-style folder, list.

    For jobs that turn one folder into another, and for training that needs pictures only: a sample is a picture, also
    one without people, and bad records of people do not matter. Images are looked up in the columnar store beside each
    json (see :class:`ColumnarCocoDataset`) and keep the order of the files.

    A data sample holds ``img_id``, ``img_path``, ``ann_file`` (as given), ``stencil_path`` and ``depth_path`` where the
    record names them, and all fields of the image's record (``file_name``, ``width``, ``height``, ``domain``, ...).

    What the pipeline loads, the image itself and by ``LoadStencil`` and ``LoadDepth`` its companions, is checked at the
    start: named in each record, existing, complete, of the image's size, not turned by EXIF data (remembered as by
    :class:`SynPoseDataset`), and not smaller than what the pipeline cuts out of it.

    Args:
        data_root: The folder.
        ann_files: Annotation files, under ``data_root``.
        data_prefix: Folders, under ``data_root``, that ``file_name``, ``stencil_file`` and ``depth_file`` start from;
            keys left out are ``img='images/'``, ``stencil=''`` and ``depth=''``, as the format has it.
        store_files: For each annotation file its store, where that cannot lie beside the json; under ``data_root``.
        on_error: ``'raise'`` stops at the first bad image; ``'skip'`` leaves bad ones out, and logs their number and
            each of them (also in ``problems``).
        **kwargs: MMEngine's own arguments of ``BaseDataset`` (``pipeline``, ``indices``, ``lazy_init``, ...).

    Raises:
        FileNotFoundError: If an annotation file or a picture is missing.
        PermissionError: If a store must be built and cannot be written; then give ``store_files``.
        ValueError: If a file is broken or no image of it is left, an image is bad, or two have one ``file_name``.
    """

    METAINFO: dict = {'dataset_name': 'synpose_images'}

    def __init__(
        self,
        data_root: str = '',
        ann_files: Sequence[str] = ('annotations/train.json',),
        data_prefix: Mapping[str, str] | None = None,
        store_files: Sequence[str] | None = None,
        on_error: str = 'raise',
        **kwargs: Any,
    ) -> None:
        if isinstance(ann_files, str) or not ann_files:
            raise ValueError(f'ann_files must be a list of one or more files, but is {ann_files!r}')
        if store_files is not None and len(store_files) != len(ann_files):
            raise ValueError(f'store_files must name {len(ann_files)} file(s), one for each of ann_files')
        ProblemLog('', on_error)  # a wrong on_error is an error now, not when the files are read
        self.ann_files = tuple(ann_files)
        self.store_files = None if store_files is None else tuple(store_files)
        self.on_error = on_error
        self.problems: list[str] = []
        self._stores: list[AnnotationStore] = []
        self._first = np.zeros(1, np.int64)  # row of the first image of each file, and the end
        folders = {'img': 'images/', 'stencil': '', 'depth': '', **(data_prefix or {})}
        super().__init__(data_root=data_root, data_prefix=folders, **kwargs)

    def load_rows(self) -> np.ndarray:
        """Open the stores and check their images; a row is an image, counted through all files."""
        from .columnar import open_store  # pyarrow takes a moment to import

        places = [osp.join(self.data_root or '', path) for path in self.ann_files]
        stores: list[Any] = [osp.join(self.data_root or '', path) for path in self.store_files or ()]
        stores = stores or [None] * len(places)  # beside the json
        # A record that no column can hold may be a person's; bad images are reported below.
        self._stores = [open_store(place, store, 'skip') for place, store in zip(places, stores)]
        self._first = np.cumsum([0, *(store.num_images for store in self._stores)])
        self.problems = []
        good = [self._good_images(store, place) for store, place in zip(self._stores, places)]
        self._check_names(good)
        return np.flatnonzero(np.concatenate(good))

    def _good_images(self, store: 'AnnotationStore', ann_file: str) -> np.ndarray:
        """Report a file's problems and return which of its images are good, ``(I,)`` bool."""
        log = ProblemLog(ann_file, self.on_error)
        for text in (*store.description['left_out'], *store.description['unsound_images']):
            if text.startswith('image '):
                log.add(*text.split(': ', 2))
        loaded = [name for name in _LOADERS if self._loads(name)]
        folders = {'file_name': self.data_prefix['img']} | {f'{name}_file': self.data_prefix[name] for name in loaded}
        good = store.sound_images > 0
        for name in loaded:
            values = store.images.values(f'{name}_file', 0, store.num_images)
            for row in np.flatnonzero(good).tolist():
                if not (values[row] and isinstance(values[row], str)):
                    number = store.images.values('id', row, row + 1)[0]
                    log.add(f'image {number}', f'{name}_file', 'missing, but the pipeline loads it')
                    good[row] = False
        good = remembered_pictures(store, ann_file, good, folders, log)
        records = store.images.records(0, store.num_images, ('file_name', 'width', 'height'))
        pictures = [{**records[row], 'img_path': records[row]['file_name'], 'row': row} for row in np.flatnonzero(good)]
        large = [picture['row'] for picture in drop_small(pictures, smallest_input(self.pipeline), log)]
        large = self._without_problems(store, large, log)
        log.report()
        self.problems += log.problems
        if not large:
            raise ValueError(f'{ann_file}: images: no image is left, so the split is empty')
        return np.isin(np.arange(store.num_images), large)

    def _without_problems(self, store: 'AnnotationStore', rows: list[int], log: ProblemLog) -> list[int]:
        """Ask the steps of the pipeline that have a method ``problem`` what is wrong with the records of images."""
        steps = [step for step in self.pipeline.transforms if hasattr(step, 'problem')]
        ann_file, good = self.ann_files[self._stores.index(store)], []
        for row in rows if steps else []:
            record = {**store.images.records(row, row + 1)[0], 'ann_file': ann_file}
            text = next((text for step in steps if (text := step.problem(record)) is not None), None)
            if text is None:
                good.append(row)
            else:
                log.add(f'image {record["id"]}', *text.split(': ', 1))
        return good if steps else rows

    def _loads(self, name: str) -> bool:
        return any(isinstance(transform, _LOADERS[name]) for transform in self.pipeline.transforms)

    def _check_names(self, good: list[np.ndarray]) -> None:
        """Check that no picture is listed twice: what a job makes of it would be written twice."""
        owners: dict[str, str] = {}
        for ann_file, store, taken in zip(self.ann_files, self._stores, good):
            for name in compress(store.images.values('file_name', 0, store.num_images), taken):
                if name in owners:
                    raise ValueError(f'{ann_file}: file_name: {name} is listed before, in {owners[name]}')
                owners[name] = ann_file

    def _place(self, row: int) -> tuple[int, int]:
        """Return the file of a row, and which of its images it is."""
        file = int(np.searchsorted(self._first, row, side='right')) - 1
        return file, row - int(self._first[file])

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row."""
        file, index = self._place(row)
        image = self._stores[file].images.records(index, index + 1)[0]
        info = {**image, 'img_id': image['id'], 'ann_file': self.ann_files[file]}
        info['img_path'] = osp.join(self.data_prefix['img'], image['file_name'])
        for name in _LOADERS:
            if image.get(f'{name}_file'):
                info[f'{name}_path'] = osp.join(self.data_prefix[name], image[f'{name}_file'])
        return info

    @force_full_init
    def names(self) -> list[str]:
        """Return the ``file_name`` of every sample, in order."""
        stored = [name for store in self._stores for name in store.images.values('file_name', 0, store.num_images)]
        return [stored[row] for row in self.rows.tolist()]
