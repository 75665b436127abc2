"""What people of a crowd do, as data: ranges of joint angles for whole-body actions.

The actions are the records of ``data/movements/free.yaml``; its head explains every field. Angles are degrees there, as
in the tables of human joint limits, and radians everywhere in code.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from synpose.records import build, choice, flag, mapping, read_yaml, span

FREE_FILE = Path(__file__).parents[1] / 'data/movements/free.yaml'
"""The actions that come with the package."""

Span = tuple[float, float]

_ARM = {
    'raise': (0, 180),
    'plane': (-90, 135),
    'turn': (-70, 90),
    'elbow': (0, 150),
    'forearm': (-80, 80),
    'wrist': (-70, 80),
    'fingers': (0, 90),
}
_LEG = {'flex': (-120, 150), 'out': (-30, 45), 'turn': (-45, 45), 'knee': (0, 150), 'ankle': (-50, 20)}
_HALVES = ('main', 'other')
LIMITS: Mapping[str, Span] = MappingProxyType(
    {
        'body.pitch': (-180, 180),
        'body.roll': (-180, 180),
        'pelvis.pitch': (-60, 120),
        'pelvis.roll': (-30, 30),
        'trunk.bend': (-25, 80),
        'trunk.side': (-35, 35),
        'trunk.turn': (-45, 45),
        'head.nod': (-45, 45),
        'head.tilt': (-45, 45),
        'head.turn': (-60, 60),
        **{f'{half}_arm.{angle}': limits for half in _HALVES for angle, limits in _ARM.items()},
        **{f'{half}_leg.{angle}': limits for half in _HALVES for angle, limits in _LEG.items()},
    }
)
"""Smallest and largest value of each angle, degrees.

