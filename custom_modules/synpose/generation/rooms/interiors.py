"""The shell of a room: floor, walls, ceiling, boards, doors, windows and lamps."""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rooms import fittings, textures, windows
from synpose.generation.rooms.finishes import Finishes, Light
from synpose.generation.rooms.seating import Platform
from synpose.generation.rooms.walls import Wall
from synpose.generation.shapes import box, merge, moved, quad, rod, slab

if TYPE_CHECKING:
    from synpose.generation.rooms.building import Room


def build_shell(rng: np.random.Generator, room: 'Room', finishes: Finishes, walls: Mapping[str, Wall]) -> None:
    """Add floor, steps, walls with skirting and ceiling to a room."""
    width, depth, height = room.extent
    x, parts = 0.5 * width, finishes.parts
    tile = rng.uniform(1.4, 2.0)
    room.meshes.append(quad((-x, 0, 0), (width, 0, 0), (0, depth, 0), parts['floor'], tile))
    for low, platform in zip([0.0, *(p.height for p in room.platforms)], room.platforms):
        room.meshes += steps(platform, low, parts['floor'], parts['trim'], tile)
    band = _second_tone(rng, parts['wall']) if finishes.walls == 'two_tone' else None
    split = rng.uniform(0.95, 1.4)
    panel = parts['door'] if finishes.walls == 'panels' else None
    for wall in walls.values():
        half = 0.5 * wall.length
        meshes = [quad((-half, 0, 0), (wall.length, 0, 0), (0, 0, height), parts['wall'], 2.0)]
        meshes.append(box((-half, -0.014, 0), (half, 0, 0.09), parts['trim']))
        if band is not None:
            meshes.append(quad((-half, -0.003, 0), (wall.length, 0, 0), (0, 0, split), band, 2.0))
            meshes.append(box((-half, -0.009, split - 0.02), (half, 0, split + 0.02), parts['trim']))
        if panel is not None and wall is not walls['front']:
            count = max(int(wall.length / 1.2), 1)
            for a, b in zip(np.linspace(-half, half, count + 1), np.linspace(-half, half, count + 1)[1:]):
                meshes.append(slab((a + 0.004, -0.012, 0.09), (b - 0.004, 0, 1.05), panel, 0.004, 1.2))
        room.meshes += wall.put(meshes, 0.0)
    ceiling = parts['ceiling']
    if finishes.ceiling == 'tiles':
        ceiling = Material(ceiling.color, textures.acoustic(rng, np.ones(3), 256))
    elif finishes.ceiling == 'plain' or finishes.ceiling == 'beams':
        ceiling = Material(ceiling.color)
    cover = quad((-x, depth, height), (width, 0, 0), (0, -depth, 0), ceiling, 2.4)
    warm = warm_tint(rng, finishes.style['light'])
    room.lights.append(Light(cover, rng.uniform(*finishes.style['light']['ambient']) * warm, 0.4))
    if finishes.ceiling == 'beams':
        room.headroom = height - 0.35
        for y in np.arange(1.0, depth - 0.5, rng.uniform(2.0, 3.0)).tolist():
            room.meshes += moved(fittings.ceiling_beam(width, parts['door']), (0, y, height))


def _second_tone(rng: np.random.Generator, wall: Material) -> Material:
    """A stronger or darker paint for the lower part of the walls."""
    color = wall.color if wall.texture is None else wall.color * wall.texture.mean(axis=(0, 1))
    strong = np.clip(color, 0.01, 1) ** rng.uniform(1.5, 2.6) * rng.uniform(0.75, 1.0)
    tint = textures.hsv(rng.random(), rng.uniform(0.05, 0.3), 1.0)
    return Material(strong * tint, roughness=0.5)


def warm_tint(rng: np.random.Generator, light: Mapping) -> np.ndarray:
    """Draw the lamps' color ``(3,)``."""
    warmth = rng.uniform(*light['warmth'])
    return np.array([1 + 0.25 * warmth, 1 + 0.05 * warmth, 1 - 0.3 * warmth])


