"""The whitening and coloring transform of feature maps. Pure tensors.

Source: Y. Li, M.-Y. Liu, X. Li, M.-H. Yang and J. Kautz, "A closed-form solution to photorealistic image stylization",
ECCV 2018, section 3.1, after Y. Li et al., "Universal style transfer via feature transforms", NeurIPS 2017.
"""

import torch
from torch import Tensor


def whiten_and_color(content: Tensor, style: Tensor, cutoff: float = 1e-5) -> Tensor:
    """Give features the mean and covariance of other features: ``P_s P_c (content - mean_c) + mean_s``.

    ``P_c = E_c L_c^(-1/2) E_c^T`` whitens and ``P_s = E_s L_s^(1/2) E_s^T`` colors, with the eigenvectors E and
    eigenvalues L of the two covariances. Directions without variance (fewer pixels than channels leave many) are
    neither whitened nor colored, so that no noise is amplified; the covariance of the result then lacks them too.

    Args:
        content: ``(C, N)``, N > 1.
        style: ``(C, M)``, M > 1.
        cutoff: Eigenvalues up to this count as none.

    Returns:
        ``(C, N)``, of the content's type; computed in double precision.

    Raises:
        ValueError: If there are fewer than two columns, or a value is not finite.
    """
    for name, features in (('content', content), ('style', style)):
        if features.shape[1] < 2:
            raise ValueError(f'{name}: a covariance needs two columns, but there are {features.shape[1]}')
        if not features.isfinite().all():
            raise ValueError(f'{name}: a feature is not finite')
    centered, _, whiten = _root(content, -0.5, cutoff)
    _, mean, color = _root(style, 0.5, cutoff)
    return (color @ (whiten @ centered) + mean).to(content.dtype)


def _root(features: Tensor, power: float, cutoff: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return the centered features, their mean ``(C, 1)`` and a power of their covariance ``(C, C)``."""
    features = features.double()
    mean = features.mean(dim=1, keepdim=True)
    centered = features - mean
    values, vectors = torch.linalg.eigh(centered @ centered.T / (features.shape[1] - 1))
    kept = values > cutoff
    vectors = vectors[:, kept]
    return centered, mean, (vectors * values[kept] ** power) @ vectors.T
