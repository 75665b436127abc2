"""Which pixels of a picture show people, read from a stencil or a person mask."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import cv2
import numpy as np

PEOPLE = ('each', 'all')
HIGHEST_NUMBER = 65535  # of a person, as 16-bit stencils have it
_FOUND = 'people_of_mask'  # the field in which a data sample carries what a transform has found out


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
        The mask, ``(H, W)`` integers.

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
    return mask.view(np.uint8) if mask.dtype == bool else mask


def person_boxes(mask: np.ndarray) -> dict[int, tuple[slice, slice]]:
    """Return the rows and columns of the box around each person, by number.

    Args:
        mask: ``(H, W)`` integers, 0 on nobody.

    Raises:
        ValueError: If a number is negative or above 65535.
    """
    from scipy.ndimage import find_objects

    if mask.dtype not in (np.uint8, np.uint16) and mask.size:  # find_objects takes memory for every number there may be
        low, high = mask.min(), mask.max()
        if low < 0 or high > HIGHEST_NUMBER:
            raise ValueError(f'people are numbered {low} to {high}, not 1 to {HIGHEST_NUMBER}')
    return {number: box for number, box in enumerate(find_objects(mask), 1) if box is not None}


class People:
    """The people of a mask.

    Args:
        mask: ``(H, W)`` integers, 0 on nobody.
        unoutlined: ``(U, 4)`` boxes x1, y1, x2, y2, px, of people whom the mask does not show. What they hold is
            neither a person nor background.

    Attributes:
        mask: The mask.
        boxes: Rows and columns of the box around each person, by number.
    """

    def __init__(self, mask: np.ndarray, unoutlined: np.ndarray | None = None) -> None:
        self.mask = mask
        self.boxes = person_boxes(mask)
        self._unoutlined = np.zeros((0, 4)) if unoutlined is None else unoutlined
        self._regions: dict[int, Region] = {}

    def region(self, number: int) -> Region:
        """Return the pixels of a person."""
        if number not in self._regions:
            box = self.boxes[number]
            self._regions[number] = Region(box, (self.mask[box] == number).view(np.uint8))
        return self._regions[number]

    def regions(self, people: str = 'each', numbers: Collection[int] | None = None) -> list[Region]:
        """Return the pixels of people.

        Args:
            people: ``'each'`` for a region a person, ``'all'`` for one of all of them.
            numbers: Whose; default everybody's.

        Returns:
            The regions; none is empty.
        """
        chosen = [number for number in self.boxes if numbers is None or number in numbers]
        if people == 'each' or not chosen:
            return [self.region(number) for number in chosen]
        box = (_around(self.boxes[number][0] for number in chosen), _around(self.boxes[number][1] for number in chosen))
        shown = self.mask[box] != 0 if len(chosen) == len(self.boxes) else np.isin(self.mask[box], chosen)
        return [Region(box, shown.view(np.uint8))]

    def others(self, numbers: Collection[int] | None) -> list[Region]:
        """Return what is not background either, beside the people of these numbers; the regions do not overlap."""
        left = [] if numbers is None else [self.region(number) for number in self.boxes if number not in numbers]
        if len(self._unoutlined):
            boxed = (self.mask == 0) & self._boxed()
            left.append(Region((slice(0, len(boxed)), slice(0, boxed.shape[1])), boxed.view(np.uint8)))
        return left

    def background(self) -> np.ndarray:
        """Return where nobody is, ``(H, W)`` uint8."""
        free = self.mask == 0
        if len(self._unoutlined):
            free &= ~self._boxed()
        return free.view(np.uint8)

    def _boxed(self) -> np.ndarray:
        boxed = np.zeros(self.mask.shape, bool)
        for x1, y1, x2, y2 in self._unoutlined:
            boxed[max(int(y1), 0) : int(np.ceil(y2)) + 1, max(int(x1), 0) : int(np.ceil(x2)) + 1] = True
        return boxed


def sample_people(results: dict[str, Any], mask: str) -> People:
    """Return the people of a data sample's mask; the data sample carries them along for the next transform.

    Args:
        results: The data sample. People of a ``stencil`` who have a ``bbox`` but no ``stencil_id`` are known by box.
        mask: Key of the mask, see :func:`read_mask`.

    Raises:
        ValueError: If the mask does not fit.
    """
    pixels, known = read_mask(results, mask), results.get(_FOUND)
    if known is None or known[0] is not results[mask]:
        unoutlined = None
        if mask == 'stencil' and {'bbox', 'stencil_id'} <= results.keys():
            unoutlined = np.asarray(results['bbox'])[np.ravel(results['stencil_id']) == 0]
        try:
            known = results[_FOUND] = results[mask], People(pixels, unoutlined)
        except ValueError as error:
            record = f'{results.get("img_path")}: image {results.get("img_id")}'
            raise ValueError(f'{record}: {mask}: {error}') from error
    return known[1]


def chosen_numbers(results: dict[str, Any], numbers: str | None) -> set[int] | None:
    """Return whose pixels a transform changes, None for everybody's.

    Args:
        results: The data sample.
        numbers: Key of the numbers, or None.

    Raises:
        ValueError: If the numbers are missing.
    """
    if numbers is None:
        return None
    if numbers not in results:
        raise ValueError(f'{results.get("img_path")}: image {results.get("img_id")}: {numbers}: missing')
    return set(np.ravel(results[numbers]).tolist())


def visible_extent(region: Region, covered: np.ndarray) -> tuple[list[int], int] | None:
    """Return what is left of a person of whom something is covered.

    Args:
        region: The person.
        covered: ``(H, W)`` bool.

    Returns:
        The box ``[x, y, w, h]``, px, and the number of pixels; None if nothing is left, or nothing was covered.
    """
    pixels = cv2.subtract(region.pixels, covered[region.box].view(np.uint8))
    area = cv2.countNonZero(pixels)
    if not 0 < area < cv2.countNonZero(region.pixels):
        return None
    x, y, width, height = cv2.boundingRect(pixels)
    return [region.extent[0] + x, region.extent[1] + y, width, height], area


def _around(slices: Iterable[slice]) -> slice:
    starts, stops = zip(*((part.start, part.stop) for part in slices))
    return slice(min(starts), max(stops))
