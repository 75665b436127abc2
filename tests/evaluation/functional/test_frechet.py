import numpy as np
import pytest
import torch
from torch_fidelity.metric_fid import fid_statistics_to_metric
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

from synpose.evaluation.functional import FeatureMoments, frechet_distance, kernel_distance


def moments_of(features, chunk=None):
    moments = FeatureMoments(features.shape[1])
    for part in features.split(chunk or len(features)):
        moments.add(part)
    return moments


def distance(a, b):
    return frechet_distance(a.mean, a.covariance, b.mean, b.covariance)


def random_features(n, d, seed=0, rank=None):
    """Correlated features, as a network gives them, in `rank` directions."""
    rng = np.random.default_rng(seed)
    spread = np.exp(-np.arange(rank or d) / (d / 8))
    return torch.tensor((rng.standard_normal((n, rank or d)) * spread) @ rng.standard_normal((rank or d, d)))


def with_moments(mean, root, n, seed):
    """Features whose sample mean and covariance are exactly `mean` and `root @ root.T`."""
    x = torch.tensor(np.random.default_rng(seed).standard_normal((n, len(mean))))
    x = x - x.mean(0)
    white = torch.linalg.solve_triangular(torch.linalg.cholesky(torch.cov(x.T)), x.T, upper=False)
    return (root @ white).T + mean


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_gaussians_with_a_closed_form(dtype):
    """Covariances with the same axes: the distance is that of the means and of the standard deviations."""
    rng = np.random.default_rng(0)
    axes = torch.tensor(np.linalg.qr(rng.standard_normal((6, 6)))[0])
    mean_a, mean_b, std_a, std_b = torch.tensor(rng.uniform(0.5, 2, (4, 6)))
    a = with_moments(mean_a, axes * std_a, 50, 1).to(dtype)
    b = with_moments(mean_b, axes * std_b, 40, 2).to(dtype)
    expected = (mean_a - mean_b).square().sum() + (std_a - std_b).square().sum()
    found = distance(moments_of(a), moments_of(b))
    assert found == pytest.approx(float(expected), rel=1e-9 if dtype == torch.float64 else 1e-5)


def test_covariances_with_other_axes_agree_with_two_libraries():
    a, b = moments_of(random_features(300, 16, 0)), moments_of(random_features(200, 16, 1) * 1.3 + 0.2)
    ours = distance(a, b)
    assert ours == pytest.approx(float(_compute_fid(a.mean, a.covariance, b.mean, b.covariance)), rel=1e-8)
    statistics = [{'mu': m.mean.numpy(), 'sigma': m.covariance.numpy()} for m in (a, b)]
    (library,) = fid_statistics_to_metric(*statistics, verbose=False).values()
    assert ours == pytest.approx(library, rel=1e-8)
    diagonal = frechet_distance(a.mean, a.covariance.diag().diag(), b.mean, b.covariance.diag().diag())
    assert abs(diagonal - ours) > 0.01 * ours  # the test can tell


@pytest.mark.parametrize(('n', 'd'), [(400, 16), (20, 256), (2, 64)])
def test_a_set_from_itself_and_moved(n, d):
    """Also of fewer images than features, whose covariance is singular."""
    features = random_features(n, d)
    a = moments_of(features)
    trace = float(a.covariance.trace())
    assert distance(a, a) < 1e-12 * trace
    assert distance(a, moments_of(features.flip(0), chunk=3)) < 1e-9 * trace
    assert distance(a, moments_of(features + 0.01)) == pytest.approx(d * 1e-4, rel=1e-6)


def test_singular_covariances_without_common_directions():
    """From |A - B| over all rotations of the images: the singular values of the product of centered features."""
    a, b = random_features(12, 40, 0, rank=5), random_features(9, 40, 1, rank=30)
    centered = [(x - x.mean(0)) / (len(x) - 1) ** 0.5 for x in (a, b)]
    overlap = torch.linalg.svdvals(centered[0] @ centered[1].T).sum()
    expected = (a.mean(0) - b.mean(0)).square().sum() + sum(x.square().sum() for x in centered) - 2 * overlap
    assert distance(moments_of(a), moments_of(b)) == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize('offset', [0.0, 1e4])
@pytest.mark.parametrize('chunk', [1, 7, 64])
def test_moments_do_not_depend_on_chunks(chunk, offset):
    features = random_features(64, 10) + offset
    found = moments_of(features, chunk)
    assert found.n == 64
    torch.testing.assert_close(found.mean, features.mean(0), rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(found.covariance, torch.cov(features.T), rtol=1e-9, atol=1e-11 * max(offset, 1))
    other = moments_of(random_features(50, 10, 3) + offset)
    assert distance(found, other) == pytest.approx(distance(moments_of(features), other), rel=1e-9)


def test_half_precision_features_are_added_up_in_float64():
    features = random_features(600, 4).half() + 8
    torch.testing.assert_close(moments_of(features, 5).covariance, torch.cov(features.double().T), rtol=1e-12, atol=0)


def test_an_empty_chunk_changes_nothing():
    features = random_features(5, 3)
    moments = moments_of(features)
    moments.add(features[:0])
    assert moments.n == 5
    assert torch.equal(moments.mean, moments_of(features).mean)


def test_one_image_has_no_covariance():
    with pytest.raises(ValueError, match='at least 2 images, but there are 1'):
        _ = moments_of(random_features(1, 3)).covariance


def test_features_of_two_sizes_have_no_distance():
    a, b = moments_of(random_features(5, 3)), moments_of(random_features(5, 4))
    with pytest.raises(ValueError, match='3 and 4 dimensions'):
        distance(a, b)


def test_kernel_distance_is_the_mean_over_subsets():
    a, b = random_features(30, 6, 0).float(), random_features(20, 6, 1).float() + 0.5
    mean, spread, size = kernel_distance(a, b, subsets=5, subset_size=8, seed=3)
    rng = np.random.RandomState(3)
    scores = [
        float(poly_mmd(a[rng.choice(30, 8, replace=False)], b[rng.choice(20, 8, replace=False)])) for _ in range(5)
    ]
    assert size == 8
    assert mean == pytest.approx(np.mean(scores), rel=1e-4)
    assert spread == pytest.approx(np.std(scores), rel=1e-4)


@pytest.mark.parametrize(('n_a', 'n_b', 'size'), [(30, 4, 2), (9, 30, 4), (30, 30, 10)])
def test_subsets_of_small_sets_are_halves(n_a, n_b, size):
    a, b = random_features(n_a, 3).float(), random_features(n_b, 3, 1).float()
    assert kernel_distance(a, b, 2, subset_size=10)[2] == size


def test_kernel_distance_is_unbiased_on_small_sets():
    """Sets of one kind are 0 apart on average, of 16 images as of 200; Fréchet distances are far above."""
    rng = np.random.default_rng(0)
    sets = [torch.tensor(rng.standard_normal((2, 16, 8)), dtype=torch.float32) for _ in range(60)]
    figures = [kernel_distance(a, b, subsets=10)[0] for a, b in sets]
    assert abs(np.mean(figures)) < 3 * np.std(figures) / len(figures) ** 0.5
    assert min(distance(moments_of(a), moments_of(b)) for a, b in sets) > 0.5


def test_three_images_are_too_few_for_the_kernel_distance():
    with pytest.raises(ValueError, match='at least 4 images in each set, but one has 3'):
        kernel_distance(random_features(3, 2), random_features(9, 2))
