"""Which class is taken for which."""

import numpy as np


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, num_classes: int) -> np.ndarray:
    """Count labels by prediction.

    Args:
        labels: ``(N,)`` int in [0, C).
        predictions: ``(N,)`` int in [0, C]; C where there is none.
        num_classes: C.

    Returns:
        ``(C, C + 1)`` int: row ``i``, column ``j`` has the number of samples of class ``i`` predicted as ``j``.

    Raises:
        ValueError: If a number is out of its range.
    """
    for name, values, most in (('label', labels, num_classes - 1), ('prediction', predictions, num_classes)):
        bad = np.flatnonzero((values < 0) | (values > most))
        if len(bad):
            raise ValueError(f'{name} {values[bad[0]]} of sample {bad[0]} must lie in 0 to {most}')
    matrix = np.zeros((num_classes, num_classes + 1), dtype=int)
    np.add.at(matrix, (labels, predictions), 1)
    return matrix
