from pathlib import Path

import pytest
from mmengine.config import Config

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
