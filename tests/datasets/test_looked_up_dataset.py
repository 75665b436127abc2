from typing import Any

import numpy as np
import pytest

from synpose.datasets.looked_up_dataset import LookedUpDataset


class Squares(LookedUpDataset):
    """A dataset that counts what it looks up."""

    looked_up = 0

    def load_rows(self) -> np.ndarray:
        return np.arange(10)

    def look_up(self, row: int) -> dict[str, Any]:
        self.looked_up += 1
        return {'square': row**2}


def test_nothing_is_looked_up_before_it_is_asked_for() -> None:
    dataset = Squares(indices=[2, 3, 5], serialize_data=False)
    assert (len(dataset), len(dataset.data_list), dataset.looked_up) == (3, 3, 0)
    assert dataset.get_data_info(-1) == {'square': 25, 'sample_idx': 2}
    assert dataset.data_list[1:] == [{'square': 9}, {'square': 25}]
    assert dataset.looked_up == 3


def test_data_list_is_empty_when_serialized_and_cannot_be_set() -> None:
    dataset = Squares()
    assert list(dataset.data_list) == []
    with pytest.raises(AttributeError, match='looked up'):
        dataset.data_list = [{}]


def test_lazy() -> None:
    dataset = Squares(lazy_init=True, serialize_data=False)
    assert list(dataset.data_list) == []
    assert len(dataset) == 10  # opens it


def test_the_base_class_needs_its_two_methods() -> None:
    with pytest.raises(NotImplementedError):
        LookedUpDataset()
    with pytest.raises(NotImplementedError):
        LookedUpDataset(lazy_init=True).look_up(0)
