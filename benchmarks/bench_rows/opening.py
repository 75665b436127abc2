"""Opening annotations, in one process and with 8 workers: MMPose's CocoDataset against ColumnarCocoDataset."""

from collections.abc import Iterator
from pathlib import Path

from open_annotations import GIB, compare

from .common import Case, Options

TITLE = 'open annotations'
FOLDER = Path('work_dirs/bench')
PEOPLE, JOINTS, WORKERS, SAMPLES = 35, 59, 8, 400
MIB = GIB / 1024


def run(options: Options) -> Iterator[Case]:
    """Open files of growing size; stock does not fit the largest into this machine's memory (see FOLDER for it)."""
    for images in (60, 600) if options.quick else (600, 6000, 60480):
        found = compare(FOLDER, images, PEOPLE, JOINTS, WORKERS, SAMPLES, stock=images <= 6000)
        stock, ours = found.get('stock'), found['ours']
        built = f'first opening {found["built"]["seconds"]:.0f} s' if not stock else ''
        aims = (100, 20) if images == 6000 else (None, None)
        figures = (
            ('', 'seconds', 1.0, 's', aims[0]),
            (', memory gained', 'held', MIB, 'MiB', aims[1]),
            (f', memory with {WORKERS} workers', 'together', MIB, 'MiB', None),
            (', a sample', 'sample', 1e-3, 'ms', None),
        )
        for label, key, scale, unit, aim in figures:
            theirs = stock[key] / scale if stock else None
            yield Case(
                f'{images:,} images{label}',
                theirs,
                ours[key] / scale,
                unit=unit,
                same='field by field (tests)' if not label and stock else built if not label else '',
                aim=aim,
                series=f'images{label}',
                size=images,
            )
        if images == 60480:
            for file in FOLDER.glob(f'open-{images}x*'):
                file.unlink()  # 3 GB
