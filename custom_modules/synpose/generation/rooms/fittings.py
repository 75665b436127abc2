"""What stands at and hangs on walls and ceilings. Metres; in a wall's frame: y = 0 is the wall, the room is at y < 0.

Every maker returns meshes around x = 0; whatever stands has its lowest point at z = 0.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rooms import textures
from synpose.generation.rooms.clutter import pick
from synpose.generation.shapes import box, ellipse, framed, moved, prism, quad, rod, slab


def shelf(
    width: float, height: float, body: Material, covers: Sequence[Material], rng: np.random.Generator
) -> list[Mesh]:
    """A bookcase ``width`` x ``height`` m, .32 m deep."""
    boards = max(int(height / 0.38), 1)
    meshes = [box((-0.5 * width, -0.02, 0), (0.5 * width, 0, height), body)]
    meshes += [box((sx - 0.012, -0.32, 0), (sx + 0.012, -0.02, height), body) for sx in (-0.5 * width, 0.5 * width)]
    for level in np.linspace(0.04, height, boards + 1):
        meshes.append(box((-0.5 * width, -0.32, level - 0.02), (0.5 * width, -0.02, level), body))
        x = -0.5 * width + 0.03
        while level < height - 0.1 and x < 0.5 * width - 0.15:
            thick, tall = rng.uniform(0.02, 0.09), rng.uniform(0.18, 0.3)
            if rng.random() < 0.85:
                out = rng.uniform(0.22, 0.29)
                meshes.append(box((x, -out, level), (x + thick, -0.03, level + tall), pick(rng, covers)))
            x += thick + 0.003
    return meshes


def cabinet(width: float, height: float, body: Material, metal: Material) -> list[Mesh]:
    """A cupboard with two doors, .42 m deep."""
    x = 0.5 * width
    meshes = [box((-x, -0.40, 0.06), (x, 0, height), body), box((-x + 0.03, -0.36, 0), (x - 0.03, 0, 0.07), metal)]
    for sign in (-1, 1):
        low, high = sorted((sign * 0.006, sign * (x - 0.004)))
        meshes.append(slab((low, -0.42, 0.07), (high, -0.40, height - 0.01), body))
        meshes.append(
            rod((sign * 0.05, -0.435, 0.5 * height), (sign * 0.05, -0.435, 0.5 * height + 0.14), 0.007, metal)
        )
    return meshes


def clock(radius: float, rim: Material, hour: float) -> list[Mesh]:
    """A wall clock that shows ``hour``, around z = 0."""
    white, black = Material(np.full(3, 0.8)), Material(np.full(3, 0.02))
    face = prism(ellipse(2 * radius, 2 * radius, steps=40), 0.0, 0.03, rim)
    dial = prism(ellipse(1.84 * radius, 1.84 * radius, steps=40), 0.03, 0.032, white)
    parts = [face, dial]
    for k in range(12):
        tick = 0.82 * radius * np.array([np.sin(k * np.pi / 6), np.cos(k * np.pi / 6)])
        parts.append(box((*(tick - 0.008), 0.032), (*(tick + 0.008), 0.034), black))
    for length, angle in ((0.5, hour / 12), (0.75, hour % 1)):
        tip = length * radius * np.array([np.sin(2 * np.pi * angle), np.cos(2 * np.pi * angle)])
        parts.append(rod((0, 0, 0.036), (*tip, 0.036), 0.006, black, 4))
    for part in parts:  # lay it up against the wall: its z becomes -y
        part.vertices = np.stack([part.vertices[:, 0], -part.vertices[:, 2], part.vertices[:, 1]], axis=-1)
    return parts


def radiator(width: float, metal: Material) -> list[Mesh]:
    """A ribbed radiator with its pipe."""
    count = max(int(width / 0.09), 2)
    xs = np.linspace(-0.5 * width, 0.5 * width, count + 1)
    ribs = [slab((a + 0.006, -0.14, 0.14), (b - 0.006, -0.05, 0.70), metal, 0.012) for a, b in itertools.pairwise(xs)]
    pipes = [rod((-0.5 * width, -0.09, z), (0.5 * width, -0.09, z), 0.014, metal) for z in (0.19, 0.65)]
    return [*ribs, *pipes, rod((0.5 * width + 0.03, -0.09, 0), (0.5 * width + 0.03, -0.09, 0.66), 0.01, metal)]


def plant(rng: np.random.Generator, size: float, pot: Material) -> list[Mesh]:
    """A potted plant about ``size`` m tall: bent blades around a stem."""
    leaf = Material(textures.hsv(rng.uniform(0.25, 0.38), rng.uniform(0.45, 0.75), rng.uniform(0.25, 0.5)))
    radius = 0.16 * min(size, 1.0) + 0.03
    y = -radius - 0.03
    meshes = [rod((0, y, 0), (0, y, 0.3 * size), (0.75 * radius, radius), pot, 20, closed=True)]
    for _ in range(26):
        angle, rise = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.68) * size
        out = np.array([np.cos(angle), np.sin(angle), 0]) * rng.uniform(0.08, 0.2) * size
        side = np.array([-np.sin(angle), np.cos(angle), 0]) * rng.uniform(0.012, 0.035) * (0.5 + size)
        foot = np.array([0, y, 0.3 * size])
        spine = [
            foot,
            foot + 0.45 * out + [0, 0, 0.75 * rise],
            foot + out + [0, 0, rise],
            foot + 1.5 * out + [0, 0, 0.9 * rise],
        ]
        widths = (0.3, 1.0, 0.8, 0.0)
        points = np.array([p + w * s * side for p, w in zip(spine, widths) for s in (-1, 1)])
        points[:, 1] = np.minimum(points[:, 1], -0.01)
        strip = [(2 * k, 2 * k + 2, 2 * k + 1) for k in range(3)] + [
            (2 * k + 1, 2 * k + 2, 2 * k + 3) for k in range(3)
        ]
        faces = np.array(strip + [face[::-1] for face in strip], np.int32)  # both sides show
        meshes.append(Mesh(points.astype(np.float32), faces, leaf))
    return meshes


def waste_bin(material: Material) -> list[Mesh]:
    """A waste-paper bin."""
    return [rod((0, -0.2, 0), (0, -0.2, 0.32), (0.11, 0.14), material, 20, closed=True)]


def coats(
    rng: np.random.Generator, width: float, board: Material, metal: Material, covers: Sequence[Material]
) -> list[Mesh]:
    """A rail with hooks at 1.55 m, some with coats or bags."""
    meshes = [box((-0.5 * width, -0.02, 1.5), (0.5 * width, 0, 1.6), board)]
    for x in np.arange(-0.5 * width + 0.12, 0.5 * width - 0.1, 0.2).tolist():
        meshes.append(rod((x, -0.02, 1.55), (x, -0.08, 1.57), 0.008, metal, 6))
        if rng.random() < 0.6:
            half, drop, cloth = rng.uniform(0.1, 0.16), rng.uniform(0.5, 0.95), pick(rng, covers)
            wave = 0.03 * np.sin(np.linspace(0, 5 * np.pi, 11) + rng.uniform(0, 6))
            xs = np.linspace(-1, 1, 11)
            outline = [(x + half * s, -0.10 + w - 0.05 * (1 - s * s)) for s, w in zip(xs, wave)]
            outline += [(x + half * s, -0.025) for s in xs[::-1]]
            coat = prism(outline, 1.56 - drop, 1.56, cloth)
            top = coat.vertices[:, 2] > 1.5
            coat.vertices[top, 0] = x + 0.35 * (coat.vertices[top, 0] - x)
            meshes.append(coat)
    return meshes


def flag(rng: np.random.Generator, metal: Material) -> list[Mesh]:
    """A pole with a hanging flag of three stripes."""
    meshes = [
        rod((0, -0.2, 0), (0, -0.2, 0.04), 0.14, metal, 20, closed=True),
        rod((0, -0.2, 0), (0, -0.2, 2.1), 0.014, metal),
    ]
    for k in range(3):
        stripe = Material(textures.hsv(rng.random(), rng.uniform(0.0, 0.9), rng.uniform(0.4, 0.95)))
        xs = np.linspace(0.015 + 0.11 * k, 0.015 + 0.11 * (k + 1), 6)
        y = -0.2 + 0.03 * np.sin(40 * xs)
        outline = np.concatenate([np.stack([xs, y - 0.003], -1), np.stack([xs, y + 0.003], -1)[::-1]])
        cloth = prism(outline, 1.15, 2.05, stripe)
        meshes.append(cloth)
    return meshes


def lectern(body: Material, metal: Material) -> list[Mesh]:
    """A speaker's stand, around the origin, facing -y; its microphone points to the speaker at +y."""
    desk = slab((-0.3, -0.2, 1.05), (0.3, 0.25, 1.08), body)
    desk.vertices[:, 2] -= 0.25 * desk.vertices[:, 1]
    stem = [(0.2, -0.15, 1.1), (0.2, -0.12, 1.32), (0.2, 0.0, 1.4)]
    return [
        desk,
        box((-0.26, -0.2, 0), (0.26, -0.17, 1.06), body),
        *(box((sx - 0.012, -0.18, 0), (sx + 0.012, 0.15, 1.04), body) for sx in (-0.25, 0.25)),
        *(rod(a, b, 0.005, metal, 6) for a, b in itertools.pairwise(stem)),
    ]


