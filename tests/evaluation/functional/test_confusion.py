import numpy as np
import pytest

from synpose.evaluation.functional import confusion_matrix


def test_counts_by_hand() -> None:
    labels, found = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 2, 2])
    np.testing.assert_array_equal(confusion_matrix(labels, found, 2), [[1, 1, 0], [0, 1, 2]])


def test_numbers_out_of_range() -> None:
    with pytest.raises(ValueError, match='label 2 of sample 1 must lie in 0 to 1'):
        confusion_matrix(np.array([0, 2]), np.array([0, 0]), 2)
    with pytest.raises(ValueError, match='prediction -1 of sample 0 must lie in 0 to 2'):
        confusion_matrix(np.array([0]), np.array([-1]), 2)
