"""Which pixels of a picture show people, read from a stencil or a person mask."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import cv2
import numpy as np

PEOPLE = ('each', 'all')


class Region(NamedTuple):
    """The pixels of one person, or of all together."""

    box: tuple[slice, slice]
    """Rows and columns of the box around them."""
    pixels: np.ndarray
    """``(h, w)`` uint8 of the box: 1 where the region is."""

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom, px; right and bottom are one past the last pixel."""
        rows, columns = self.box
        return columns.start, rows.start, columns.stop, rows.stop


def read_mask(results: dict[str, Any], key: str) -> np.ndarray:
    """Return the person mask of a data sample.

    Args:
        results: The data sample, with ``img``.
        key: Which of its fields is the mask: bool or integers, 0 on nobody, a number for each person.

    Returns:
        The mask, ``(H, W)``.

    Raises:
        ValueError: If ``img`` is not ``(H, W, 3)`` uint8, or the mask is missing, no mask or of another size.
    """
    image, mask, record = results['img'], results.get(key), f'{results.get("img_path")}: image {results.get("img_id")}'
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f'{record}: img: must be (H, W, 3) uint8, but is {image.shape} {image.dtype}')
    if mask is None:
        raise ValueError(f'{record}: {key}: missing; a step before must load it, such as LoadStencil')
    if mask.ndim != 2 or mask.dtype.kind not in 'bui':
        raise ValueError(f'{record}: {key}: must be (H, W) bool or integers, but is {mask.shape} {mask.dtype}')
    if mask.shape != image.shape[:2]:
        sizes = [f'{shape[1]}x{shape[0]}' for shape in (mask.shape, image.shape)]
        raise ValueError(f'{record}: {key}: is {sizes[0]} px, but the image is {sizes[1]} px')
    return mask


def person_boxes(mask: np.ndarray) -> dict[int, tuple[slice, slice]]:
    """Return the rows and columns of the box around each person, by number.

    Args:
        mask: ``(H, W)`` bool or integers, 0 on nobody.
    """
    from scipy.ndimage import find_objects

    found = find_objects(mask.view(np.uint8) if mask.dtype == bool else mask)
    return {number: box for number, box in enumerate(found, 1) if box is not None}


def person_regions(
    mask: np.ndarray,
    boxes: Mapping[int, tuple[slice, slice]],
    people: str = 'each',
    numbers: Collection[int] | None = None,
) -> list[Region]:
    """Return the pixels of people.

    Args:
        mask: ``(H, W)`` bool or integers, 0 on nobody.
        boxes: What :func:`person_boxes` found in it.
        people: ``'each'`` for a region a person, ``'all'`` for one of all of them.
        numbers: Whose; default everybody's.

    Returns:
        The regions; none is empty.
    """
    chosen = [number for number in boxes if numbers is None or number in numbers]
    if people == 'each' or not chosen:
        return [Region(boxes[number], (mask[boxes[number]] == number).view(np.uint8)) for number in chosen]
    box = (_around(boxes[number][0] for number in chosen), _around(boxes[number][1] for number in chosen))
    shown = mask[box] > 0 if len(chosen) == len(boxes) else np.isin(mask[box], chosen)
    return [Region(box, shown.view(np.uint8))]


def sample_regions(
    results: dict[str, Any], mask: str, people: str, numbers: str | None
) -> tuple[np.ndarray, dict[int, tuple[slice, slice]], list[Region]]:
    """Read the mask of a data sample, and whose pixels a transform changes.

    Args:
        results: The data sample.
        mask: Key of the mask, see :func:`read_mask`.
        people: See :func:`person_regions`.
        numbers: Key of the numbers of the people to change; ``None`` for everybody in the mask.

    Returns:
        The mask ``(H, W)``, the boxes of everybody in it, and the regions to change.

    Raises:
        ValueError: If the mask does not fit, or the numbers are missing.
    """
    pixels = read_mask(results, mask)
    if numbers is not None and numbers not in results:
        raise ValueError(f'{results.get("img_path")}: image {results.get("img_id")}: {numbers}: missing')
    chosen = None if numbers is None else np.ravel(results[numbers]).tolist()
    boxes = person_boxes(pixels)
    return pixels, boxes, person_regions(pixels, boxes, people, chosen)


def visible_extents(
    mask: np.ndarray, boxes: Mapping[int, tuple[slice, slice]], numbers: Iterable[int]
) -> dict[int, tuple[list[int], int]]:
    """Return what a mask shows of people, within the boxes known from before it lost pixels.

    Args:
        mask: ``(H, W)`` integers, 0 on nobody.
        boxes: What :func:`person_boxes` found before.
        numbers: Whose; those of whom nothing is left are left out.

    Returns:
        Of each person the box ``[x, y, w, h]``, px, and the number of pixels.
    """
    extents = {}
    for number in numbers:
        rows, columns = boxes[number]
        pixels = (mask[rows, columns] == number).view(np.uint8)
        if pixels.any():
            x, y, width, height = cv2.boundingRect(pixels)
            extents[number] = [columns.start + x, rows.start + y, width, height], cv2.countNonZero(pixels)
    return extents


def _around(slices: Iterable[slice]) -> slice:
    starts, stops = zip(*((part.start, part.stop) for part in slices))
    return slice(min(starts), max(stops))
