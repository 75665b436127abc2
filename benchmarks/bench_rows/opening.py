"""Opening annotations, in one process and with 8 workers: MMPose's CocoDataset against our two classes.

Openings of both sides are later ones: a file's first opening by ours also builds the store, and is told apart.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from open_annotations import GIB, KINDS, compare, count_different

from .common import Case, Options

TITLE = 'open annotations'
FOLDER = Path('work_dirs/bench')
PEOPLE, WORKERS, SAMPLES, COMPARED = 35, 8, 400, 20
MOST = 6000  # images that stock can open: at 60,480 it does not fit into this machine's memory
FIGURES = (  # what, key, scale, unit, aim
    ('', 'cpu', 1.0, 'CPU s', 100),
    (', memory gained', 'held', GIB / 1024, 'MiB', 20),
    (f', memory with {WORKERS} workers', 'together', GIB / 1024, 'MiB', None),
    (', a sample', 'sample', 1e-3, 'CPU ms', None),
)


def run(options: Options) -> Iterator[Case]:
    """Open files of growing size; the largest is compared with stock's samples of the largest that stock opens."""
    stock: dict[str, Any] = {}
    for images in (60, 600) if options.quick else (600, MOST, 60480):
        covered = min(images, MOST)
        looked = range(0, covered, covered // COMPARED)
        found = compare(FOLDER, images, PEOPLE, WORKERS, SAMPLES, looked, stock=images <= MOST)
        stock = found.get(KINDS[0], stock)
        for kind in KINDS[1:]:
            yield from _cases(kind, images, found[kind], stock, images / covered)
        if images > MOST:
            for file in FOLDER.glob(f'crowds-{images}x*'):
                file.unlink()  # 4 GB


def _cases(kind: str, images: int, ours: dict[str, Any], stock: dict[str, Any], growth: float) -> Iterator[Case]:
    """Make the cases of one of our classes; ``growth`` is how many times larger its file is than stock's."""
    different = count_different(kind, ours['samples'], stock['samples'])
    for what, key, scale, unit, aim in FIGURES:
        theirs, notes = stock[key] / scale, []
        if not what:
            notes.append(f'DIFFERENT: {different} samples' if different else f'{len(ours["samples"])} samples equal')
            wall = '' if growth > 1 else f'{stock["seconds"]:.3g} -> '
            notes.append(f'wall {wall}{ours["seconds"]:.3g} s')
            notes.append(f'first opening {ours["first"]:.3g} s')
        if growth > 1 and key != 'sample':
            notes.append(f"stock's extrapolated: {theirs * growth:.3g} {unit}")
        yield Case(
            f'{images:,} images, {kind}{what}',
            theirs if growth == 1 else None,
            ours[key] / scale,
            unit=unit,
            same='; '.join(notes),
            turns=ours['turns'],
            aim=aim if images == MOST else None,
            series=f'images, {kind}{what}',
            size=images,
        )
