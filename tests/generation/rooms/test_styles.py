from pathlib import Path

import pytest
from mmengine.config import Config

from synpose.generation.jobs.options import check_range
from synpose.generation.rooms.styles import check_style

CONFIG = Path(__file__).parents[3] / 'configs/generate/_base_/classroom.py'


@pytest.fixture
def style():
    return Config.fromfile(CONFIG).generator.style.to_dict()


def test_the_shipped_style_passes(style):
    check_style(style)


@pytest.mark.parametrize('part', ['door', 'light'])
def test_a_missing_part_is_named(style, part):
    del style[part]
    with pytest.raises(ValueError, match=f"style: '{part}' is missing"):
        check_style(style)


@pytest.mark.parametrize(
    ('part', 'key', 'message'),
    [
        ('wall', 'hew', "unknown style.wall option 'hew'"),
        ('light', 'lamps', "unknown style.light option 'lamps'"),
        ('walls', 'hue', "unknown style option 'walls'"),
    ],
)
def test_a_misspelled_key_is_named(style, part, key, message):
    style.setdefault(part, {})[key] = (0, 1)
    with pytest.raises(ValueError, match=message):
        check_style(style)


@pytest.mark.parametrize(('part', 'key'), [('floor', 'value'), ('light', 'ambient')])
def test_a_missing_key_is_named(style, part, key):
    del style[part][key]
    with pytest.raises(ValueError, match=f"style.{part}: '{key}' is missing"):
        check_style(style)


def test_a_part_that_is_no_dict_is_named(style):
    style['desk'] = 'oak'
    with pytest.raises(ValueError, match=r"style\.desk: 'oak' is not a dict"):
        check_style(style)


@pytest.mark.parametrize(
    ('part', 'key', 'value', 'message'),
    [
        ('wall', 'hue', (0.4, 0.2), r'style\.wall: hue: \(0\.4, 0\.2\) is no'),
        ('desk', 'saturation', (0.5, 1.2), r'style\.desk: saturation: .* within 0 and 1'),
        ('light', 'lamp', (-1.0, 2.0), r'style\.light: lamp: .* within 0 and inf'),
        ('chair', 'roughness', 'low', r'style\.chair: roughness'),
        ('floor', 'textures', ('mud',), r"style\.floor: unknown texture 'mud'"),
        ('floor', 'textures', (), r'style\.floor: textures: \(\) is not a list'),
    ],
)
def test_a_wrong_value_is_named(style, part, key, value, message):
    style[part][key] = value
    with pytest.raises(ValueError, match=message):
        check_style(style)


@pytest.mark.parametrize('value', [(0, 1), [0.5, 0.5], (0.0, 0.25)])
def test_ranges(value):
    check_range(value, 'here', 0, 1)


@pytest.mark.parametrize('value', [(1, 0), (-0.1, 1), (0, 1.1), (0,), 0.5, None, 'ab', ('a', 'b'), (0, float('nan'))])
def test_no_ranges(value):
    with pytest.raises(ValueError, match=r'here: .* is no \(low, high\) within 0 and 1'):
        check_range(value, 'here', 0, 1)