def steps(platform: Platform, below: float, floor: Material, edge: Material, tile: float) -> list[Mesh]:
    """Make a platform's floor, its riser down to ``below`` m and its edge's strip."""
    front, back, z = platform.front, platform.back, platform.height
    count = len(front)
    i = np.arange(count - 1)
    j = i + 1

    def strip(lower: np.ndarray, upper: np.ndarray, uv: np.ndarray, material: Material) -> Mesh:
        faces = np.concatenate([np.stack([i, j, j + count], -1), np.stack([i, j + count, i + count], -1)])
        return Mesh(
            np.concatenate([lower, upper]).astype(np.float32), faces.astype(np.int32), material, uv.astype(np.float32)
        )

    def lifted(line: np.ndarray, height: float) -> np.ndarray:
        return np.column_stack([line, np.full(count, height)])

    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(front, axis=0), axis=1))])
    riser = np.concatenate([np.stack([along, np.full(count, h)], -1) for h in (below, z)]) / tile
    top = strip(lifted(back, z), lifted(front, z), np.concatenate([back, front]) / tile, floor)
    # Seen from the board, left and right swap: the riser's face turns to +y.
    face = strip(lifted(front[::-1], below), lifted(front[::-1], z), riser, floor)
    meshes = [top, face]
    for a, b in itertools.pairwise(front):
        if np.linalg.norm(b - a) > 1e-3:
            meshes.append(rod((*a, z - 0.008), (*b, z - 0.008), 0.014, edge, 6))
    for k, side in ((0, 1), (-1, -1)):  # the open ends
        a, b = (front[k], back[k])[::side]
        if np.linalg.norm(b - a) > 1e-3:
            meshes.append(quad((*a, 0), (*(b - a), 0), (0, 0, z), floor, tile))
    return meshes


def hang_boards(rng: np.random.Generator, room: 'Room', finishes: Finishes, wall: Wall) -> None:
    """Hang the plan's boards side by side on the front wall, the first the widest, in the middle."""
    kinds = [kind for kind in finishes.plan.boards if kind != 'none']
    if not kinds:
        return
    parts, top = finishes.parts, min(2.25, wall.height - 0.4)
    usable = min(0.85 * wall.length, 9.0)
    widths = np.array([1.0, 0.6, 0.5][: len(kinds)])
    widths = np.minimum(widths / widths.sum() * usable - 0.12, [4.4, 2.2, 2.0][: len(kinds)])
    if len(kinds) == 1:
        widths = np.minimum(widths, 0.62 * wall.length)
    x = -0.5 * (widths.sum() + 0.12 * (len(kinds) - 1))
    for kind, width in zip(kinds, widths.tolist()):
        low, tall = 0.9, top - 0.9
        if kind == 'screen':
            tall = min(0.62 * width, wall.height - 1.2)
            low = wall.height - 0.22 - tall
        elif kind == 'display':
            width = min(width, 1.9)
            tall = 0.58 * width
            low = 1.0
        surface = finishes.board(rng, kind)
        board = fittings.hanging(surface, width, tall, parts['metal' if kind in ('white', 'display') else 'trim'], 0.03)
        if kind == 'screen':
            case = rod(
                (-0.55 * width, -0.07, tall + 0.05),
                (0.55 * width, -0.07, tall + 0.05),
                0.05,
                parts['ceiling'],
                16,
                True,
            )
            bar = rod((-0.5 * width, -0.05, 0), (0.5 * width, -0.05, 0), 0.012, parts['metal'], 8, True)
            board = [*fittings.hanging(surface, width, tall, None, 0.05), case, bar]
        elif kind != 'display':
            board.append(slab((-0.5 * width, -0.11, -0.05), (0.5 * width, -0.02, -0.02), parts['trim'], 0.006))
        room.meshes += wall.put(board, x + 0.5 * width, low)
        wall.take(x + 0.5 * width, width, low - 0.1, low + tall + 0.1)
        x += width + 0.12


