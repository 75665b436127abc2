from numbers import Integral, Real

import pytest

from synpose.generation.jobs.options import check_image_size, check_known, check_numbers, require


class Options:
    def __init__(self, *, seed, **unknown):
        pass


def test_unknown_options_are_named_with_the_known_ones():
    check_known(Options, {})
    with pytest.raises(ValueError, match=r"unknown generator option 'sead'; known: \['seed'\]"):
        check_known(Options, {'sead': 1})


@pytest.mark.parametrize(
    ('value', 'kind', 'message'),
    [
        (3, Integral, None),
        (0.5, Real, None),
        (None, Real, None),
        (1.5, Integral, 'x: 1.5 is not a whole number'),
        (True, Integral, 'x: True is not a whole number'),
        ('3', Real, "x: '3' is not a number"),
        (-1, Integral, r'x: -1 is not in \[0, 9\]'),
        (9.1, Real, r'x: 9.1 is not in \[0, 9\]'),
        (float('nan'), Real, 'x: nan is not in'),
    ],
)
def test_numbers(value, kind, message):
    limits = (('x', kind, 0, 9),)
    if message is None:
        check_numbers({'x': value}, limits, optional=('x',))
    else:
        with pytest.raises(ValueError, match=message):
            check_numbers({'x': value}, limits)


def test_none_is_no_number_unless_optional():
    with pytest.raises(ValueError, match='x: None is not a number'):
        check_numbers({'x': None}, (('x', Real, 0, 1),))


@pytest.mark.parametrize('size', [5, (64,), (64.0, 64.0), (64, 8), 'ab', None])
def test_image_sizes(size):
    check_image_size((64, 36))
    check_image_size([16, 16])
    with pytest.raises(ValueError, match='image_size'):
        check_image_size(size)


def test_require():
    require(True, '')
    with pytest.raises(ValueError, match=r'^so$'):
        require(False, 'so')
