import hashlib

import numpy as np
import pytest

from synpose.generation.people.roster import Roster, members


def _roster(tailor, seed=5, size=30, cache=3):
    return Roster(tailor.model, tailor, size, seed, (9, 25), (26, 62), cache)


def _digest(identity):
    value = hashlib.sha256(identity.body.vertices.tobytes() + repr(identity.record()).encode())
    value.update(identity.outfit._points.tobytes())
    for mesh in identity.outfit._meshes:
        value.update(mesh.faces.tobytes() + mesh.parts.tobytes() + mesh.material.color.tobytes())
        value.update(b'' if mesh.material.texture is None else mesh.material.texture.tobytes())
    return value.hexdigest()


def test_an_identity_follows_from_seed_and_number_alone(tailor):
    roster = _roster(tailor)
    first = [_digest(roster[k]) for k in (3, 4, 5)]
    assert len(set(first)) == 3
    roster[6], roster[7], roster[8]  # the first ones are dropped from memory
    assert _digest(roster[3]) == first[0]
    assert _digest(_roster(tailor, size=551)[5]) == first[2]  # whatever came before, and of any roster's size
    assert _digest(_roster(tailor, seed=6)[5]) != first[2]


def test_what_is_in_memory_is_the_same_object(tailor):
    roster = _roster(tailor, cache=2)
    third = roster[3]
    roster[4]
    assert roster[3] is third
    roster[5]  # 4 was used least recently
    assert roster[3] is third
    assert len(roster._cached) == 2


@pytest.mark.parametrize(('number', 'ages'), [(0, (26, 62)), (10, (26, 62)), (1, (9, 25)), (19, (9, 25))])
def test_every_tenth_is_a_teacher(tailor, number, ages):
    assert ages[0] <= _roster(tailor)[number].body.years <= ages[1]


def test_draws_are_different_people(tailor):
    roster = _roster(tailor)
    pupils = roster.draw(np.random.default_rng(0), 27)
    assert sorted(pupils) == [k for k in range(30) if k % 10]
    assert set(roster.draw(np.random.default_rng(0), 3, teachers=True)) == {0, 10, 20}
    assert roster.draw(np.random.default_rng(4), 5) == roster.draw(np.random.default_rng(4), 5)


def test_bad_numbers_are_told(tailor):
    roster = _roster(tailor)
    with pytest.raises(ValueError, match='28 different pupils'):
        roster.draw(np.random.default_rng(0), 28)
    with pytest.raises(ValueError, match='identity 30'):
        roster[30]
    with pytest.raises(ValueError, match='identity -1'):
        roster[-1]
    with pytest.raises(ValueError, match='roster: 1'):
        _roster(tailor, size=1)


def test_members():
    teachers, pupils = members(12)
    np.testing.assert_array_equal(teachers, [0, 10])
    np.testing.assert_array_equal(pupils, [1, 2, 3, 4, 5, 6, 7, 8, 9, 11])
