"""How far people are from the nearest other person of their image. Pure arrays."""

import numpy as np

_CHUNK = 1 << 22  # pairs of people at a time


def minimal_distances(points: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return everybody's distance to the nearest other person of the image: mD of LTSH, section 4.

    Images with the same number of people are computed together, so there is no loop over people or images.

    Args:
        points: ``(N, 2)`` px, the people's places, image by image.
        first: ``(I + 1,)``; the people of image i are ``first[i]`` to ``first[i + 1]``, excluded.

    Returns:
        ``(N,)`` float32, px; infinite for somebody who is alone.
    """
    distances = np.full(len(points), np.inf, np.float32)
    counts = np.diff(first)
    for count in np.unique(counts[counts > 1]).tolist():
        images = first[:-1][counts == count]
        for start in range(0, len(images), max(_CHUNK // count**2, 1)):
            people = images[start : start + max(_CHUNK // count**2, 1), None] + np.arange(count)
            x, y = np.moveaxis(points[people].astype(np.float32), -1, 0)
            squares = (x[:, :, None] - x[:, None]) ** 2 + (y[:, :, None] - y[:, None]) ** 2
            squares[:, np.arange(count), np.arange(count)] = np.inf
            distances[people] = np.sqrt(squares.min(axis=2))
    return distances
