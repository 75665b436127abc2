"""Fills a room's shell with its tables, chairs and decorations."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from synpose.generation.posing.contacts import CLOTH
from synpose.generation.primitives import Material, Mesh
from synpose.generation.rooms import clutter, fittings, textures
from synpose.generation.rooms.collisions import Solid
from synpose.generation.rooms.finishes import Finishes
from synpose.generation.rooms.furniture import TOP, chair, table, tablet
from synpose.generation.rooms.seating import Place, Table, turned
from synpose.generation.rooms.walls import Wall
from synpose.generation.shapes import moved

if TYPE_CHECKING:
    from synpose.generation.rooms.building import Room


def furnish(rng: np.random.Generator, room: 'Room', finishes: Finishes, tables: Sequence[Table]) -> None:
    """Add tables, chairs, what lies on them, and the solids that people must not reach into."""
    parts, plan = finishes.parts, finishes.plan
    top, shell, metal = parts['desk'], parts['chair'], parts['metal']
    # Most tables and chairs of a room are alike: make each kind once.
    made: dict[tuple, list[Mesh]] = {}
    for one in tables if finishes.desk != 'none' else ():  # writing tablets take the tables' place
        key = (round(one.length, 6), round(one.depth, 6), one.shape, one.two_sided)
        if key not in made:
            made[key] = table(finishes.desk, one, top, metal)
        room.meshes += moved(made[key], one.center, one.heading)
        room.solids.append(_top_solid(one))
    like = chair(finishes.chair, room.places[0].seat, shell, metal)
    screens = [Material(np.ones(3), textures.screen(rng, np.full(3, 0.5), 128), 0.3) for _ in range(4)]
    for index, place in enumerate(room.places):
        seat = place.seat
        meshes = list(like)
        if finishes.desk == 'none':
            meshes += tablet(seat, top, metal)
        elif 'monitors' in plan.decorations:
            meshes += clutter.monitor(seat, metal, clutter.pick(rng, screens))
        elif plan.kind != 'exam' or rng.random() < 0.3:
            meshes += clutter.desk_items(rng, seat, finishes.papers, finishes.covers)
        if rng.random() < (0.3 if plan.kind != 'exam' else 0.0):
            meshes += clutter.bag(rng, float(rng.choice([-1, 1])), clutter.pick(rng, finishes.covers))
        room.meshes += moved(meshes, place.position, place.heading)
        room.solids += chair_solids(index, place, finishes.chair, finishes.desk == 'none')


def _above(point: np.ndarray, z: float) -> np.ndarray:
    """Return a point ``(3,)`` moved up by ``z`` m."""
    return point + np.array([0.0, 0.0, z])


def _top_solid(one: Table) -> Solid:
    half = 0.5 * np.array([one.length, one.depth, TOP + CLOTH])
    # A round top's corners are air: the largest square inside it stands for it, a little larger for an oval.
    shrink = {'rectangle': 1.0, 'oval': 0.85, 'round': np.sqrt(0.5)}[one.shape]
    return Solid('desk', _above(one.center, one.height - half[2]), one.heading, half * np.array([shrink, shrink, 1]))


def chair_solids(index: int, place: Place, kind: str, has_tablet: bool) -> list[Solid]:
    """Return a chair's seat, back and writing tablet as boxes that belong to the place of this index."""
    seat = place.seat
    boxes = [((0.0, 0.0, seat.seat_height - 0.03), (0.2, 0.5 * seat.seat_depth, 0.03))]
    if kind != 'stool':
        boxes.append(((0.0, -0.5 * seat.seat_depth - 0.06, seat.seat_height + 0.28), (0.2, 0.02, 0.12)))
    if has_tablet:
        middle = (0.0, seat.desk_near + 0.5 * seat.desk_depth, seat.desk_height - 0.01)
        boxes.append((middle, (0.5 * seat.desk_width, 0.5 * seat.desk_depth, 0.01)))
    return [
        Solid('chair', place.position + turned(np.array(center), place.heading), place.heading, np.array(half), index)
        for center, half in boxes
    ]


