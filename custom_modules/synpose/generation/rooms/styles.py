"""Checks the names inside a generator's options, so that a slip is named before anything is rendered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from synpose.generation.jobs.options import check_keys, check_range
from synpose.generation.rooms.textures import TEXTURES

MATERIALS = (
    'wall', 'floor', 'ceiling', 'desk', 'chair', 'metal', 'frame', 'board', 'cover', 'paper', 'trim', 'door', 'curtain',
)  # fmt: skip
"""Parts of a room that have a material of their own."""
LIGHT = ('lamp', 'window', 'ambient', 'warmth')
"""Ranges that describe a room's light."""

_COLOR = ('hue', 'saturation', 'value')
_SURFACE = ('textures', 'roughness')
# A hue has period 1: ranges about red pass 0 or 1.
_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {'hue': (-1, 2), 'warmth': (-1, 1), **dict.fromkeys(_COLOR[1:], (0, 1)), **dict.fromkeys(LIGHT[:3], (0, np.inf))}
)
BOARD_STYLES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        'chalk': {'textures': ('board',), 'hue': (0.3, 0.48), 'saturation': (0.15, 0.5), 'value': (0.16, 0.36)},
        'white': {
            'textures': ('board',),
            'hue': (0.5, 0.65),
            'saturation': (0.0, 0.04),
            'value': (0.88, 0.97),
            'roughness': 0.25,
        },
        'screen': {'textures': ('slide',), 'hue': (0.0, 1.0), 'saturation': (0.1, 0.7), 'value': (0.55, 0.95)},
        'display': {
            'textures': ('screen',),
            'hue': (0.0, 1.0),
            'saturation': (0.2, 0.8),
            'value': (0.2, 0.8),
            'roughness': 0.2,
        },
    }
)
"""Surfaces of the kinds of boards a room's record may name; ``'any'`` takes the style's own ``board``."""


def check_style(style: Mapping[str, Any]) -> None:
    """Check a style as :func:`synpose.generation.rooms.building.build_room` needs it.

    Raises:
        ValueError: If a material, a light or one of their keys is unknown or missing, or a value is wrong.
    """
    check_keys(style, 'style', (*MATERIALS, 'light'))
    check_keys(style['light'], 'style.light', LIGHT)
    for part in MATERIALS:
        check_keys(style[part], f'style.{part}', _COLOR, _SURFACE)
    for part, values in style.items():
        _check_values(values, f'style.{part}')


def check_part(changes: Mapping[str, Any], where: str, part: str) -> None:
    """Check the changes that a room's record makes to one part of a style.

    Raises:
        ValueError: If the part, one of its keys or a texture is unknown, or a range is none.
    """
    if part not in (*MATERIALS, 'light'):
        raise ValueError(f'{where}: no such part; known: {[*MATERIALS, "light"]}')
    check_keys(changes, where, (), LIGHT if part == 'light' else (*_COLOR, *_SURFACE))
    _check_values(changes, where)


def _check_values(values: Mapping[str, Any], where: str) -> None:
    """Check a part's textures, roughness and ranges."""
    for key, value in values.items():
        if key == 'textures':
            if not isinstance(value, (tuple, list)) or not value:
                raise ValueError(f'{where}: textures: {value!r} is not a list of names')
            for name in value:
                if name not in TEXTURES:
                    raise ValueError(f'{where}: unknown texture {name!r}; known: {sorted(TEXTURES)}')
        elif key == 'roughness':
            check_range((value, value), f'{where}: {key}', 0, 1)
        else:
            check_range(value, f'{where}: {key}', *_LIMITS[key])


def merged_style(style: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a style with a room's own changes, part by part."""
    return {part: {**values, **changes.get(part, {})} for part, values in style.items()}