Normal ranges of motion by the American Academy of Orthopaedic Surgeons ("Joint Motion: Method of Measuring and
Recording", 1965). A knee may bend to 150 (they give 135 without load; a deep squat or kneeling folds it further). A
leg's ``flex`` is measured from the plumb line; what limits the hip is its angle with the pelvis, :data:`HIP_LIMITS`.
"""
HIP_LIMITS: Span = (-30, 125)
"""Extension and flexion of the thigh against the pelvis, degrees (same source)."""
EXTENSION_LIMIT = 60.0
"""How far an arm can be raised straight backwards, degrees (same source)."""

_DEFAULTS: dict[str, dict[str, Any]] = {
    'trunk': {'bend': [-3, 8], 'side': [-4, 4], 'turn': [-8, 8]},
    'head': {'nod': [-12, 20], 'tilt': [-10, 10], 'turn': [-35, 35]},
    'legs': {'flex': [-2, 6], 'out': [0, 8], 'turn': [0, 15], 'knee': [2, 10], 'ankle': 0},
    'arms': {
        'raise': [4, 18],
        'plane': [0, 60],
        'turn': [-20, 20],
        'elbow': [5, 35],
        'forearm': [-30, 30],
        'wrist': [-15, 25],
        'fingers': [5, 45],
    },
}
_SECTIONS = ('body', 'pelvis', 'trunk', 'head', 'legs', 'main_leg', 'other_leg', 'arms', 'main_arm', 'other_arm')


@dataclass(frozen=True)
class FreeAction:
    """One whole-body action.

    Attributes:
        name: Its own name.
        behavior: Name of the group it belongs to.
        ground: What meets the ground: ``'feet'`` (both soles), ``'touch'`` (the lowest point, as posed) or
            ``'settle'`` (the body tips until it rests on it).
        lift: How far the lowest point is above the ground, m.
        symmetric: Both sides get the same angles.
        angles: Range of each angle by the names of :data:`LIMITS`, rad.
        held: Nothing: these hands are empty.
        on_desk: Nothing: there is no desk.
    """

    name: str
    behavior: str
    ground: str
    angles: Mapping[str, Span]
    lift: Span = (0.0, 0.0)
    symmetric: bool = False
    held: str | None = None
    on_desk: tuple[str, ...] = ()


def read_actions(path: Path = FREE_FILE) -> dict[str, FreeAction]:
    """Read the actions of a file, by name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a record is wrong; the message names file, record and field.
    """
    return parse_actions(read_yaml(path), str(path))


def parse_actions(data: Mapping[str, Any], source: str) -> dict[str, FreeAction]:
    """Make actions of ``{behavior: {name: record}}``; ``source`` names their origin in errors."""
    actions: dict[str, FreeAction] = {}
    for behavior, records in data.items():
        for name, record in mapping(records, f'{source}: {behavior}').items():
            if name in actions:
                raise ValueError(f'{source}: {behavior}.{name}: this name is given to another action too')
            where = f'{source}: {behavior}.{name}'
            fields = mapping(record, where)
            angles = {section: fields.pop(section) for section in _SECTIONS if section in fields}
            fields.update(name=name, behavior=behavior, angles=angles)
            actions[name] = build(FreeAction, fields, _READERS, where)
    if not actions:
        raise ValueError(f'{source}: holds no action')
    return actions


def draw_angles(rng: np.random.Generator, action: FreeAction, variation: float) -> dict[str, float]:
    """Draw every angle of an action, within human limits.

    Args:
        rng: Source of randomness.
        action: The action.
        variation: Standard deviation of what is added to the angles of trunk, head and limbs, rad.

    Returns:
        Angles by the names of :data:`LIMITS`, rad.
    """
    drawn = {}
    for name, (low, high) in action.angles.items():
        angle = rng.uniform(low, high)
        if not name.startswith(('body', 'pelvis')):
            angle += variation * rng.standard_normal()
        drawn[name] = float(np.clip(angle, *np.deg2rad(LIMITS[name])))
    if action.symmetric:
        drawn.update({name: drawn[f'main{name[5:]}'] for name in drawn if name.startswith('other')})
    hips = np.deg2rad(HIP_LIMITS) - drawn['pelvis.pitch']
    for half in _HALVES:
        drawn[f'{half}_leg.flex'] = float(np.clip(drawn[f'{half}_leg.flex'], *hips))
        behind = max(0.0, -drawn[f'{half}_arm.plane'] / (math.pi / 2))  # 0 sideways or ahead, 1 straight back
        highest = math.pi - behind * (math.pi - math.radians(EXTENSION_LIMIT))
        drawn[f'{half}_arm.raise'] = min(drawn[f'{half}_arm.raise'], highest)
    return drawn


def _read_angles(sections: Any, where: str) -> dict[str, Span]:
    """Complete an action's angles: defaults, then both sides' values, then one side's own."""
    record = where.removesuffix(': angles')
    given: dict[str, Any] = dict.fromkeys(('body.pitch', 'body.roll', 'pelvis.pitch', 'pelvis.roll'), 0)
    for defaults in (_DEFAULTS, sections):
        for section in (name for name in _SECTIONS if name in defaults):
            values = mapping(defaults[section], f'{record}: {section}')
            halves = [f'{half}_{section[:-1]}' for half in _HALVES] if section in ('arms', 'legs') else [section]
            for angle, value in values.items():
                if f'{halves[0]}.{angle}' not in LIMITS:
                    known = [name.split('.')[1] for name in LIMITS if name.startswith(f'{halves[0]}.')]
                    raise ValueError(f'{record}: {section}: unknown angle {angle!r}, expected some of {known}')
                given.update({f'{half}.{angle}': (value, f'{record}: {section}.{angle}') for half in halves})
    return {name: _degrees(name, *value) if isinstance(value, tuple) else (0.0, 0.0) for name, value in given.items()}


def _degrees(name: str, value: Any, where: str) -> Span:
    low, high = span(value if isinstance(value, Sequence) else [value, value], where)
    if low < LIMITS[name][0] or high > LIMITS[name][1]:
        raise ValueError(f'{where}: {value} is beyond the limits {LIMITS[name]} degrees')
    return math.radians(low), math.radians(high)


def _text(value: Any, where: str) -> str:
    return str(value)


_READERS: dict[str, Callable[[Any, str], Any]] = {
    'name': _text,
    'behavior': _text,
    'ground': choice('feet', 'touch', 'settle'),
    'lift': span,
    'symmetric': flag,
    'angles': _read_angles,
}