def projector(drop: float, shell: Material, metal: Material) -> list[Mesh]:
    """A projector hanging ``drop`` m below the ceiling, which is at z = 0; its lens looks toward +y."""
    lens = Material(np.full(3, 0.02), roughness=0.2)
    return [
        rod((0, 0, -drop), (0, 0, 0), 0.02, metal),
        slab((-0.17, -0.14, -drop - 0.12), (0.17, 0.14, -drop), shell, 0.02),
        rod((0.06, 0.14, -drop - 0.06), (0.06, 0.165, -drop - 0.06), 0.035, lens, 16, closed=True),
    ]


def hanging(
    material: Material, width: float, height: float, frame: Material | None = None, out: float = 0.01
) -> list[Mesh]:
    """A picture, board or screen ``width`` x ``height`` m, its lower edge at z = 0, perhaps framed."""
    corner = (-0.5 * width, -out, 0.0)
    meshes = [quad(corner, (width, 0, 0), (0, 0, height), material)]
    if frame is not None:
        meshes += framed((-corner[0], *corner[1:]), (-width, 0, 0), (0, 0, height), 0.035, frame)
    return meshes


def cable_duct(width: float, material: Material) -> list[Mesh]:
    """A duct with sockets along the wall, around z = 0, and a cable that hangs from it."""
    meshes = [slab((-0.5 * width, -0.04, 0), (0.5 * width, 0, 0.09), material)]
    for x in np.arange(-0.5 * width + 0.3, 0.5 * width - 0.2, 0.8).tolist():
        meshes.append(slab((x - 0.07, -0.048, 0.012), (x + 0.07, -0.039, 0.078), material, 0.003))
    return meshes


def ceiling_beam(width: float, material: Material) -> list[Mesh]:
    """A beam across the room below the ceiling, which is at z = 0."""
    return [slab((-0.5 * width, -0.12, -0.24), (0.5 * width, 0.12, 0), material, 0.015, 1.2)]


def teacher_desk_top(rng: np.random.Generator, papers: Sequence[Material], covers: Sequence[Material]) -> list[Mesh]:
    """A pile of books for a desk's corner, around the origin."""
    meshes, z = [], 0.001
    for _ in range(int(rng.integers(2, 6))):
        thick, half = rng.uniform(0.01, 0.04), np.array([rng.uniform(0.07, 0.11), rng.uniform(0.1, 0.15)])
        book = slab((*-half, 0), (*half, thick), pick(rng, covers), 0.003)
        meshes += moved([book], (0, 0, z), rng.normal(0, 0.2))
        z += thick
    return meshes
