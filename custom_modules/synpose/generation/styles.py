"""Checks the names inside a generator's options, so that a slip is named before anything is rendered."""

from collections.abc import Collection, Mapping
from typing import Any

MATERIALS = ('wall', 'floor', 'ceiling', 'desk', 'chair', 'metal', 'board', 'cover', 'paper', 'trim', 'door')
"""Parts of a room that have a material of their own."""
LIGHT = ('lamp', 'window', 'ambient', 'warmth')
"""Ranges that describe a room's light."""


def check_keys(found: Mapping[str, Any], where: str, needed: Collection[str], optional: Collection[str] = ()) -> None:
    """Compare an option's keys with those it may have.

    Args:
        found: The option's value.
        where: Its name.
        needed: Keys that must be there.
        optional: Keys that may be there.

    Raises:
        ValueError: If it is no mapping, or a key is unknown or missing.
    """
    if not isinstance(found, Mapping):
        raise ValueError(f'{where}: {found!r} is not a dict of {sorted(needed)}')
    unknown = sorted(set(found) - {*needed, *optional})
    if unknown:
        raise ValueError(f'unknown {where} option {unknown[0]!r}; known: {sorted((*needed, *optional))}')
    missing = sorted(set(needed) - set(found))
    if missing:
        raise ValueError(f'{where}: {missing[0]!r} is missing')


def check_style(style: Mapping[str, Any]) -> None:
    """Check a style as :func:`synpose.generation.rooms.build_room` needs it.

    Raises:
        ValueError: If a material, a light or one of their keys is unknown or missing.
    """
    check_keys(style, 'style', (*MATERIALS, 'light'))
    check_keys(style['light'], 'style.light', LIGHT)
    for part in MATERIALS:
        check_keys(style[part], f'style.{part}', ('hue', 'saturation', 'value'), ('textures', 'roughness'))
