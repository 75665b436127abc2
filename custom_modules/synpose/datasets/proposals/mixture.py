"""A mixture of Gaussians with full covariances, fitted by expectation maximization."""

from typing import NamedTuple

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.special import logsumexp
from scipy.stats import multivariate_normal


class GaussianMixture(NamedTuple):
    """M Gaussians in D dimensions.

    Attributes:
        weights: ``(M,)``, their sum is 1.
        means: ``(M, D)``.
        covariances: ``(M, D, D)``.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    def log_densities(self, points: np.ndarray) -> np.ndarray:
        """Return each component's log density times its weight, ``(N, M)``, at points ``(N, D)``."""
        parts = [
            multivariate_normal.logpdf(points, mean, covariance) for mean, covariance in zip(*self[1:], strict=True)
        ]
        with np.errstate(divide='ignore'):  # a component may have lost all its points
            return np.stack(parts, axis=-1).reshape(-1, len(self.weights)) + np.log(self.weights)

    def log_likelihood(self, points: np.ndarray) -> float:
        """Return the mean log density at points ``(N, D)``."""
        return float(logsumexp(self.log_densities(points), axis=1).mean())


def fit_mixture(
    points: np.ndarray,
    components: int,
    rng: np.random.Generator,
    floor: float = 1e-6,
    tolerance: float = 1e-7,
    max_steps: int = 500,
) -> GaussianMixture:
    """Fit a mixture, from clusters of k-means on.

    Args:
        points: ``(N, D)``.
        components: M, at most N.
        rng: For the first centers.
        floor: Added to every variance, so that equal points have a density.
        tolerance: A step that gains less mean log-likelihood is the last.
        max_steps: As many steps at most.

    Raises:
        ValueError: If there are fewer points than components, or none.
    """
    count, size = points.shape
    if not 1 <= components <= count:
        raise ValueError(f'{count} points cannot make {components} components')
    _, labels = kmeans2(points, components, minit='++', seed=rng)
    shares = np.eye(components)[labels]
    last = -np.inf
    for _ in range(max_steps):
        totals = shares.sum(axis=0)
        safe = np.maximum(totals, 1e-12)
        means = shares.T @ points / safe[:, None]
        offsets = points[:, None] - means  # (N, M, D)
        covariances = np.einsum('nm,nmi,nmj->mij', shares, offsets, offsets) / safe[:, None, None]
        mixture = GaussianMixture(totals / count, means, covariances + floor * np.eye(size))
        densities = mixture.log_densities(points)
        gained = logsumexp(densities, axis=1)
        if gained.mean() - last < tolerance:
            break
        last = gained.mean()
        shares = np.exp(densities - gained[:, None])
    return mixture
