"""Making composed people fit their picture: pure parts of the transforms.

Etheve & Remy, "Training CNNs using synthetic images of people", sections 2.1 and 2.2.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from .person_regions import Region

CANDIDATES = 16
"""Places of a patch tried along each axis of a free area."""

_TRIES = 32  # to hit a person by a random pixel of the box


class Occluder(NamedTuple):
    """A rectangle of background pasted over a person, px."""

    x: int
    y: int
    width: int
    height: int
    source_x: int
    source_y: int

    @property
    def target(self) -> tuple[slice, slice]:
        """Rows and columns that are covered."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    @property
    def source(self) -> tuple[slice, slice]:
        """Rows and columns that cover them."""
        return slice(self.source_y, self.source_y + self.height), slice(self.source_x, self.source_x + self.width)


def center_brightness(
    image: np.ndarray, regions: Sequence[Region], others: Sequence[Region] = ()
) -> tuple[np.ndarray, list[int]]:
    """Move the brightness of people to that of the background (equation 2), clipped to [0, 255].

    The brightness of a set A of pixels is ``B_A = sum(R + G + B) / 3 N_A`` (equation 1). The shift is rounded to a
    whole number, so the means differ by at most .5 where nothing is clipped.

    Args:
        image: ``(H, W, 3)`` uint8; not changed.
        regions: Whose brightness is moved, each by a shift of its own.
        others: What stays, and is not background. No regions overlap.

    Returns:
        The new picture, and the shift of each region. Without people or without background the picture itself, and
        no shifts.
    """
    sums = [
        (cv2.norm(image[box], cv2.NORM_L1, pixels), cv2.countNonZero(pixels)) for box, pixels in (*regions, *others)
    ]
    light, shown = (sum(values) for values in zip(*sums)) if sums else (0.0, 0)
    left = image.shape[0] * image.shape[1] - shown
    if not regions or not left:
        return image, []
    wanted, result, shifts = (cv2.norm(image, cv2.NORM_L1) - light) / (3 * left), image.copy(), []
    for (box, pixels), (light, shown) in zip(regions, sums):
        shift = round(wanted - light / (3 * shown))
        cv2.add(image[box], np.full(4, shift, np.float64), dst=result[box], mask=pixels)  # four: a color, to OpenCV
        shifts.append(shift)
    return result, shifts


def place_occluder(
    free_integral: np.ndarray, region: Region, sides: tuple[float, float], rng: np.random.Generator
) -> Occluder | None:
    """Draw a rectangle over a person, and one without people beside the person to fill it with.

    Its sides are fractions of the person's width and height; a corner is at a random pixel of the person, and it
    extends from there in a random direction, as far as the picture goes. What fills it lies wholly above, below, left
    or right of the person's box.

    Args:
        free_integral: ``(H + 1, W + 1)``, :func:`cv2.integral` of a mask that is 1 where nobody is, else 0.
        region: The person.
        sides: Smallest and largest fraction.
        rng: Where chance comes from.

    Returns:
        The rectangle, or ``None`` if there is no such place among a grid of ``CANDIDATES`` by ``CANDIDATES`` (each
        place, if there are no more) on every side.
    """
    height, width = free_integral.shape[0] - 1, free_integral.shape[1] - 1
    left, top, right, bottom = region.extent
    row, column = _draw_pixel(region.pixels, rng)
    fractions, ahead = rng.uniform(*sides, 2), rng.random(2) < 0.5
    x, w = _span(left + column, round(fractions[0] * (right - left)), bool(ahead[0]), width)
    y, h = _span(top + row, round(fractions[1] * (bottom - top)), bool(ahead[1]), height)
    # First and last row and column that the corner of the filling may have: above, below, left and right.
    corners = (
        (0, top - h, 0, width - w),
        (bottom, height - h, 0, width - w),
        (0, height - h, 0, left - w),
        (0, height - h, right, width - w),
    )
    for side in rng.permutation(4):
        first_row, last_row, first_column, last_column = corners[side]
        rows, columns = _spread(first_row, last_row, rng), _spread(first_column, last_column, rng)
        sums = free_integral[np.ix_(np.append(rows, rows + h), np.append(columns, columns + w))]
        i, j = len(rows), len(columns)
        free = sums[i:, j:] - sums[:i, j:] - sums[i:, :j] + sums[:i, :j]
        places = np.argwhere(free == w * h)
        if len(places):
            chosen = places[rng.integers(len(places))]
            return Occluder(x, y, w, h, int(columns[chosen[1]]), int(rows[chosen[0]]))
    return None


def paste_occluders(image: np.ndarray, occluders: Iterable[Occluder]) -> tuple[np.ndarray, np.ndarray]:
    """Cover a picture with parts of itself.

    Args:
        image: ``(H, W, 3)`` uint8; not changed.
        occluders: What covers what, in order; all are filled from the picture as it was.

    Returns:
        The new picture, and ``(H, W)`` bool, true where it is covered.
    """
    result, covered = image.copy(), np.zeros(image.shape[:2], bool)
    for occluder in occluders:
        result[occluder.target] = image[occluder.source]
        covered[occluder.target] = True
    return result, covered


def _draw_pixel(pixels: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    """Draw row and column of a pixel that is not 0, each as likely."""
    for row, column in rng.integers(pixels.shape, size=(_TRIES, 2)).tolist():
        if pixels[row, column]:
            return row, column
    inside = np.flatnonzero(pixels)  # a fifth of all time, where most boxes are half full
    return divmod(int(inside[rng.integers(len(inside))]), pixels.shape[1])


def _span(start: int, length: int, ahead: bool, limit: int) -> tuple[int, int]:
    """Return first pixel and length of what extends from a pixel, itself included, ahead or back within the picture."""
    length = max(length, 1)
    return (start, min(length, limit - start)) if ahead else (max(start - length + 1, 0), min(length, start + 1))


def _spread(first: int, last: int, rng: np.random.Generator) -> np.ndarray:
    """Return up to ``CANDIDATES`` whole numbers from first to last, evenly spaced from a random start."""
    step = max(-(-(last - first + 1) // CANDIDATES), 1)
    return np.arange(first + rng.integers(step), last + 1, step)
