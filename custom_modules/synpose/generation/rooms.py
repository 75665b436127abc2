"""Classrooms as data: what stands where, made of which material, under which light.

World frame: x in ``[-width / 2, width / 2]``, y from the back wall (0) to the front wall with the board (``depth``),
z up from the floor. Rows of desks face the front wall.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from synpose.generation import furniture, textures
from synpose.generation.primitives import Material, Mesh, Seat

ROOM_SIZES = ('small', 'medium', 'large')
_AISLE, _BACK_SPACE, _FRONT_SPACE = 0.6, 0.9, 2.0


@dataclass
class Light:
    """A luminous surface.

    Attributes:
        mesh: Its shape; a texture of the material shapes the radiance.
        radiance: Linear RGB ``(3,)``, relative units (exposure is set afterwards).
        weight: Share of the light samples, relative to the other lights.
    """

    mesh: Mesh
    radiance: np.ndarray
    weight: float = 1.0


@dataclass
class Place:
    """A chair and its desk: the sitter's frame in the room.

    Attributes:
        seat: The furniture's measures.
        position: ``(3,)`` m, the origin of the sitter's frame.
        heading: Rotation about z, rad; 0 faces the front wall.
    """

    seat: Seat
    position: np.ndarray
    heading: float


@dataclass
class Room:
    """A furnished room without people.

    Attributes:
        size_name: One of :data:`ROOM_SIZES`.
        extent: (width, depth, height), m.
        meshes: All surfaces that do not shine.
        lights: Lamps, windows, and the ceiling as a weak source that stands for light scattered many times.
        places: Where people can sit, row by row from the back.
        teacher: (x, y) ranges in m of the free floor before the board: ``((x0, x1), (y0, y1))``.
    """

    size_name: str
    extent: tuple[float, float, float]
    meshes: list[Mesh] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    teacher: tuple[tuple[float, float], tuple[float, float]] = ((0, 0), (0, 0))


def sample_material(rng: np.random.Generator, style: Mapping, texture_size: int = 256) -> Material:
    """Draw a surface from a style.

    Args:
        rng: Source of randomness.
        style: ``hue``, ``saturation``, ``value`` as (low, high) of the sRGB color; optionally ``textures`` (names of
            :data:`synpose.generation.textures.TEXTURES`) and ``roughness``.
        texture_size: Side of the texture, px.

    Raises:
        ValueError: If a texture's name is unknown.
    """
    color = textures.hsv(*(rng.uniform(*style[key]) for key in ('hue', 'saturation', 'value')))
    roughness = float(style.get('roughness', 1.0))
    names = style.get('textures', ())
    if not names:
        return Material(color, None, roughness)
    name = str(rng.choice(names))
    if name not in textures.TEXTURES:
        raise ValueError(f'unknown texture {name!r} in the style; known: {sorted(textures.TEXTURES)}')
    return Material(np.ones(3), textures.TEXTURES[name](rng, color, texture_size), roughness)


def build_room(rng: np.random.Generator, size_name: str, sizes: Mapping, style: Mapping) -> Room:
    """Furnish a room.

    Args:
        rng: Source of every choice; the same state gives the same room.
        size_name: Which entry of ``sizes`` to build.
        sizes: ``{name: dict(rows=..., columns=...)}``.
        style: Styles by part: ``wall``, ``floor``, ``ceiling``, ``desk``, ``chair``, ``metal``, ``board``, ``cover``,
            ``paper``, ``trim``, ``door`` (see :func:`sample_material`), and ``light`` with (low, high) of ``lamp``,
            ``window`` and ``ambient`` radiance and of ``warmth`` (-1 blue, 1 yellow).
    """
    rows, columns = sizes[size_name]['rows'], sizes[size_name]['columns']
    row_pitch, column_pitch = rng.uniform(1.3, 1.5), rng.uniform(1.15, 1.45)
    width = columns * column_pitch + 2 * _AISLE
    depth = rows * row_pitch + _BACK_SPACE + _FRONT_SPACE
    room = Room(size_name, (width, depth, rng.uniform(2.8, 3.3)))
    _add_places(rng, room, rows, columns, row_pitch, column_pitch)
    _add_furniture(rng, room, style)
    _add_shell(rng, room, style)
    room.meshes = furniture.merge(room.meshes)
    return room


def _add_places(
    rng: np.random.Generator, room: Room, rows: int, columns: int, row_pitch: float, column_pitch: float
) -> None:
    seat_height = rng.uniform(0.42, 0.47)
    seat = Seat(
        seat_height=seat_height,
        seat_depth=rng.uniform(0.38, 0.44),
        desk_height=seat_height + rng.uniform(0.26, 0.31),
        desk_near=0.2,
        desk_depth=rng.uniform(0.48, 0.6),
        desk_width=min(rng.uniform(0.7, 1.0), column_pitch - 0.35),
    )
    for row in range(rows):
        for column in range(columns):
            x = (column - 0.5 * (columns - 1)) * column_pitch + rng.normal(0, 0.04)
            y = _BACK_SPACE + 0.35 + row * row_pitch + rng.normal(0, 0.04)
            own = Seat(**{**vars(seat), 'desk_near': seat.desk_near + rng.uniform(-0.03, 0.06)})
            room.places.append(Place(own, np.array([x, y, 0.0]), rng.normal(0, np.deg2rad(2))))
    front = room.extent[1]
    room.teacher = ((-0.3 * room.extent[0], 0.3 * room.extent[0]), (front - 0.8, front - 0.5))


def _add_furniture(rng: np.random.Generator, room: Room, style: Mapping) -> None:
    top, shell, metal = (sample_material(rng, style[part]) for part in ('desk', 'chair', 'metal'))
    papers = [sample_material(rng, style['paper'], 64) for _ in range(4)]
    covers = [sample_material(rng, style['cover']) for _ in range(8)]
    panel = bool(rng.random() < 0.25)
    for place in room.places:
        meshes = furniture.desk(place.seat, top, metal, panel) + furniture.chair(place.seat, shell, metal)
        meshes += furniture.desk_items(rng, place.seat, papers, covers)
        room.meshes += furniture.moved(meshes, place.position, place.heading)
    width, depth, _ = room.extent
    teacher_seat = Seat(desk_width=1.4, desk_depth=0.7, desk_near=0)
    spot = (float(rng.choice([-1, 1])) * (0.5 * width - 1.1), depth - 0.9, 0)
    items = furniture.desk_items(rng, teacher_seat, papers, covers)
    room.meshes += furniture.moved(furniture.desk(teacher_seat, top, metal, True) + items, spot, np.pi)
    cabinet = sample_material(rng, style['trim'])
    for x in np.arange(-0.5 * width + 0.9, 0.5 * width - 0.8, rng.uniform(1.3, 2.2)).tolist():
        if rng.random() < 0.4:
            case = furniture.shelf(1.1, rng.uniform(0.8, 1.9), cabinet, covers, rng)
            room.meshes += furniture.moved(case, (x, 0.005, 0), np.pi)


def _add_shell(rng: np.random.Generator, room: Room, style: Mapping) -> None:
    width, depth, height = room.extent
    wall, floor, trim, metal = (sample_material(rng, style[part], 512) for part in ('wall', 'floor', 'trim', 'metal'))
    x = 0.5 * width
    room.meshes += [
        furniture.quad((-x, 0, 0), (width, 0, 0), (0, depth, 0), floor, rng.uniform(1.4, 2.0)),
        furniture.quad((-x, depth, 0), (width, 0, 0), (0, 0, height), wall, 2.0),
        furniture.quad((x, 0, 0), (-width, 0, 0), (0, 0, height), wall, 2.0),
        furniture.quad((-x, 0, 0), (0, depth, 0), (0, 0, height), wall, 2.0),
        furniture.quad((x, depth, 0), (0, -depth, 0), (0, 0, height), wall, 2.0),
        furniture.box((-x, depth - 0.012, 0), (x, depth, 0.09), trim),
        furniture.box((-x, 0, 0), (x, 0.012, 0.09), trim),
        furniture.box((-x, 0, 0), (-x + 0.012, depth, 0.09), trim),
        furniture.box((x - 0.012, 0, 0), (x, depth, 0.09), trim),
    ]
    board_width, board_top = min(0.6 * width, 4.0), min(2.15, height - 0.4)
    corner = (0.5 * board_width, depth - 0.03, 0.9)
    span, rise = (-board_width, 0, 0), (0, 0, board_top - 0.9)
    # Seen from the room the board's text runs from left (-x) to right.
    board = sample_material(rng, style['board'], 512)
    room.meshes.append(furniture.quad((-corner[0], *corner[1:]), (board_width, 0, 0), rise, board))
    room.meshes += furniture.framed(corner, span, rise, 0.04, trim)
    window_side = float(rng.choice([-1, 1]))
    _add_lights(rng, room, style['light'], style['ceiling'], window_side, metal)
    _hang(rng, room, -window_side, trim, style)


def _add_lights(
    rng: np.random.Generator, room: Room, light: Mapping, ceiling_style: Mapping, side: float, frame: Material
) -> None:
    width, depth, height = room.extent
    warmth = rng.uniform(*light['warmth'])
    tint = np.array([1 + 0.25 * warmth, 1 + 0.05 * warmth, 1 - 0.3 * warmth])
    white = Material(np.ones(3))
    lamps = []
    length = 1.2
    for y in np.arange(1.2, depth - 0.8, rng.uniform(2.0, 2.8)).tolist():
        for x in (np.linspace(-0.3, 0.3, 2 if width < 7 else 3) * width).tolist():
            lamps.append(furniture.quad((x - 0.5 * length, y, height - 0.03), (0, 0.3, 0), (length, 0, 0), white))
            room.meshes.append(
                furniture.box(
                    (x - 0.5 * length - 0.02, y - 0.02, height - 0.028),
                    (x + 0.5 * length + 0.02, y + 0.32, height),
                    frame,
                )
            )
    room.lights.append(Light(furniture.merge(lamps)[0], rng.uniform(*light['lamp']) * tint, 1.0))
    sky = textures.hsv(rng.uniform(0.54, 0.62), rng.uniform(0.02, 0.25), 1.0)
    view = Material(np.ones(3), textures.outdoors(rng, sky, 128))
    panes = []
    pane, gap = rng.uniform(1.1, 1.7), rng.uniform(0.25, 0.9)
    x = side * (0.5 * width - 0.02)
    for y in np.arange(0.6, depth - pane - 0.3, pane + gap).tolist():
        corner, span = ((x, y, 0.95), (0, pane, 0)) if side < 0 else ((x, y + pane, 0.95), (0, -pane, 0))
        panes.append(furniture.quad(corner, span, (0, 0, 1.35), view))
        room.meshes += furniture.framed(corner, span, (0, 0, 1.35), 0.06, frame)
        room.meshes.append(furniture.rod((x, y + 0.5 * pane, 0.95), (x, y + 0.5 * pane, 2.3), 0.025, frame, 4))
    room.lights.append(Light(furniture.merge(panes)[0], rng.uniform(*light['window']) * np.ones(3), 1.0))
    ceiling = sample_material(rng, ceiling_style)
    x = 0.5 * width
    cover = furniture.quad((-x, depth, height), (width, 0, 0), (0, -depth, 0), ceiling, 2.4)
    room.lights.append(Light(cover, rng.uniform(*light['ambient']) * tint, 0.4))


def _hang(rng: np.random.Generator, room: Room, side: float, trim: Material, style: Mapping) -> None:
    """Put a door on the wall away from the windows and posters on that wall, the back wall and beside the board."""
    width, depth, _ = room.extent

    def on_wall(along: float, low: float, size: tuple[float, float], material: Material, wall: str) -> Mesh:
        w, h = size
        if wall == 'back':
            return furniture.quad((along + 0.5 * w, 0.01, low), (-w, 0, 0), (0, 0, h), material)
        if wall == 'front':
            return furniture.quad((along - 0.5 * w, depth - 0.01, low), (w, 0, 0), (0, 0, h), material)
        x = side * (0.5 * width - 0.01)
        return furniture.quad((x, along + 0.5 * side * w, low), (0, -side * w, 0), (0, 0, h), material)

    door = sample_material(rng, style['door'])
    along = depth - 1.1
    room.meshes.append(on_wall(along, 0, (0.9, 2.05), door, 'side'))
    x = side * (0.5 * width - 0.01)
    room.meshes += furniture.framed((x, along + 0.45 * side, 0), (0, -0.9 * side, 0), (0, 0, 2.05), 0.06, trim)
    spots: list[tuple[str, float]] = [
        *(('back', a) for a in np.arange(-0.4 * width, 0.4 * width, 1.1).tolist()),
        *(('side', a) for a in np.arange(0.8, depth - 2.2, 1.2).tolist()),
        *(('front', a) for a in (-0.42 * width, 0.42 * width)),
    ]
    for wall, along in spots:
        if rng.random() < 0.45:
            ground = textures.hsv(rng.random(), rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.95))
            picture = Material(np.ones(3), textures.poster(rng, ground, 128))
            size = (rng.uniform(0.45, 0.8), rng.uniform(0.5, 0.9))
            room.meshes.append(on_wall(along + rng.normal(0, 0.08), rng.uniform(1.15, 1.5), size, picture, wall))