def add_doors(rng: np.random.Generator, room: 'Room', finishes: Finishes, walls: Mapping[str, Wall]) -> None:
    """Put doors into walls without windows, near the front or the back."""
    closed = [name for name in ('left', 'right', 'back', 'front') if name not in finishes.windows]
    for _ in range(finishes.plan.doors):
        glazed = bool(rng.random() < 0.4)
        for name in [str(n) for n in rng.permutation(closed)]:
            wall = walls[name]
            reach = 0.5 * wall.length - 0.85
            spots = [
                s
                for s in (-reach, reach)
                if wall.level(s, 1.1) and wall.is_free(s, 1.1, wall.ground(s), wall.ground(s) + 2.15)
            ]
            if spots:
                x = float(rng.choice(spots))
                wall.take(x, 1.1, wall.ground(x), wall.ground(x) + 2.15)
                meshes = windows.door(finishes.parts['door'], finishes.parts['trim'], finishes.parts['metal'], glazed)
                room.meshes += wall.put(meshes, x, wall.ground(x))
                break


def add_windows(
    rng: np.random.Generator, room: 'Room', finishes: Finishes, walls: Mapping[str, Wall], light: Mapping
) -> None:
    """Put windows with a view, sills and shades into walls."""
    parts = finishes.parts
    sky = textures.hsv(rng.uniform(0.54, 0.62), rng.uniform(0.02, 0.25), 1.0)
    views = [Material(np.ones(3), textures.outdoors(rng, sky, 256)) for _ in range(2)]
    pane, gap, bars = rng.uniform(1.1, 1.9), rng.uniform(0.3, 0.9), int(rng.integers(1, 3))
    radiance = rng.uniform(*light['window']) * np.ones(3)
    panes: list[Mesh] = []
    for name in finishes.windows:
        wall = walls[name]
        for k, (x, z, width, height) in enumerate(windows.fit_windows(rng, wall, pane, gap)):
            panes += wall.put([windows.glass(width, height, views[k % 2])], x, z)
            meshes = windows.window(width, height, parts['frame'], parts['frame'], bars)
            meshes += windows.shade(rng, finishes.shades, width, height, parts['curtain'], parts['frame'])
            if 'radiators' in finishes.plan.decorations and wall.level(x, width) and z - wall.ground(x) > 0.9:
                meshes += moved(fittings.radiator(0.8 * width, parts['frame']), (0, 0, wall.ground(x) - z))
            room.meshes += wall.put(meshes, x, z)
    room.lights += [Light(mesh, radiance, 1.0) for mesh in merge(panes)]


def add_lamps(rng: np.random.Generator, room: 'Room', finishes: Finishes, light: Mapping) -> None:
    """Hang lamps in a grid: long tubes, square panels in the ceiling, or rows of hanging tubes in high rooms."""
    width, depth, height = room.extent
    kind = str(rng.choice(['tubes', 'panels', 'hanging']))
    length, wide = {'tubes': (1.2, 0.3), 'panels': (0.6, 0.6), 'hanging': (1.5, 0.16)}[kind]
    drop = 0.35 if kind == 'hanging' and height > 3.2 else 0.0
    case, white = finishes.parts['frame'], Material(np.ones(3))
    lamps: list[Mesh] = []
    columns = max(2, round(width / 3.2))
    z = height - 0.03 - drop
    for y in np.arange(1.2, depth - 0.8, rng.uniform(2.0, 2.8)).tolist():
        for x in (np.linspace(-0.5, 0.5, columns + 2)[1:-1] * width).tolist():
            lamps.append(quad((x - 0.5 * length, y, z), (0, wide, 0), (length, 0, 0), white))
            low, high = (
                (x - 0.5 * length - 0.02, y - 0.02, z + 0.002),
                (x + 0.5 * length + 0.02, y + wide + 0.02, z + 0.03),
            )
            room.meshes.append(box(low, high, case))
            if drop:
                ends = (x - 0.4 * length, x + 0.4 * length)
                room.meshes += [
                    rod((end, y + 0.5 * wide, z), (end, y + 0.5 * wide, height), 0.004, case, 4) for end in ends
                ]
    room.lights.append(Light(merge(lamps)[0], rng.uniform(*light['lamp']) * warm_tint(rng, light), 1.0))
