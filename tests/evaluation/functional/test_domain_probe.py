import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from synpose.evaluation.functional import domain_probe
from synpose.evaluation.functional.domain_probe import _fit


def normal(count: int, shift: float, seed: int, size: int = 4) -> torch.Tensor:
    rows = torch.randn(count, size, generator=torch.Generator().manual_seed(seed), dtype=torch.double)
    rows[:, 0] += shift
    return rows


@pytest.mark.parametrize('distance', [0.0, 1.0, 2.0, 6.0])
def test_normal_sets_are_told_apart_as_well_as_can_be(distance: float) -> None:
    """Between two normal distributions no classifier is better than Phi(distance / 2)."""
    best = (1 + math.erf(distance / 2 / math.sqrt(2))) / 2
    scale = torch.tensor([1e3, 1e-3, 1, 1])
    found = domain_probe(normal(3000, 0, 0) * scale, normal(1000, distance, 1) * scale)
    assert found == pytest.approx(best, abs=0.025)


def test_the_fit_is_the_optimum() -> None:
    first, second = normal(40, 0, 0), normal(25, 1, 1)

    def value(weights: np.ndarray) -> float:
        scores = [rows.numpy() @ weights[:-1] + weights[-1] for rows in (first, second)]
        entropy = np.logaddexp(0, scores[0]).mean() + np.logaddexp(0, -scores[1]).mean()
        return entropy / 2 + 0.03 / 2 * (weights[:-1] ** 2).sum()

    expected = minimize(value, np.zeros(5), method='BFGS', options={'gtol': 1e-8}).x
    with torch.inference_mode():  # as within a test of MMEngine
        np.testing.assert_allclose(_fit(first * 1, second * 1, 0.03), expected, atol=1e-4)


def test_folds_are_stretches() -> None:
    """Rows are unlike in pairs that are neighbors: a random fold would find them, stretches do not."""
    code = torch.randn(20, 50, generator=torch.Generator().manual_seed(0)).repeat_interleave(5, 0)
    assert domain_probe(code[:50], code[50:], folds=5) < 0.75
    shuffled = [part[torch.randperm(50, generator=torch.Generator().manual_seed(1))] for part in code.split(50)]
    assert domain_probe(*shuffled, folds=5) > 0.9


def test_a_feature_that_never_changes() -> None:
    rows = [torch.cat((normal(30, shift, 0), torch.full((30, 1), 7.0)), dim=1) for shift in (0, 8)]
    assert domain_probe(*rows) > 0.95


@pytest.mark.parametrize(
    ('first', 'second', 'folds'), [((4, 3), (9, 3), 5), ((9, 3), (9, 3), 1), ((9, 3), (9, 4), 2), ((9,), (9,), 2)]
)
def test_sets_that_do_not_fit(first: tuple, second: tuple, folds: int) -> None:
    with pytest.raises(ValueError, match='domain_probe'):
        domain_probe(torch.zeros(first), torch.zeros(second), folds)
