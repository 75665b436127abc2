"""Procedural textures: tileable reflectance images built from value noise.

Every function returns linear RGB reflectance ``(size, size, 3)`` float32 in [0, 1] and is a pure function of its
arguments. Colors come in as linear RGB ``(3,)``; :func:`hsv` makes them from the hue, saturation and value people
think in. Lattice noise follows the value noise of K. Perlin's and D. Ebert's texturing literature (random lattice,
smooth interpolation, octaves of half the amplitude).
"""

import colorsys
from collections.abc import Callable

import numpy as np

Texture = Callable[[np.random.Generator, np.ndarray, int], np.ndarray]


def to_linear(srgb: np.ndarray) -> np.ndarray:
    """Undo the sRGB transfer curve (IEC 61966-2-1) of values in [0, 1]."""
    srgb = np.asarray(srgb, dtype=np.float64)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Apply the sRGB transfer curve (IEC 61966-2-1) to values in [0, 1]."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def hsv(hue: float, saturation: float, value: float) -> np.ndarray:
    """Return linear RGB ``(3,)`` of an sRGB color given by hue (any real, period 1), saturation and value in [0, 1]."""
    return to_linear(np.array(colorsys.hsv_to_rgb(hue % 1.0, saturation, value)))


def value_noise(rng: np.random.Generator, size: int, cells: tuple[int, int], octaves: int = 4) -> np.ndarray:
    """Sum octaves of tileable value noise.

    Args:
        rng: Source of the lattice values.
        size: Side of the image in pixels.
        cells: Lattice cells along (rows, columns) of the first octave; each octave doubles them.
        octaves: Number of octaves; each has half the amplitude of the one before.

    Returns:
        ``(size, size)`` float32 with mean near 0.5, in [0, 1].
    """
    total = np.zeros((size, size))
    weight_sum = 0.0
    for octave in range(octaves):
        weight = 0.5**octave
        rows, columns = (min(c * 2**octave, size) for c in cells)
        lattice = rng.random((rows, columns))
        for axis, count in ((0, rows), (1, columns)):
            position = np.arange(size) * count / size
            low = position.astype(int)
            blend = position - low
            blend = blend * blend * (3 - 2 * blend)  # smoothstep: no visible lattice lines
            blend = blend[:, None] if axis == 0 else blend[None]
            a = np.take(lattice, low % count, axis=axis)
            b = np.take(lattice, (low + 1) % count, axis=axis)
            lattice = a + (b - a) * blend
        total += weight * lattice
        weight_sum += weight
    return (total / weight_sum).astype(np.float32)


def _shade(color: np.ndarray, brightness: np.ndarray) -> np.ndarray:
    return np.clip(color * brightness[..., None], 0, 1).astype(np.float32)