def decorate(rng: np.random.Generator, room: 'Room', finishes: Finishes, walls: Mapping[str, Wall]) -> None:
    """Add the plan's decorations where walls and floor are free."""
    chosen, parts = finishes.plan.decorations, finishes.parts
    _, depth, height = room.extent
    if 'teacher_desk' in chosen or 'lectern' in chosen:
        _front_furniture(rng, room, finishes)
    sides = [walls[name] for name in ('back', 'left', 'right')]

    def any_wall() -> Wall:
        return sides[int(rng.integers(len(sides)))]

    if 'clock' in chosen:
        wall = walls['front'] if rng.random() < 0.4 else any_wall()
        x = wall.find(rng, 0.4, 2.05, 2.45)
        if x is not None:
            clock = fittings.clock(rng.uniform(0.13, 0.18), parts['metal'], rng.uniform(0, 12))
            room.meshes += wall.put(clock, x, wall.ground(x, 0.4) + 2.25)
    if 'projector' in chosen:
        drop = max(0.25, height - 3.0)
        room.meshes += moved(
            fittings.projector(drop, parts['frame'], parts['metal']), (0, depth - min(3.2, 0.5 * depth), height)
        )
    # Wide things first: they find no room later.
    stock: list[tuple[str, int, float, float, float]] = [
        ('coats', 1, 1.6, 0.6, 1.65),
        ('cabinet', 2, rng.uniform(0.8, 1.1), 0.0, rng.uniform(1.0, 1.9)),
        ('shelves', 3, 1.1, 0.0, rng.uniform(0.8, 1.9)),
        ('plants', 2, 0.9, 0.0, rng.uniform(0.7, 1.3)),
        ('bin', 1, 0.4, 0.0, 0.35),
        ('flag', 1, 0.6, 0.0, 2.15),
        ('cables', 2, 1.8, 0.25, 0.4),
    ]
    for name, count, wide, low, high in stock:
        for _ in range(count if name in chosen else 0):
            wall = walls['front'] if name in ('bin', 'flag') else any_wall()
            x = wall.find(rng, wide, low, high)
            if x is not None:
                _stand(rng, room, finishes, name, wall, x, wide, high)
    if 'posters' in chosen:
        _posters(rng, room, walls)


def _stand(
    rng: np.random.Generator,
    room: 'Room',
    finishes: Finishes,
    name: str,
    wall: Wall,
    x: float,
    wide: float,
    high: float,
) -> None:
    """Put one thing at a wall unless a place is too near."""
    parts, ground = finishes.parts, wall.ground(x, wide)
    deep = {'cabinet': 0.42, 'shelves': 0.32, 'plants': 0.45, 'coats': 0.2, 'cables': 0.06}.get(name, 0.35)
    middle = np.array([*wall.spot(x, -0.5 * deep), ground])
    solid = Solid(name, _above(middle, 0.5 * high), wall.heading, 0.5 * np.array([wide, deep, high]))
    spots = np.array([_above(place.position, 0.3) for place in room.places])
    around = Solid(name, solid.center, wall.heading, solid.half + np.array([0.33, 0.33, 0.3]))
    if around.contains(spots).any():
        return
    if name == 'coats':
        meshes = fittings.coats(rng, wide, parts['trim'], parts['metal'], finishes.covers)
    elif name == 'cabinet':
        meshes = fittings.cabinet(wide, high, parts['trim'], parts['metal'])
    elif name == 'shelves':
        meshes = fittings.shelf(wide, high, parts['trim'], finishes.covers, rng)
    elif name == 'plants':
        meshes = fittings.plant(rng, high, clutter.pick(rng, finishes.covers))
    elif name == 'bin':
        meshes = fittings.waste_bin(parts['metal'])
    elif name == 'flag':
        meshes = fittings.flag(rng, parts['metal'])
    else:
        meshes = moved(fittings.cable_duct(wide, parts['frame']), (0, 0, 0.28))
    room.meshes += wall.put(meshes, x, ground)
    room.solids.append(solid)


def _front_furniture(rng: np.random.Generator, room: 'Room', finishes: Finishes) -> None:
    """Put the teacher's desk in a front corner and the lectern in the other."""
    width, depth, _ = room.extent
    side, parts = float(rng.choice([-1, 1])), finishes.parts
    if 'teacher_desk' in finishes.plan.decorations:
        desk = Table(np.array([side * (0.5 * width - 1.1), depth - 0.75, 0.0]), np.pi, 1.4, 0.7, 0.75)
        meshes = table('panel', desk, parts['desk'], parts['metal'])
        meshes += moved(fittings.teacher_desk_top(rng, finishes.papers, finishes.covers), (0.5, 0.1, 0.75))
        room.meshes += moved(meshes, desk.center, desk.heading)
        room.solids.append(Solid('desk', _above(desk.center, 0.375), desk.heading, np.array([0.7, 0.35, 0.375])))
    if 'lectern' in finishes.plan.decorations:
        spot = np.array([-side * (0.5 * width - 0.9), depth - 1.0, 0.0])
        room.meshes += moved(fittings.lectern(parts['desk'], parts['metal']), spot)
        room.solids.append(Solid('lectern', _above(spot, 0.55), 0.0, np.array([0.3, 0.25, 0.55])))


def _posters(rng: np.random.Generator, room: 'Room', walls: Mapping[str, Wall]) -> None:
    for wall in walls.values():
        for _ in range(int(rng.integers(1, 2 + max(1, int(wall.length / 2.5))))):
            wide, tall, low = rng.uniform(0.4, 0.95), rng.uniform(0.5, 0.95), rng.uniform(1.15, 1.5)
            x = wall.find(rng, wide, low, low + tall)
            if x is None:
                continue
            ground = textures.hsv(rng.random(), rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.95))
            picture = Material(np.ones(3), textures.poster(rng, ground, 128))
            room.meshes += wall.put(fittings.hanging(picture, wide, tall), x, low + wall.ground(x, wide))
