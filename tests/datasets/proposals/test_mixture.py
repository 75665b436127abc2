import numpy as np
import pytest

from synpose.datasets.proposals import GaussianMixture, fit_mixture

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(300, 4)) @ RNG.normal(size=(4, 4)) + [1, 2, 3, 4]


def test_one_component_is_mean_and_covariance() -> None:
    found = fit_mixture(POINTS, 1, np.random.default_rng(0), floor=0)
    np.testing.assert_allclose(found.means[0], POINTS.mean(axis=0))
    np.testing.assert_allclose(found.covariances[0], np.cov(POINTS.T, bias=True))
    assert found.weights == [1]
    logdet = np.linalg.slogdet(found.covariances[0])[1]
    assert found.log_likelihood(POINTS) == pytest.approx(-0.5 * (4 * np.log(2 * np.pi) + logdet + 4))  # closed form


def test_a_known_mixture_is_found_again() -> None:
    rng = np.random.default_rng(1)
    true = GaussianMixture(
        np.array([0.3, 0.7]), np.array([[0.0, 0, 0, 0], [1, 1, -1, 1]]), np.stack([np.eye(4) * 0.02, np.eye(4) * 0.2])
    )
    parts = rng.choice(2, size=4000, p=true.weights)
    points = true.means[parts] + rng.normal(size=(4000, 4)) * np.sqrt([0.02, 0.2])[parts, None]
    found = fit_mixture(points, 2, rng)
    order = np.argsort(found.weights)
    for name, tolerance in (('weights', 0.02), ('means', 0.05), ('covariances', 0.03)):
        np.testing.assert_allclose(getattr(found, name)[order], getattr(true, name), rtol=0, atol=tolerance)
    assert found.log_likelihood(points) >= true.log_likelihood(points)
    assert fit_mixture(points, 1, rng).log_likelihood(points) < found.log_likelihood(points) - 0.1


def test_equal_points_have_a_density() -> None:
    found = fit_mixture(np.ones((5, 4)), 1, np.random.default_rng(0))
    assert np.isfinite(found.log_likelihood(np.ones((5, 4))))


@pytest.mark.parametrize(('count', 'components'), [(2, 3), (0, 1), (5, 0)])
def test_too_few_points_are_refused(count: int, components: int) -> None:
    with pytest.raises(ValueError, match=f'{count} points cannot make {components} components'):
        fit_mixture(np.ones((count, 4)), components, np.random.default_rng(0))