def plaster(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Painted wall: faint stains and a fine grain."""
    stains = value_noise(rng, size, (3, 3), 3) - 0.5
    grain = value_noise(rng, size, (64, 64), 2) - 0.5
    return _shade(color, 1 + 0.16 * stains + 0.06 * grain)


def brick(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Painted brickwork: rows of staggered bricks with joints."""
    rows, columns = 12, 4
    y = np.arange(size) * rows / size
    x = np.arange(size) * columns / size
    row = y.astype(int)
    shifted = x[None] + 0.5 * (row[:, None] % 2)
    tone = rng.uniform(0.88, 1.06, (rows, columns))[row[:, None], shifted.astype(int) % columns]
    joint = ((y - row)[:, None] < 0.12) | ((shifted % 1) < 0.04)
    grain = value_noise(rng, size, (32, 32), 3) - 0.5
    return _shade(color, np.where(joint, 0.8, tone) * (1 + 0.14 * grain))


def wood(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Wood grain along the columns' axis: stretched noise bent into rings."""
    bend = value_noise(rng, size, (2, 1), 3)
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (np.arange(size)[:, None] * 9 / size + 2.5 * bend))
    fibers = value_noise(rng, size, (96, 4), 2) - 0.5
    return _shade(color, 0.88 + 0.16 * rings + 0.18 * fibers)


def planks(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Parquet: eight boards of wood grain of unequal tone, with dark seams."""
    boards = 8
    image = wood(rng, color, size)
    row = np.arange(size) * boards // size
    cut = rng.random(boards)[row][:, None]
    column = ((np.arange(size)[None] / size + cut) % 1 * 2).astype(int)
    tone = rng.uniform(0.8, 1.12, (boards, 2))[row[:, None], column]
    seam = (np.arange(size) * boards % size < boards)[:, None] | (
        np.abs((np.arange(size)[None] / size + cut) % 0.5) < 0.006
    )
    return np.clip(image * np.where(seam, 0.55, tone)[..., None], 0, 1).astype(np.float32)


def tiles(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Vinyl or stone tiles: four by four, each of its own tone, speckled, with joints."""
    count = 4
    cell = np.arange(size) * count // size
    checker = (cell[:, None] + cell[None]) % 2
    tone = rng.uniform(0.94, 1.04, (count, count))[cell[:, None], cell[None]] - rng.choice([0.0, 0.12]) * checker
    line = np.arange(size) * count % size < 1.5 * count
    joint = line[:, None] | line[None]
    speckle = value_noise(rng, size, (48, 48), 3) - 0.5
    return _shade(color, np.where(joint, 0.7, tone) * (1 + 0.25 * speckle))


def carpet(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Carpet: strong fine grain over soft wear."""
    grain = rng.random((size, size)) - 0.5
    wear = value_noise(rng, size, (3, 3), 3) - 0.5
    return _shade(color, 1 + 0.5 * grain + 0.3 * wear)


def laminate(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """A plain table top with a little wear."""
    wear = value_noise(rng, size, (4, 4), 4) - 0.5
    return _shade(color, 1 + 0.12 * wear)


def board(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Chalk or marker board: wiped smears and lines of writing that contrast with the board."""
    smear = value_noise(rng, size, (2, 5), 4)
    dark = color.mean() < 0.3
    image = _shade(color, 0.85 + 0.3 * smear)
    ink = np.full(3, 0.75) if dark else hsv(rng.choice([0.0, 0.33, 0.62]), 0.8, 0.35)
    return _write_lines(rng, image, ink, line_height=size // 12, fill=0.55)


def paper(rng: np.random.Generator, color: np.ndarray, size: int = 64) -> np.ndarray:
    """A sheet of writing."""
    image = np.broadcast_to(color.astype(np.float32), (size, size, 3)).copy()
    return _write_lines(rng, image, color * 0.35, line_height=max(size // 12, 4), fill=0.8)


def poster(rng: np.random.Generator, color: np.ndarray, size: int = 128) -> np.ndarray:
    """A poster: a colored ground, a picture made of blobs and rectangles, a title bar, a light border."""
    hue = rng.random()
    image = np.broadcast_to(color.astype(np.float32), (size, size, 3)).copy()
    blobs = value_noise(rng, size, (3, 3), 2)
    for level in (0.5, 0.6):
        image[blobs > level] = hsv(hue + rng.uniform(-0.15, 0.15), rng.uniform(0.2, 0.6), rng.uniform(0.3, 0.9))
    for _ in range(int(rng.integers(2, 6))):
        y, x = rng.integers(0, size * 3 // 4, 2)
        h, w = rng.integers(size // 16, size // 4, 2)
        image[y : y + h, x : x + w] = hsv(hue + rng.uniform(-0.2, 0.5), rng.uniform(0.2, 0.6), rng.uniform(0.2, 0.95))
    image[-size // 8 :] = hsv(hue, 0.15, 0.9)
    edge = size // 24
    image[:edge], image[-edge:], image[:, :edge], image[:, -edge:] = 0.75, 0.75, 0.75, 0.75
    return image


def outdoors(rng: np.random.Generator, color: np.ndarray, size: int = 128) -> np.ndarray:
    """What a window shows, bottom row first: hedges and houses below a sky of the given color."""
    height = np.linspace(0, 1, size)[:, None]
    sky = color * (0.75 + 0.25 * height[..., None])
    image = np.broadcast_to(sky, (size, size, 3)).astype(np.float32).copy()
    skyline = 0.25 + 0.35 * value_noise(rng, size, (1, 5), 4)[:1]
    trees = value_noise(rng, size, (16, 16), 3)[..., None] * hsv(rng.uniform(0.2, 0.4), 0.45, 0.65)
    return np.where((height < skyline)[..., None], trees, image).astype(np.float32)


def acoustic(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Ceiling tiles: four by four panels with fine holes in a grid of bars."""
    cell = np.arange(size) * 4 % size
    bar = (cell < 0.03 * size)[:, None] | (cell < 0.03 * size)[None]
    holes = rng.random((size, size)) < 0.12
    tone = np.repeat(np.repeat(rng.uniform(0.95, 1.0, (4, 4)), size // 4, axis=0), size // 4, axis=1)
    return _shade(color, np.where(bar, 0.8, np.where(holes, 0.82, 1.0) * tone[:size, :size]))


def terrazzo(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Polished stone floor: chips of two tones in a ground."""
    grain, chips = value_noise(rng, size, (40, 40), 2), value_noise(rng, size, (56, 56), 1)
    return _shade(color, 1 + 0.1 * (grain - 0.5) + np.where(chips > 0.72, 0.18, 0) - np.where(chips < 0.26, 0.25, 0))


def weave(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Cloth for chairs and curtains: crossing threads of unequal tone."""
    threads = value_noise(rng, size, (1, size // 2), 1)[:1] + value_noise(rng, size, (size // 2, 1), 1)[:, :1]
    return _shade(color, 0.8 + 0.2 * threads)


def concrete(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """Bare concrete: clouds, pores and the seams of its formwork."""
    clouds, pores = value_noise(rng, size, (3, 4), 4) - 0.5, value_noise(rng, size, (64, 64), 1) < 0.12
    seam = (np.arange(size) * 2 % size < 3)[:, None] | (np.arange(size) % size < 2)[None]
    return _shade(color, (1 + 0.35 * clouds) * np.where(pores | seam, 0.82, 1.0))


def slide(rng: np.random.Generator, color: np.ndarray, size: int = 256) -> np.ndarray:
    """A projected slide, bottom row first: a title bar of the color, lines of text, a bar chart."""
    image = np.full((size, size, 3), 0.88, dtype=np.float32)
    image[-size // 6 :] = color
    image[: size // 40] = color
    image = _write_lines(rng, image, np.full(3, 0.05), line_height=size // 11, fill=0.75)
    left = int(size * 0.55)
    image[size // 8 : size * 3 // 4, left : size * 15 // 16] = 0.88
    for k, tall in enumerate(rng.uniform(0.1, 0.55, 5)):
        start = left + size * k // 14
        image[size // 8 : size // 8 + int(tall * size), start : start + size // 20] = color * rng.uniform(0.5, 1.0)
    return image


def screen(rng: np.random.Generator, color: np.ndarray, size: int = 128) -> np.ndarray:
    """A computer's screen: a desktop of the color with a few windows of text."""
    image = _shade(color, 0.7 + 0.6 * value_noise(rng, size, (2, 2), 2))
    for _ in range(int(rng.integers(1, 4))):
        y, x = rng.integers(size // 16, size // 3, 2)
        h, w = rng.integers(size // 3, size * 5 // 8, 2)
        tone = rng.choice([0.03, 0.75, 0.85])
        page = np.full((size, size, 3), tone, dtype=np.float32)
        page = _write_lines(rng, page, np.full(3, 0.6 if tone < 0.5 else 0.1), line_height=max(size // 20, 3), fill=0.8)
        image[y : y + h, x : x + w] = page[:h, :w]
        image[y + h - size // 24 : y + h, x : x + w] = color * 0.6
    return image


def _write_lines(
    rng: np.random.Generator, image: np.ndarray, ink: np.ndarray, line_height: int, fill: float
) -> np.ndarray:
    """Draw words as short strokes, one line of text every ``line_height`` px over the middle of the image."""
    size = len(image)
    for top in range(size // 8, size * 7 // 8, line_height):
        if rng.random() > fill:
            continue
        column = size // 10
        end = int(size * rng.uniform(0.4, 0.9))
        while column < end:
            word = int(rng.integers(line_height // 2, 3 * line_height))
            strokes = rng.random((max(line_height // 2, 1), min(word, end - column))) < 0.5
            block = image[top : top + len(strokes), column : column + strokes.shape[1]]
            block[strokes] = 0.4 * block[strokes] + 0.6 * ink
            column += word + max(line_height // 3, 1)
    return image


TEXTURES: dict[str, Texture] = {
    function.__name__: function
    for function in (
        plaster,
        brick,
        wood,
        planks,
        tiles,
        carpet,
        laminate,
        board,
        paper,
        poster,
        outdoors,
        acoustic,
        terrazzo,
        weave,
        concrete,
        slide,
        screen,
    )
}
"""Textures by the names configs use."""
