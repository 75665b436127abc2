"""The order goes on and on, and any stretch of it can be asked for."""

import pytest

from synpose.datasets.samplers.endless_order import EndlessOrder


@pytest.mark.parametrize(('size', 'count'), [(1, 4), (5, 23), (7, 7)])
def test_a_stretch_of_the_order_is_part_of_the_whole(size, count):
    whole = EndlessOrder(size, (3, 1)).take(0, 60).tolist()
    for start in (0, 3, 11):
        assert EndlessOrder(size, (3, 1)).take(start, count).tolist() == whole[start : start + count]
    assert all(sorted(whole[start : start + size]) == list(range(size)) for start in range(0, 60 - size, size))
    assert EndlessOrder(size, (3, 1), shuffle=False).take(2, 6).tolist() == [(2 + k) % size for k in range(6)]


def test_it_does_not_matter_what_was_asked_before():
    order = EndlessOrder(5, (1,))
    later = order.take(11, 7).tolist()
    assert order.take(3, 4).tolist() == EndlessOrder(5, (1,)).take(3, 4).tolist()
    assert order.take(11, 7).tolist() == later
