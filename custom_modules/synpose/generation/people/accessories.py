"""Glasses, masks, headphones and bags."""

import numpy as np

from synpose.generation.people.clothing import Fitting
from synpose.generation.people.pieces import HEAD, Piece, Surface
from synpose.generation.primitives import Material, Mesh, Seat
from synpose.generation.shapes import moved
from synpose.generation.shells import inflate, lathe, rounded_box

GLASSES = {
    'rectangular': (0.026, 0.016, 5.0),
    'round': (0.022, 0.021, 2.0),
    'oval': (0.026, 0.019, 2.6),
    'large': (0.028, 0.025, 3.2),
}
"""Glasses by shape: half width and half height of a lens, m, and how angular it is."""
MASKS = ('surgical', 'cloth')
"""Kinds of masks over mouth and nose."""
BAGS = ('backpack', 'shoulder bag')
"""Bags people wear."""
BELONGINGS = ('backpack on chair', 'backpack on floor', 'shoulder bag on chair', 'shoulder bag on floor')
"""Where sitting people's bags are."""


def _rigid(fitting: Fitting, shape: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Surface:
    points, faces, _ = shape
    return Surface(points, faces, None, fitting.follow(points, {'head': 1.0}))


def glasses(fitting: Fitting, shape: str, material: Material, thickness: float = 0.0016) -> list[Piece]:
    """Build a frame: two rims, a bridge and temples that reach over the ears.

    Args:
        fitting: The body.
        shape: One of :data:`GLASSES`.
        material: Of the frame.
        thickness: Half the frame's thickness, m.

    Raises:
        ValueError: If the shape is unknown.
    """
    if shape not in GLASSES:
        raise ValueError(f'unknown glasses {shape!r}, expected one of {tuple(GLASSES)}')
    wide, tall, power = GLASSES[shape]
    joints = fitting.joints
    scale = np.linalg.norm(joints['right_eye'] - joints['left_eye']) / 0.060
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rim = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], axis=1)
    rim = np.sign(rim) * np.abs(rim) ** (2 / power) * scale * np.array([wide, 1, tall])
    parts, inner = [], []
    for side, sign in (('left', -1), ('right', 1)):
        eye, ear = joints[f'{side}_eye'], joints[f'{side}_ear']
        center = eye + scale * np.array([sign * 0.003, 0.019, -0.003])
        ring = center + rim
        ring[:, 1] -= 0.25 * np.abs(ring[:, 0] - center[0]) * (np.sign(ring[:, 0] - center[0]) == sign)
        parts.append(lathe(ring, np.full(24, thickness), 5, (0.0, 1.0, 0.0), closed=True))
        inner.append(center + scale * np.array([-sign * wide, 0, 0.3 * tall]))
        hinge = center + scale * np.array([sign * wide, -0.25 * wide, 0.4 * tall])
        over = ear + scale * np.array([sign * 0.004, -0.005, 0.022])
        bend = over + scale * np.array([sign * 0.001, -0.024, -0.022])
        t = np.linspace(0, 1, 7)[:, None]
        side_path = hinge + t * (over - hinge)
        side_path[1:-1] = fitting.clear(side_path[1:-1], 0.003)
        path = np.concatenate([side_path, bend[None]])
        parts.append(lathe(path, np.full(len(path), thickness), 5, (0.0, 0.0, 1.0)))
    t = np.linspace(0, 1, 5)[:, None]
    bridge = inner[0] + t * (inner[1] - inner[0]) + np.array([0, 0.004, 0.004]) * np.sin(np.pi * t)
    parts.append(lathe(bridge, np.full(5, thickness), 5, (0.0, 1.0, 0.0)))
    return [Piece(_rigid(fitting, part), material, HEAD) for part in parts]


