"""Fréchet and kernel distances between two sets of features."""

import torch
from mmengine.dist import all_reduce
from torch import Tensor


class FeatureMoments:
    r"""Number, mean and covariance of features that come in chunks, in float64; memory does not grow with their number.

    Chunks are merged as by Chan et al., "Updating formulae and a pairwise algorithm for computing sample variances"
    (1979), so the result does not depend on how features are cut into chunks, up to rounding:

    .. math::
        S_{ab} = S_a + S_b + \frac{n_a n_b}{n_a + n_b} (m_a - m_b)(m_a - m_b)^T

    Args:
        num_features: D.

    Attributes:
        n: Features seen so far.
        mean: ``(D,)``.
        scatter: ``(D, D)``, the sum of (x - mean)(x - mean)^T.
    """

    def __init__(self, num_features: int) -> None:
        self.n = 0
        self.mean = torch.zeros(num_features, dtype=torch.float64)
        self.scatter = torch.zeros(num_features, num_features, dtype=torch.float64)

    @property
    def covariance(self) -> Tensor:
        """Unbiased covariance ``(D, D)``.

        Raises:
            ValueError: If there are fewer than two features.
        """
        if self.n < 2:
            raise ValueError(f'a covariance needs at least 2 images, but there are {self.n}')
        return self.scatter / (self.n - 1)

    def add(self, features: Tensor) -> None:
        """Take in a chunk ``(B, D)`` of any floating-point type, on any device."""
        count = len(features)
        if not count:
            return
        features = features.detach().cpu().double()
        mean = features.mean(0)
        centered = features - mean
        shift = mean - self.mean
        self.scatter.addmm_(centered.T, centered).addr_(shift, shift, alpha=self.n * count / (self.n + count))
        self.mean += shift * (count / (self.n + count))
        self.n += count

    def merge_ranks(self) -> None:
        """Make this the moments of all processes' features together; each of them must call it."""
        count = torch.tensor(self.n)
        mean = self.mean * self.n
        all_reduce(count)
        all_reduce(mean)
        mean /= max(int(count), 1)
        shift = self.mean - mean
        self.scatter.addr_(shift, shift, alpha=self.n)
        all_reduce(self.scatter)
        self.n, self.mean = int(count), mean


def frechet_distance(mean_a: Tensor, covariance_a: Tensor, mean_b: Tensor, covariance_b: Tensor) -> float:
    r"""Return the squared Fréchet distance between two Gaussians.

    Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium" (2017), equation
    6, with the trace of the root of the product as the sum of singular values of a product of roots:

    .. math::
        d^2 = |m_a - m_b|^2 + Tr(S_a + S_b) - 2 \sum_i \sigma_i(S_a^{1/2} S_b^{1/2})

    It equals the usual form and needs no epsilon where covariances are singular, as those of fewer images than features
    are. The libraries' forms (eigenvalues, or the matrix root, of S_a S_b) then take roots of rounding errors: for 20
    images of 2048 features torchmetrics 1.9 puts a set -5e-6 of the trace from itself, this form 1e-15.

    Args:
        mean_a: ``(D,)`` float64.
        covariance_a: ``(D, D)`` float64, symmetric.
        mean_b: Likewise, of the other Gaussian.
        covariance_b: Likewise.

    Raises:
        ValueError: If the two differ in size.
    """
    if mean_a.shape != mean_b.shape:
        raise ValueError(f'Gaussians of {len(mean_a)} and {len(mean_b)} dimensions have no distance')
    root_a, root_b = _root(covariance_a), _root(covariance_b)
    shift = mean_a - mean_b
    overlap = torch.linalg.svdvals(root_a.T @ root_b).sum()
    distance = shift @ shift + root_a.square().sum() + root_b.square().sum() - 2 * overlap
    return max(float(distance), 0.0)  # rounding alone takes it below


def _root(covariance: Tensor) -> Tensor:
    """Return R ``(D, r)`` with R R^T = covariance of rank r; what rounding leaves of eigenvalues 0 is dropped."""
    values, vectors = torch.linalg.eigh(covariance)
    kept = values > len(values) * torch.finfo(values.dtype).eps * values[-1]
    return vectors[:, kept] * values[kept].sqrt()


def kernel_distance(
    features_a: Tensor, features_b: Tensor, subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> tuple[float, float, int]:
    """Return the squared kernel distance (KID) over random subsets: unbiased, so also fit for small sets.

    Bińkowski et al., "Demystifying MMD GANs" (2018): the squared maximum mean discrepancy under the kernel
    (x.y / D + 1)^3, as torch-fidelity computes it.

    Args:
        features_a: ``(n_a, D)`` float32.
        features_b: ``(n_b, D)`` float32.
        subsets: Number of subsets.
        subset_size: Features in a subset; of smaller sets half of the smaller one. Halves, because their spread is
            about the standard error of the whole, where subsets as large as the set would not differ at all.
        seed: Seed of the subsets.

    Returns:
        Mean and standard deviation over the subsets, and the size of the subsets. The mean of sets that are alike may
        be below 0.

    Raises:
        ImportError: If torch-fidelity is not installed.
        ValueError: If a set has fewer than four features.
    """
    try:
        from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, KEY_METRIC_KID_STD, kid_features_to_metric
    except ImportError as error:
        raise ImportError("the kernel distance needs torch-fidelity: pip install 'synpose[adapt]'") from error
    smaller = min(len(features_a), len(features_b))
    if smaller < 4:
        raise ValueError(f'the kernel distance needs at least 4 images in each set, but one has {smaller}')
    size = min(subset_size, smaller // 2)
    figures = kid_features_to_metric(
        features_a, features_b, kid_subsets=subsets, kid_subset_size=size, rng_seed=seed, verbose=False
    )
    return figures[KEY_METRIC_KID_MEAN], figures[KEY_METRIC_KID_STD], size
