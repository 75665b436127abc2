"""A field of every sample of a dataset, as one array."""

from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset

from ..columnar_coco_dataset import ColumnarCocoDataset
from ..person_crop_dataset import PersonCropDataset
from .minimal_distance import minimal_distances

MINIMAL_DISTANCE = 'minimal_distance'
_CHUNK = 4096  # records that are Python objects at a time


def sample_field(dataset: BaseDataset, name: str) -> np.ndarray:
    """Return a field of every sample.

    Of a dataset with an annotation store the field is read from its columns: of the samples' people or images, as the
    file has them. ``minimal_distance`` is computed: from the center of a person's box to the nearest center of another
    one of the image, px of the image. Of other datasets the field is taken from ``get_data_info``, sample by sample.

    Args:
        dataset: The dataset.
        name: The field, a number or a text.

    Returns:
        ``(S,)`` float64, or texts (object).

    Raises:
        ValueError: If a sample lacks the field or has no number there, naming file and record; or if it is a field of
            people, and the samples are images.
    """
    source = person_rows(dataset)
    if source is None:
        return _from_samples(dataset, name)
    owner, people = source
    store, rows = owner.store, dataset.rows
    if name == MINIMAL_DISTANCE:
        if not people:
            raise ValueError(_of_people(dataset, name))
        return minimal_distances(_centers(owner), store.first)[rows].astype(np.float64)
    if name in store.images.columns:
        images = np.searchsorted(store.first, rows, side='right') - 1 if people else rows
        return _column(owner, 'image', name)[images]
    if name not in store.people.columns:
        raise ValueError(f'{owner.ann_file}: neither images nor annotations have a field {name!r}')
    if not people:
        raise ValueError(_of_people(dataset, name))
    return _column(owner, 'annotation', name)[rows]


def person_rows(dataset: BaseDataset) -> tuple[ColumnarCocoDataset, bool] | None:
    """Return whose store the rows of a dataset are of, and whether they are people (or images); None without store."""
    inner = dataset.dataset if isinstance(dataset, PersonCropDataset) else dataset
    if not isinstance(inner, ColumnarCocoDataset) or inner.bbox_file:
        return None
    return inner, inner is not dataset or inner.data_mode == 'topdown'


def _of_people(dataset: Any, name: str) -> str:
    return (
        f'{dataset.ann_file}: {name} is a field of people, but the samples of {type(dataset).__name__} are images; '
        "put it into a PersonCropDataset, or use data_mode='topdown'"
    )


def _centers(dataset: ColumnarCocoDataset) -> np.ndarray:
    """Return the centers of all boxes, ``(N, 2)`` float32, px."""
    columns, count = dataset.store.people.columns, int(dataset.store.first[-1])
    if 'bbox' not in columns or columns['bbox'].null_count:
        here = columns['bbox'].present(0, count) if 'bbox' in columns else np.zeros(count, bool)
        raise ValueError(f'{dataset.ann_file}: {_first_lacking(dataset, "annotation", here)}: bbox: missing')
    boxes = columns['bbox'].rows(0, count)
    return np.stack([boxes[:, axis] + boxes[:, 2 + axis] / 2 for axis in (0, 1)], axis=1).astype(np.float32)


def _column(dataset: ColumnarCocoDataset, kind: str, name: str) -> np.ndarray:
    """Return a field of all images or annotations of a store."""
    store = dataset.store
    column = (store.images if kind == 'image' else store.people).columns[name]
    if column.null_count:
        here = column.present(0, column.length)
        raise ValueError(f'{dataset.ann_file}: {_first_lacking(dataset, kind, here)}: {name}: missing')
    if column.kind in ('int', 'float'):
        values = column.numbers.astype(np.float64)
    else:
        chunks = range(0, column.length, _CHUNK)
        values = np.concatenate([_array(column.values(i, min(i + _CHUNK, column.length))) for i in chunks])
    good = _good(values)
    if not good.all():
        record = _first_lacking(dataset, kind, good)
        raise ValueError(f'{dataset.ann_file}: {record}: {name}: must be a number or a text, and of one type in all')
    return values


def _array(values: list[Any]) -> np.ndarray:
    numbers = [isinstance(value, int | float) for value in values]
    if all(numbers):
        return np.array(values, np.float64)
    known = {value: value for value in values if isinstance(value, str)}  # equal texts become one object
    texts = [known.get(value) if isinstance(value, str) else None for value in values]
    array = np.empty(len(values), object)
    array[:] = texts
    return array


def _good(values: np.ndarray) -> np.ndarray:
    """Return which values are usable, ``(N,)`` bool."""
    return np.array([isinstance(value, str) for value in values]) if values.dtype == object else ~np.isnan(values)


def _first_lacking(dataset: ColumnarCocoDataset, kind: str, here: np.ndarray) -> str:
    table = dataset.store.images if kind == 'image' else dataset.store.people
    return f'{kind} {table.columns["id"].numbers[np.flatnonzero(~here)[0]]}'


def _from_samples(dataset: BaseDataset, name: str) -> np.ndarray:
    values = []
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        value = info.get(name)
        values.append(np.ravel(value)[0].item() if isinstance(value, np.ndarray) and value.size == 1 else value)
    array = _array(values)
    good = _good(array)
    if not good.all():
        number = int(np.flatnonzero(~good)[0])
        where = dataset.ann_file or type(dataset).__name__
        raise ValueError(f'{where}: sample {number}: {name}: must be a number or a text, and of one type in all')
    return array