def mask(fitting: Fitting, kind: str, material: Material) -> list[Piece]:
    """Build a mask over nose, mouth and chin, with loops around the ears.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in MASKS:
        raise ValueError(f'unknown mask {kind!r}, expected one of {MASKS}')
    regions, template = fitting.regions, fitting.model.template
    unit, (x, y, z) = regions.head_height, template.T
    top = regions.eye[2] - 0.055 * unit - 0.30 * np.abs(x)
    side = 0.30 * unit if kind == 'cloth' else 0.285 * unit
    ahead = regions.chin[1] - 0.21 * unit + 0.0 * x
    level = np.minimum(np.minimum(top - z, y - ahead), np.minimum(z - regions.chin[2] + 0.05 * unit, side - np.abs(x)))
    level = np.where(regions.is_head, level, -1.0)
    tight = np.clip(level / 0.02, 0, 1)
    offset = 0.002 + (0.005 if kind == 'cloth' else 0.008) * tight
    body = fitting.body.vertices
    smooth = body + tight[:, None] * (fitting.smoothed(18) - body)
    shell = inflate(body, smooth, fitting.normals, offset)
    if kind == 'surgical':  # three folds across
        shell = shell + (0.0015 * tight * np.sin(2 * np.pi * z / 0.018))[:, None] * fitting.normals
    surface = fitting.patch(regions.head_faces, level, shell)
    pieces = [Piece(surface, material, HEAD)]
    if not len(surface.points):
        return pieces
    for name, sign in (('left', -1), ('right', 1)):
        ear = fitting.joints[f'{name}_ear']
        edge = surface.points[np.sign(surface.points[:, 0]) == sign]
        for lift in (1, -1):
            corner = edge[np.argmax(sign * edge[:, 0] * 1.2 + lift * edge[:, 2] - 0.6 * edge[:, 1])]
            end = ear + np.array([sign * 0.006, -0.012, 0.020 * lift])
            path = corner + np.linspace(0, 1, 6)[:, None] * (end - corner)
            path[1:-1] = fitting.clear(path[1:-1], 0.002)
            pieces.append(Piece(_rigid(fitting, lathe(path, np.full(6, 0.0012), 4, (0.0, 0.0, 1.0))), material, HEAD))
    return pieces


def headphones(fitting: Fitting, material: Material, hair: float) -> list[Piece]:
    """Build headphones: a band over hair of a thickness (m) and a cushion on either ear."""
    joints = fitting.joints
    left, right = joints['left_ear'], joints['right_ear']
    middle = (left + right) / 2
    top = joints['head_top'][2] - middle[2] + hair + 0.007
    half = (right[0] - left[0]) / 2 + 0.016
    angle = np.linspace(-np.pi / 2, np.pi / 2, 21)
    band = middle + np.stack([half * np.sin(angle), 0 * angle - 0.005, top * np.cos(angle)], axis=1)
    sizes = np.tile([[0.011, 0.004]], (21, 1))
    pieces = [Piece(_rigid(fitting, lathe(band, sizes, 6, (0.0, 1.0, 0.0))), material, HEAD)]
    for sign, ear in ((-1, left), (1, right)):
        t = np.array([-0.006, -0.005, 0.012, 0.020, 0.021])
        path = ear + [0, -0.004, 0.004] + t[:, None] * np.array([sign, 0, 0])
        radii = np.array([0.002, 0.034, 0.036, 0.028, 0.002])
        pieces.append(Piece(_rigid(fitting, lathe(path, radii, 16, (0.0, 0.0, 1.0))), material, HEAD))
    return pieces


def bag(
    fitting: Fitting, kind: str, outer: np.ndarray, margin: float, material: Material, trim: Material
) -> list[Piece]:
    """Build a bag someone wears; it is no part of the body.

    Args:
        fitting: The body.
        kind: One of :data:`BAGS`.
        outer: Outermost shell of the clothes ``(V, 3)``, m.
        margin: Its distance from the body, m.
        material: Of the bag.
        trim: Of its straps.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in BAGS:
        raise ValueError(f'unknown bag {kind!r}, expected one of {BAGS}')
    heads, bone, tailor = fitting.body.heads, fitting.model.bone, fitting.tailor
    scale, z = fitting.body.stature / 1.65, fitting.regions.z
    if kind == 'backpack':
        size = tuple(scale * np.array([0.27, 0.15, 0.40]))
        back = fitting.body.vertices[tailor.off_arms & (np.abs(z - 0.40) < 0.06), 1].min() - margin
        center = np.array([0.0, back - 0.40 * size[1], fitting.height(0.32)])
        pocket = rounded_box(center + scale * np.array([0, -0.06, -0.08]), (0.2, 0.09, 0.17), 5)
        pieces = [
            Piece(Surface(points, faces, None, fitting.follow(points, {'spine02': 0.5, 'spine01': 0.5})), material, 0)
            for points, faces in (rounded_box(center, size, 5), pocket)
        ]
        strap = np.minimum(tailor.stripe(0.085, 0.021), np.where(tailor.front, z - 0.24, z - 0.42))
        straps = fitting.cloth(outer + 0.006 * fitting.normals, strap)
        return [*pieces, Piece(straps._replace(uv=None), trim, 0)]
    shoulder = heads[bone['shoulder01.L']] * [0.9, 1, 1] + scale * np.array([0, 0, 0.06])
    hip = heads[bone['upperleg01.R']] + scale * np.array([0, -0.02, 0.03])
    level = tailor.off_arms & (np.abs(fitting.body.vertices[:, 2] - hip[2]) < 0.03)
    hip[0] = fitting.body.vertices[level, 0].max() + margin
    t = np.linspace(0, 1, 16)[:, None]
    pieces = []  # two halves of the strap, before and behind the body
    for ahead in (0.2, -0.2):
        path = shoulder + t * (hip - shoulder) + np.sin(np.pi * t) ** 0.6 * np.array([0, ahead, 0])
        path = fitting.clear(path, margin + 0.010, settle=True)
        ribbon = lathe(path, np.tile([[0.015, 0.0025]], (16, 1)), 6, (0.0, 0.0, 1.0))[:2]
        pieces.append(Piece(Surface(*ribbon, None, fitting.nearest_weights(ribbon[0], 24)), trim, 0))
    wide = scale * np.array([0.09, 0.30, 0.24])
    points, faces = rounded_box(hip + wide * np.array([0.4, 0, -0.3]), tuple(wide), 5)
    pieces.append(Piece(Surface(points, faces, None, fitting.follow(points, {'spine05': 1.0})), material, 0))
    return pieces


