"""How well two sets can be told apart by their features."""

import torch
import torch.nn.functional as F
from torch import Tensor


def domain_probe(features: Tensor, reference: Tensor, folds: int = 5, penalty: float = 1e-2) -> float:
    r"""Return the accuracy of a linear classifier that tells the rows of two sets apart, on rows it was not trained on.

    A logistic regression for each fold, on features standardized by the rows it is trained on, minimizes the mean
    cross-entropy plus ``penalty / 2`` times the squared weights; both sets count the same, whatever their sizes. From
    an accuracy a follows the proxy A-distance 2 (1 - 2 (1 - a)) of Ben-David et al., "Analysis of Representations for
    Domain Adaptation" (2006).

    Args:
        features: ``(n, D)``.
        reference: ``(m, D)``.
        folds: Parts of the cross-validation. A part is a stretch of the rows, not a random choice: neighbors in a
            dataset (cameras of a room, frames of a video) look alike, and should not stand on both sides.
        penalty: Weight of the squared weights.

    Returns:
        The mean of both sets' accuracies, in [0, 1]; 0.5 is chance.

    Raises:
        ValueError: If a set has fewer rows than there are folds, there are fewer than two, or the features do not fit.
    """
    if folds < 2 or min(len(features), len(reference)) < folds:
        raise ValueError(f'domain_probe: {folds} folds, but the sets have {len(features)} and {len(reference)} rows')
    if features.shape[1:] != reference.shape[1:] or features.ndim != 2:
        raise ValueError(f'domain_probe: features of {tuple(features.shape)} and {tuple(reference.shape)}')
    sets = features.double(), reference.double()
    parts = [torch.arange(len(rows)) * folds // len(rows) for rows in sets]
    right = [0, 0]
    for fold in range(folds):
        train = [rows[part != fold] for rows, part in zip(sets, parts)]
        spread, mean = torch.std_mean(torch.cat(train), dim=0)
        spread = spread.where(spread > 0, 1)
        weights = _fit((train[0] - mean) / spread, (train[1] - mean) / spread, penalty)
        for number, (rows, part) in enumerate(zip(sets, parts)):
            scores = ((rows[part == fold] - mean) / spread) @ weights[:-1] + weights[-1]
            right[number] += int((scores > 0 if number else scores <= 0).sum())
    return (right[0] / len(features) + right[1] / len(reference)) / 2


def _fit(first: Tensor, second: Tensor, penalty: float) -> Tensor:
    """Fit the classifier; returns its weights ``(D,)`` and its bias, scores above 0 being of the second set."""
    with torch.inference_mode(False), torch.enable_grad():  # a metric is computed without gradients
        first, second = first.clone(), second.clone()
        weights = first.new_zeros(first.shape[1] + 1).requires_grad_()
        optimizer = torch.optim.LBFGS([weights], max_iter=200, tolerance_grad=1e-8, line_search_fn='strong_wolfe')

        def loss() -> Tensor:
            optimizer.zero_grad()
            scores = [rows @ weights[:-1] + weights[-1] for rows in (first, second)]
            entropy = F.softplus(scores[0]).mean() + F.softplus(-scores[1]).mean()
            value = entropy / 2 + penalty / 2 * weights[:-1].square().sum()
            value.backward()
            return value

        optimizer.step(loss)
    return weights.detach()
