from collections import Counter

import pytest

from synpose.generation.jobs.shards import Shard, group_units, shard_of_units
from synpose.testing.toy_generator import ToyGenerator


def test_parse():
    assert Shard.parse('2/8') == Shard(2, 8)
    assert str(Shard(2, 8)) == '2/8'


@pytest.mark.parametrize('text', ['0/3', '4/3', '3', 'a/b', '1/0', '-1/3', ''])
def test_what_is_no_shard_is_named(text):
    with pytest.raises(ValueError, match=f"shard: '{text}' is not i/n"):
        Shard.parse(text)


def test_a_shard_that_is_none_cannot_be_made():
    with pytest.raises(ValueError, match="shard: '5/3' is not i/n"):
        Shard(5, 3)


def test_units_keep_the_order_of_the_plan():
    units = group_units(ToyGenerator(units=3).plan())
    assert {unit: [shot.image_id for shot in shots] for unit, shots in units.items()} == {
        0: [1, 2],
        1: [3, 4],
        2: [5, 6],
    }


@pytest.mark.parametrize(('units', 'of'), [(10, 3), (2, 5), (1, 1), (300, 7)])
def test_every_unit_has_one_shard_and_shards_are_even(units, of):
    number = shard_of_units([(0, k) for k in range(units)], of)
    assert set(number) == {(0, k) for k in range(units)}
    sizes = Counter(number.values())
    assert set(sizes) <= set(range(1, of + 1))
    assert sum(sizes.values()) == units
    assert max(sizes.values()) - min(sizes.get(k, 0) for k in range(1, of + 1)) <= 1


def test_kinds_that_take_turns_spread_over_the_shards():
    number = shard_of_units(list(range(300)), 3)  # room sizes take turns: a shard must not get one of them only
    for shard in (1, 2, 3):
        kinds = Counter(unit % 3 for unit, found in number.items() if found == shard)
        assert min(kinds.values()) > 20