def belongings(rng: np.random.Generator, name: str, seat: Seat, color: np.ndarray | None = None) -> list[Mesh]:
    """Make a bag that hangs on someone's chair or stands beside it, in the sitter's frame.

    Args:
        rng: Source of its place, size and, without ``color``, color.
        name: One of :data:`BELONGINGS`.
        seat: Where they sit.
        color: Linear RGB ``(3,)``.

    Raises:
        ValueError: If the name is unknown.
    """
    if name not in BELONGINGS:
        raise ValueError(f'unknown belonging {name!r}, expected one of {BELONGINGS}')
    kind, place = name.split(' on ')
    shade = rng.uniform(0.02, 0.5, 3) if color is None else np.asarray(color)
    cloth, trim = Material(shade.astype(np.float32)), Material((0.5 * shade).astype(np.float32))
    size = np.array([0.28, 0.15, 0.40] if kind == 'backpack' else [0.32, 0.10, 0.26]) * rng.uniform(0.9, 1.1)
    points, faces = rounded_box(np.array([0, 0, size[2] / 2]), tuple(size), 5)
    meshes = [Mesh(points.astype(np.float32), faces, cloth)]
    if kind == 'backpack':
        points, faces = rounded_box(size * np.array([0, -0.4, 0.32]), tuple(size * np.array([0.7, 0.5, 0.42])), 5)
        meshes.append(Mesh(points.astype(np.float32), faces, cloth))
    back = -seat.seat_depth / 2 - 0.09
    t = np.linspace(0, np.pi, 9)
    top = 0.42 + seat.seat_height if place == 'chair' else size[2] + 0.07
    start = top - size[2] - 0.10 if place == 'chair' else 0.0
    rise = top - start - size[2]
    handle = np.stack([0.09 * np.cos(t), 0.3 * size[1] * np.ones(9), size[2] - 0.02 + rise * np.sin(t)], axis=1)
    loop = lathe(handle, np.full(9, 0.006), 5, (0.0, 1.0, 0.0))
    meshes.append(Mesh(loop[0].astype(np.float32), loop[1], trim))
    if place == 'chair':
        return moved(meshes, (rng.uniform(-0.04, 0.04), back - size[1] / 2, start), rng.normal(0, 0.05))
    side = rng.choice([-1, 1])
    return moved(meshes, (side * rng.uniform(0.34, 0.40), rng.uniform(-0.15, 0.1), 0), rng.uniform(-np.pi, np.pi))
