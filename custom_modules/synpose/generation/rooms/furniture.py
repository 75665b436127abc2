"""Tables and chairs. Metres; z up. Tables are in the frame of their middle, chairs in the sitter's frame."""

import itertools
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from synpose.generation.primitives import Material, Mesh, Seat
from synpose.generation.rooms.seating import Table
from synpose.generation.shapes import bent, box, ellipse, moved, prism, rod, slab

TOP = 0.028
"""Thickness of a table's top, m."""


def table(kind: str, measures: Table, top: Material, frame: Material) -> list[Mesh]:
    """Make a table around the origin: its length along x, its far edge at +y.

    Args:
        kind: ``'legs'``, ``'panel'``, ``'bench'`` (closed front down to the floor), ``'trestle'`` or ``'counter'``
            (closed body). Round and oval tables stand on columns whatever the kind.
        measures: The size; where it stands is ignored.
        top: Material of the top and of panels.
        frame: Material of legs and rails.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in _UNDER:
        raise ValueError(f'unknown table {kind!r}, expected one of {sorted(_UNDER)}')
    x, y, z = 0.5 * measures.length, 0.5 * measures.depth, measures.height
    if measures.shape != 'rectangle':
        outline = ellipse(2 * x, 2 * y, 2.0 if measures.shape == 'round' else 3.5, 48)
        cover = prism(outline, z - TOP, z, top, tile=1.2)
        return [cover, *_columns(x, y, z - TOP, frame)]
    thick = 0.04 if kind == 'counter' else TOP
    return [slab((-x, -y, z - thick), (x, y, z), top), *_UNDER[kind](measures, x, y, z - thick, top, frame)]


def _stations(x: float, inset: float, apart: float = 2.2) -> list[float]:
    """Where along a table of half length ``x`` m its supports stand."""
    return np.linspace(inset - x, x - inset, max(2, int(np.ceil(2 * x / apart)) + 1)).tolist()


def _columns(x: float, y: float, z: float, frame: Material) -> list[Mesh]:
    meshes = []
    for sx in [0.0] if x < 1.1 else np.linspace(-0.6 * x, 0.6 * x, max(2, int(x / 1.1) + 1)).tolist():
        foot = min(0.55 * y, 0.4)
        meshes.append(rod((sx, 0, 0.02), (sx, 0, z), 0.05, frame, 16))
        meshes.append(rod((sx, 0, 0), (sx, 0, 0.03), (foot, 0.8 * foot), frame, 24, closed=True))
    return meshes


def _legs(measures: Table, x: float, y: float, z: float, top: Material, frame: Material) -> list[Mesh]:
    meshes = []
    for sx in _stations(x, 0.045):
        for sy in (-y + 0.045, y - 0.045):
            meshes.append(rod((sx, sy, 0), (sx, sy, z), 0.016, frame))
            meshes.append(rod((sx, sy, 0), (sx, sy, 0.02), 0.02, frame))
    for sx in (-x + 0.045, x - 0.045):
        meshes.append(rod((sx, 0.045 - y, 0.12), (sx, y - 0.045, 0.12), 0.011, frame))
    if measures.two_sided:
        return [*meshes, slab((-x + 0.04, -0.03, z - 0.06), (x - 0.04, 0.03, z), frame)]
    far = y - 0.045
    meshes.append(rod((-x + 0.045, far, z - 0.03), (x - 0.045, far, z - 0.03), 0.011, frame))
    # A shelf for books under the top, behind the sitter's knees.
    meshes.append(box((-x + 0.07, y - 0.26, z - 0.11), (x - 0.07, y - 0.07, z - 0.10), frame))
    return meshes


def _panel(measures: Table, x: float, y: float, z: float, top: Material, frame: Material) -> list[Mesh]:
    meshes = [box((sx - 0.012, 0.05 - y, 0), (sx + 0.012, y - 0.05, z), top) for sx in _stations(x, 0.03)]
    middle = 0.0 if measures.two_sided else y - 0.08
    return [*meshes, box((-x + 0.03, middle - 0.01, 0.3), (x - 0.03, middle + 0.01, z), top)]


def _bench(measures: Table, x: float, y: float, z: float, top: Material, frame: Material) -> list[Mesh]:
    meshes = [box((-x, y - 0.045, 0), (x, y - 0.02, z), top)]
    meshes += [box((sx - 0.015, 0.1 - y, z - 0.12), (sx + 0.015, y - 0.045, z), frame) for sx in _stations(x, 0.02)]
    meshes.append(slab((-x, y - 0.02, z - 0.02), (x, y, z + 0.05), top))  # a lip that keeps pens from rolling off
    return meshes


def _trestle(measures: Table, x: float, y: float, z: float, top: Material, frame: Material) -> list[Mesh]:
    meshes = []
    for sx in _stations(x, min(0.12, 0.3 * x)):
        sy = 0.0 if measures.two_sided else 0.35 * y
        meshes.append(slab((sx - 0.03, 0.06 - y, 0), (sx + 0.03, y - 0.06, 0.035), frame))
        meshes.append(slab((sx - 0.03, sy - 0.025, 0.03), (sx + 0.03, sy + 0.025, z), frame))
        meshes.append(slab((sx - 0.025, 0.08 - y, z - 0.03), (sx + 0.025, y - 0.08, z), frame))
    return [*meshes, slab((-x + 0.1, 0.3 * y, z - 0.28), (x - 0.1, 0.3 * y + 0.015, z - 0.02), top)]


def _counter(measures: Table, x: float, y: float, z: float, top: Material, frame: Material) -> list[Mesh]:
    # Room for knees: the body stands back from the edges where people sit.
    low, high = (-0.22 * y, 0.22 * y) if measures.two_sided else (0.55 * y, y - 0.02)
    meshes = [
        box((-x + 0.04, low, 0.08), (x - 0.04, high, z), frame),
        box((-x + 0.06, low, 0), (x - 0.06, high, 0.1), top),
    ]
    for sx in _stations(x, 0.6, 1.8):
        meshes.append(rod((sx, high - 0.06, z), (sx, high - 0.06, z + 0.34), 0.012, frame, closed=True))
        meshes.append(rod((sx, high - 0.06, z + 0.33), (sx, high - 0.2, z + 0.26), 0.011, frame, closed=True))
    meshes += [box((sx - 0.02, 0.06 - y, 0), (sx + 0.02, y - 0.02, z), frame) for sx in (-x + 0.03, x - 0.03)]
    return meshes


_Under = Callable[[Table, float, float, float, Material, Material], list[Mesh]]
_UNDER: Mapping[str, _Under] = MappingProxyType(
    {'legs': _legs, 'panel': _panel, 'bench': _bench, 'trestle': _trestle, 'counter': _counter}
)

_LEAN = 0.07  # how far the top of a chair's back leans away from the sitter, m
_RECLINE = _LEAN / 0.4


def _backrest(seat: Seat, low: float, high: float, width: float, thick: float, material: Material) -> Mesh:
    """Return a curved back between two heights above the seat; its face touches the seat's rear edge."""
    y = -0.5 * seat.seat_depth - 0.015 - 0.5 * thick
    (back,) = moved([bent(width, high - low, thick, 0.02, material)], (0, y, seat.seat_height + low))
    back.vertices[:, 1] -= _RECLINE * (back.vertices[:, 2] - seat.seat_height)
    return back


