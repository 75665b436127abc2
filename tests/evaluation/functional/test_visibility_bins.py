import numpy as np
import pytest

from synpose.evaluation.functional.visibility_bins import visibility_bins


def flags(visible: int, annotated: int, total: int = 17) -> list[int]:
    return [2] * visible + [1] * (annotated - visible) + [0] * (total - annotated)


@pytest.mark.parametrize(
    ('visible', 'annotated', 'expected'),
    [
        (0, 17, 0),  # 0
        (1, 6, 0),  # .167
        (1, 5, 1),  # .2 opens the second bin
        (3, 15, 1),
        (2, 5, 2),  # .4
        (3, 5, 3),  # .6
        (9, 15, 3),  # .6, which floats put below 3 / 5
        (13, 17, 3),  # .765
        (4, 5, 4),  # .8
        (17, 17, 4),  # 1 is in the last
        (0, 0, -1),
    ],
)
def test_edges_by_hand(visible: int, annotated: int, expected: int) -> None:
    assert visibility_bins(np.array([flags(visible, annotated)])).tolist() == [expected]


def test_shares_are_of_annotated_joints() -> None:
    people = np.array([flags(2, 4), flags(2, 16)])
    assert visibility_bins(people, 4).tolist() == [2, 0]
    assert visibility_bins(np.zeros((0, 17), dtype=int)).tolist() == []
    with pytest.raises(ValueError, match='num_bins must be at least 1'):
        visibility_bins(people, 0)
