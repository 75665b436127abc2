"""Smoothing a picture along the edges of another: by its matting affinities, or by a guided filter. Pure arrays."""

from itertools import product
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_PADDING = 2  # px, repeated at the edges
_WINDOW = 3  # px, side of the windows of the matting affinity
_RESIDUAL = 1e-3  # relative; since the system's eigenvalues lie above 1 - a, that bounds the solution's error too


def matting_affinity(guide: np.ndarray, epsilon: float = 1e-7) -> 'csr_array':
    """Return how alike nearby pixels of a picture are.

    ``W_ij = sum_k (1 + (I_i - m_k)^T (C_k + epsilon / 9 Id)^(-1) (I_j - m_k)) / 9`` over the 3x3 windows k that hold
    both pixels, with mean m_k and covariance C_k of a window's colors: A. Levin, D. Lischinski and Y. Weiss, "A
    closed-form solution to natural image matting", TPAMI 2008, the matting Laplacian of color pictures without its
    sign and diagonal. A row sums to the number of windows that hold its pixel.

    Args:
        guide: ``(H, W, 3)`` float, 0 to 1; H and W at least 3.
        epsilon: Regularizes flat windows.

    Returns:
        ``(H W, H W)``, a symmetric :class:`scipy.sparse.csr_array`, float64.

    Raises:
        ImportError: If scipy is missing.
        ValueError: If the picture is smaller than a window.
    """
    try:
        from scipy.sparse import dia_array
    except ImportError as error:
        raise ImportError("smoothing by affinities needs scipy: pip install 'synpose[adapt]'") from error
    height, width = guide.shape[:2]
    if min(height, width) < _WINDOW:
        raise ValueError(f'guide: {width}x{height} px is smaller than a window of {_WINDOW}x{_WINDOW} px')
    guide = guide.astype(np.float64)
    rows, columns = height - _WINDOW + 1, width - _WINDOW + 1
    places = list(product(range(_WINDOW), repeat=2))
    pixels = np.stack([guide[y : y + rows, x : x + columns] for y, x in places])  # (9, rows, columns, 3)
    pixels -= pixels.mean(axis=0)
    covariance = np.einsum('khwi,khwj->hwij', pixels, pixels) / len(places)
    inverse = np.linalg.inv(covariance + epsilon / len(places) * np.eye(3))
    whitened = np.einsum('khwi,hwij->khwj', pixels, inverse)
    diagonals: dict[int, np.ndarray] = {}
    for (a, (y0, x0)), (b, (y1, x1)) in product(enumerate(places), repeat=2):
        offset = (y1 - y0) * width + x1 - x0
        # scipy keeps a diagonal's values by the column they are in: the second pixel.
        values = diagonals.setdefault(offset, np.zeros((height, width)))
        values[y1 : y1 + rows, x1 : x1 + columns] += (1 + (whitened[a] * pixels[b]).sum(-1)) / len(places)
    stacked = np.stack([values.ravel() for values in diagonals.values()])
    return dia_array((stacked, list(diagonals)), shape=(height * width,) * 2).tocsr()


def smooth_by_affinity(image: np.ndarray, guide: np.ndarray, fidelity: float = 1e-4) -> np.ndarray:
    """Make pixels alike that are alike in another picture.

    Minimizes ``1/2 sum_ij W_ij |r_i / sqrt(d_ii) - r_j / sqrt(d_jj)|^2 + fidelity sum_i |r_i - y_i|^2`` over r, whose
    solution is ``(1 - a) (I - a S)^(-1) y`` with ``S = D^(-1/2) W D^(-1/2)`` and ``a = 1 / (1 + fidelity)``: Y. Li,
    M.-Y. Liu, X. Li, M.-H. Yang and J. Kautz, "A closed-form solution to photorealistic image stylization", ECCV 2018,
    section 3.2, with the affinities W of :func:`matting_affinity` and their row sums D. The system is positive
    definite; it is solved by conjugate gradients. Both pictures are continued beyond their edges, and cut again, so
    that all pixels are in as many windows: else the edges come out darker.

    Args:
        image: y, ``(H, W, C)`` float.
        guide: ``(H, W, 3)`` float, 0 to 1.
        fidelity: The paper's lambda; larger keeps more of the image.

    Returns:
        r, ``(H, W, C)`` float64.

    Raises:
        ImportError: If scipy is missing.
        RuntimeError: If the solver does not converge.
    """
    affinity = matting_affinity(_padded(guide))
    from scipy.sparse import diags_array, eye_array
    from scipy.sparse.linalg import cg

    weight = 1 / (1 + fidelity)
    scale = diags_array(1 / np.sqrt(affinity.sum(axis=1)))
    system = (eye_array(affinity.shape[0]) - weight * (scale @ affinity @ scale)).tocsr()
    inverse_diagonal = diags_array(1 / system.diagonal())
    channels = []
    padded = _padded(image.astype(np.float64))
    for channel in np.moveaxis(padded, -1, 0):
        known = channel.ravel()
        found, failed = cg(system, (1 - weight) * known, x0=known, rtol=_RESIDUAL, M=inverse_diagonal)
        if failed:
            raise RuntimeError(f'smoothing: conjugate gradients did not converge in {failed} steps')
        channels.append(found.reshape(channel.shape))
    return np.stack(channels, axis=-1)[_PADDING:-_PADDING, _PADDING:-_PADDING]


def _padded(image: np.ndarray) -> np.ndarray:
    return np.pad(image, [(_PADDING, _PADDING), (_PADDING, _PADDING), (0, 0)], mode='edge')


def guided_filter(image: np.ndarray, guide: np.ndarray, radius: int = 35, epsilon: float = 1e-3) -> np.ndarray:
    """Write a picture as a locally linear function of another's colors.

    K. He, J. Sun and X. Tang, "Guided image filtering", TPAMI 2013, in its form for color guides: the fast
    stand-in for :func:`smooth_by_affinity` that its authors offer.

    Args:
        image: ``(H, W, C)`` float.
        guide: ``(H, W, 3)`` float, 0 to 1.
        radius: Windows reach so many px from their center; they end at the picture's edge.
        epsilon: Variance, in squared units of the guide, below which a window counts as flat.

    Returns:
        ``(H, W, C)`` float64.
    """
    image, guide = image.astype(np.float64), guide.astype(np.float64)
    size = (2 * radius + 1,) * 2

    def total(plane: np.ndarray) -> np.ndarray:
        return cv2.boxFilter(np.ascontiguousarray(plane), -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT)

    counts = total(np.ones(guide.shape[:2]))

    def mean(values: np.ndarray) -> np.ndarray:
        flat = values.reshape(*values.shape[:2], -1)
        planes = [total(flat[..., i]) / counts for i in range(flat.shape[-1])]
        return np.stack(planes, axis=-1).reshape(values.shape)

    guide_mean, image_mean = mean(guide), mean(image)
    variance = mean(guide[..., :, None] * guide[..., None, :]) - guide_mean[..., :, None] * guide_mean[..., None, :]
    shared = mean(guide[..., :, None] * image[..., None, :]) - guide_mean[..., :, None] * image_mean[..., None, :]
    slope = np.linalg.solve(variance + epsilon * np.eye(3), shared)  # (H, W, 3, C)
    offset = image_mean - np.einsum('hwic,hwi->hwc', slope, guide_mean)
    return np.einsum('hwic,hwi->hwc', mean(slope), guide) + mean(offset)
