"""How well the parts of a body are told apart, pixel by pixel."""

import numpy as np


def count_pixels(predicted: np.ndarray, true: np.ndarray, num_classes: int) -> np.ndarray:
    """Count the pixels of each true and each predicted class.

    Args:
        predicted: Classes from 0, any shape.
        true: Classes of the same shape.
        num_classes: C.

    Returns:
        ``(C, C)`` int64: row of the true class, column of the predicted one. Counts of several images are added.

    Raises:
        ValueError: If the shapes differ, or a class is not one of C.
    """
    if predicted.shape != true.shape:
        raise ValueError(f'{predicted.shape} pixels predicted, but {true.shape} labeled')
    for name, classes in (('predicted', predicted), ('labeled', true)):
        if classes.size and not (classes.min() >= 0 and classes.max() < num_classes):
            raise ValueError(f'classes {classes.min()} to {classes.max()} {name}, not 0 to {num_classes - 1}')
    pairs = true.astype(np.int64).ravel() * num_classes + predicted.astype(np.int64).ravel()
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


def class_scores(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the intersection over union and the recall of each class.

    Args:
        counts: ``(C, C)`` of a whole set, see :func:`count_pixels`: a class's intersection and union are those of all
            its images together.

    Returns:
        Two ``(C,)`` float64 arrays in [0, 1]. A class that no pixel has and none is predicted to have has no IoU (nan);
        one that no pixel has no recall.
    """
    hits, true, predicted = np.diag(counts).astype(float), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid='ignore'):
        return hits / (true + predicted - hits), hits / true


def mean_score(scores: np.ndarray) -> float:
    """Return the mean of the scores that are defined, nan if none is."""
    defined = scores[np.isfinite(scores)]
    return float(defined.mean()) if defined.size else float('nan')