def _seat_top(seat: Seat, width: float, thick: float, material: Material, bevel: float) -> Mesh:
    x, y, z = 0.5 * width, 0.5 * seat.seat_depth, seat.seat_height
    return slab((-x, -y, z - thick), (x, y, z), material, bevel)


def _uprights(seat: Seat, x: float, frame: Material, high: float, radius: float = 0.012) -> list[Mesh]:
    y, z = -0.5 * seat.seat_depth - 0.03, seat.seat_height
    return [rod((sx, y, z - 0.02), (sx, y - _RECLINE * high, z + high), radius, frame) for sx in (-x, x)]


def _four_legs(seat: Seat, x: float, frame: Material, radius: float = 0.012) -> list[Mesh]:
    y, z = 0.5 * seat.seat_depth - 0.03, seat.seat_height - 0.02
    meshes = []
    for sx in (-x, x):
        meshes.append(rod((sx, -y, z), (sx * 1.08, -y - 0.06, 0), radius, frame))
        meshes.append(rod((sx, y, z), (sx * 1.08, y + 0.05, 0), radius, frame))
        meshes.append(rod((sx, -y, z), (sx, y, z), radius, frame))
    return meshes


def _school(seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    meshes = [_seat_top(seat, 0.4, 0.022, shell, 0.008), _backrest(seat, 0.17, 0.40, 0.38, 0.012, shell)]
    return meshes + _uprights(seat, 0.17, frame, 0.36) + _four_legs(seat, 0.18, frame)


def _wood(seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    meshes = [_seat_top(seat, 0.41, 0.03, shell, 0.006)]
    meshes += [_backrest(seat, low, low + 0.09, 0.36, 0.018, shell) for low in (0.17, 0.33)]
    return meshes + _uprights(seat, 0.18, shell, 0.43, 0.016) + _four_legs(seat, 0.18, shell, 0.018)


def _sled(seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    meshes = [_seat_top(seat, 0.42, 0.045, shell, 0.015), _backrest(seat, 0.14, 0.45, 0.41, 0.03, shell)]
    y, z = 0.5 * seat.seat_depth, seat.seat_height - 0.04
    for sx in (-0.2, 0.2):
        corners = [(sx, -y, z), (sx, y, z), (sx, y, 0.012), (sx, -y - 0.06, 0.012)]
        meshes += [rod(a, b, 0.012, frame) for a, b in itertools.pairwise(corners)]
    return (
        meshes
        + _uprights(seat, 0.2, frame, 0.3)
        + [rod((-0.2, -y - 0.06, 0.012), (0.2, -y - 0.06, 0.012), 0.012, frame)]
    )


def _office(seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    z = seat.seat_height
    meshes = [_seat_top(seat, 0.45, 0.07, shell, 0.025), _backrest(seat, 0.12, 0.52, 0.43, 0.045, shell)]
    y = -0.5 * seat.seat_depth
    meshes.append(slab((-0.03, y - 0.06, z - 0.06), (0.03, 0.05, z - 0.045), frame))
    meshes.append(slab((-0.03, y - 0.1, z - 0.06), (0.03, y - 0.07, z + 0.25), frame))
    meshes.append(rod((0, 0, 0.08), (0, 0, z - 0.07), 0.025, frame, 12))
    for angle in 2 * np.pi * np.arange(5) / 5:
        tip = 0.27 * np.array([np.cos(angle), np.sin(angle)])
        meshes.append(rod((0, 0, 0.1), (*tip, 0.06), (0.022, 0.014), frame, closed=True))
        meshes.append(rod((*tip, 0.0), (*tip, 0.055), 0.022, frame, 10, closed=True))
    return meshes


def _stool(seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    z = seat.seat_height
    meshes = [prism(ellipse(0.36, 0.36), z - 0.035, z, shell)]
    for angle in 2 * np.pi * (np.arange(4) + 0.5) / 4:
        meshes.append(
            rod(
                (0.11 * np.cos(angle), 0.11 * np.sin(angle), z - 0.03),
                (0.2 * np.cos(angle), 0.2 * np.sin(angle), 0),
                0.011,
                frame,
            )
        )
    ring = 0.175 * np.stack([np.cos(np.arange(12) * np.pi / 6), np.sin(np.arange(12) * np.pi / 6)], -1)
    return meshes + [rod((*a, 0.14), (*b, 0.14), 0.009, frame, 6) for a, b in zip(ring, np.roll(ring, -1, axis=0))]


def _folding(seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    meshes = [_seat_top(seat, 0.44, 0.08, shell, 0.03), _backrest(seat, 0.06, 0.48, 0.46, 0.05, shell)]
    y, z = -0.5 * seat.seat_depth, seat.seat_height
    meshes += [slab((sx - 0.02, y, 0), (sx + 0.02, y + 0.1, z - 0.05), frame) for sx in (-0.21, 0.21)]
    meshes += [slab((sx - 0.02, y - 0.06, z - 0.09), (sx + 0.02, 0.12, z - 0.06), frame) for sx in (-0.21, 0.21)]
    return meshes


_CHAIRS: Mapping[str, Callable[[Seat, Material, Material], list[Mesh]]] = MappingProxyType(
    {'school': _school, 'wood': _wood, 'sled': _sled, 'office': _office, 'stool': _stool, 'folding': _folding}
)


def chair(kind: str, seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    """Make a chair.

    Args:
        kind: ``'school'`` (molded), ``'wood'``, ``'sled'`` (upholstered on runners), ``'office'``, ``'stool'`` or
            ``'folding'`` (an auditorium's).
        seat: The measures.
        shell: Material of seat and back.
        frame: Material of the rest.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in _CHAIRS:
        raise ValueError(f'unknown chair {kind!r}, expected one of {sorted(_CHAIRS)}')
    return _CHAIRS[kind](seat, shell, frame)


def tablet(seat: Seat, top: Material, frame: Material) -> list[Mesh]:
    """Make the writing tablet of a chair, on an arm at the sitter's right."""
    x, near, z = 0.5 * seat.desk_width, seat.desk_near, seat.desk_height
    outline = ellipse(2 * x, seat.desk_depth, 5.0, 32) + np.array([0.0, near + 0.5 * seat.desk_depth])
    arm = [(0.24, -0.12, seat.seat_height - 0.05), (0.26, -0.08, z - 0.06), (0.26, near + 0.06, z - 0.025)]
    return [
        prism(outline, z - 0.02, z, top),
        *(rod(a, b, 0.014, frame, closed=True) for a, b in itertools.pairwise(arm)),
    ]
