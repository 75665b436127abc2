"""Opening the annotations of a crowd data set: MMPose's CocoDataset against our classes, on the same file.

The file is generated (bottom-up, COCO fields, 59 joints, coordinates of two decimals). Each dataset is opened in a
process of its own, in turns; a first opening, which makes our store, is not counted, and samples are compared. Memory
is what a process gained by opening, the peak meanwhile, and what it and its forked workers gained together
(proportional set size) once the workers have read samples; of this, "own" leaves out mapped files, which the system
shares and drops when memory is short. Prints a table. Linux.
"""

import argparse
import gc
import json
import multiprocessing
import os
import queue
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from bench_rows.common import enough

from synpose.files import atomic_path
from synpose.skeletons import JOINT_NAMES, build_metainfo, person_category

GIB = 2**30
KINDS = ('CocoDataset', 'ColumnarCocoDataset', 'SynPoseDataset')


def write_annotations(path: Path, images: int, people: int, distinct: int = 100) -> None:
    """Write a COCO-style json; after ``distinct`` images the people come again, under other ids."""
    rng, joints = np.random.default_rng(0), len(JOINT_NAMES)
    tails = []
    for _ in range(min(distinct, images) * people):
        points = rng.uniform(0, 1080, (joints, 2)).round(2).tolist()
        seen = rng.integers(0, 3, joints).tolist()
        record = {
            'category_id': 1,
            'bbox': [points[0][0], min(points[0][1], 1000.5), 100.5, 200.25],
            'area': 9000.5,
            'iscrowd': 0,
            'segmentation': [[value for point in points[:8] for value in point]],
            'num_keypoints': int(np.count_nonzero(seen)),
            'keypoints': [v for (a, b), s in zip(points, seen) for v in (a, b, s)],
        }
        tails.append(json.dumps(record)[1:])
    with atomic_path(path) as temporary, open(temporary, 'w', encoding='utf-8') as file:
        file.write('{"images": ')
        json.dump([{'id': i, 'file_name': f'{i:06}.jpg', 'width': 1920, 'height': 1080} for i in range(images)], file)
        file.write(', "annotations": [')
        for i in range(images * people):
            file.write(f'{", " if i else ""}{{"id": {i}, "image_id": {i // people}, {tails[i % len(tails)]}')
        file.write(f'], "categories": {json.dumps([person_category()])}}}')


def memory(field: str, file: str = 'status') -> int:
    """Return a figure of /proc/self, bytes."""
    lines = Path(f'/proc/self/{file}').read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def read_samples(dataset: Any, indices: list[int], barrier: Any, results: Any) -> None:
    """Read samples, wait for the other workers to have read theirs, and report memory and seconds a sample."""
    start = time.process_time()
    for index in indices:
        dataset.get_data_info(index)
    seconds = (time.process_time() - start) / len(indices)
    barrier.wait()
    results.put((memory('Pss:', 'smaps_rollup'), memory('Pss_Anon:', 'smaps_rollup'), seconds))
    barrier.wait()  # leaving changes what the others hold


def measure(kind: str, path: str, workers: int, samples: int, looked: Sequence[int], results: Any) -> None:
    """Open a dataset and put its figures, and the samples looked at, into ``results``."""
    from mmpose.registry import DATASETS

    import synpose  # noqa: F401

    config: dict[str, Any] = {'type': kind, 'ann_file': path, 'data_mode': 'bottomup', 'data_prefix': {'img': ''}}
    config |= {'check_files': ()} if kind == 'SynPoseDataset' else {'metainfo': build_metainfo('synpose')}
    DATASETS.build({**config, 'lazy_init': True})  # imports and metainfo are no part of opening
    gc.collect()
    before = memory('VmRSS')
    shares = [memory(field, 'smaps_rollup') for field in ('Pss:', 'Pss_Anon:')]
    start, cpu = time.perf_counter(), time.process_time()
    dataset = DATASETS.build(config)
    found = {'seconds': time.perf_counter() - start, 'cpu': time.process_time() - cpu}
    gc.collect()
    found |= {'held': memory('VmRSS') - before, 'peak': memory('VmHWM') - before, 'length': len(dataset)}
    indices = random.Random(0).sample(range(len(dataset)), min(samples, len(dataset)))
    context = multiprocessing.get_context('fork')
    barrier, answers = context.Barrier(workers + 1), context.Queue()
    processes = [
        context.Process(target=read_samples, args=(dataset, indices[worker::workers], barrier, answers))
        for worker in range(workers)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    reports = [answers.get() for _ in processes]
    for index, (name, field) in enumerate((('together', 'Pss:'), ('own', 'Pss_Anon:'))):
        found[name] = memory(field, 'smaps_rollup') + sum(report[index] for report in reports) - shares[index]
    found['sample'] = float(np.median([report[2] for report in reports]))
    barrier.wait()
    for process in processes:
        process.join()
    results.put({**found, 'samples': [dataset.get_data_info(index) for index in looked]})


def open_in_a_process(kind: str, path: Path, workers: int, samples: int, looked: Sequence[int]) -> dict[str, Any]:
    """Open a dataset in a process of its own and return its figures, bytes and seconds, and ``samples``."""
    context = multiprocessing.get_context('spawn')
    results = context.Queue()
    process = context.Process(target=measure, args=(kind, str(path), workers, samples, looked, results))
    process.start()
    while True:
        try:
            found = results.get(timeout=1)
        except queue.Empty:
            if not process.is_alive():
                raise SystemExit(f'{kind}: the process ended with code {process.exitcode}') from None
        else:
            process.join()
            return found


def compare(
    folder: Path, images: int, people: int, workers: int, samples: int, looked: Sequence[int], stock: bool = True
) -> dict[str, dict[str, Any]]:
    """Open a generated file with all classes, in turns.

    Args:
        folder: Where the file is, or is generated and left.
        images: Its images.
        people: People an image.
        workers: Processes that read samples.
        samples: Samples they read.
        looked: Samples to return.
        stock: Whether MMPose's class opens it too.

    Returns:
        For each class the medians of its figures, ``first`` (seconds of the opening that builds the store, one for
        both of ours; for stock of its first), ``turns`` and ``samples``.
    """
    path = folder / f'crowds-{images}x{people}.json'
    if not path.exists():
        write_annotations(path, images, people)
        time.sleep(3)  # of a younger json the store trusts no times, and opening would hash it
    path.with_suffix('.arrow').unlink(missing_ok=True)

    def open_it(kind: str) -> dict[str, Any]:
        print(f'  {images:,} images, {kind} ...', file=sys.stderr, flush=True)
        return open_in_a_process(kind, path, workers, samples, looked)

    kinds = KINDS if stock else KINDS[1:]
    first = {kind: open_it(kind) for kind in kinds}
    turns: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    while not enough(*([turn['cpu'] for turn in side] for side in turns.values())):
        for kind, side in turns.items():
            side.append(open_it(kind))
    return {
        kind: {
            **{key: float(np.median([turn[key] for turn in side])) for key in side[0] if key != 'samples'},
            'first': first[KINDS[1] if kind != KINDS[0] else kind]['seconds'],
            'turns': len(side),
            'samples': side[0]['samples'],
        }
        for kind, side in turns.items()
    }


def count_different(kind: str, found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> int:
    """Count samples that are not stock's; of SynPoseDataset, which adds fields and keeps fewer raw ones, MMPose's."""
    if len(found) != len(expected) or not found:
        raise ValueError(f'{kind}: {len(found)} samples against {len(expected)}')
    if kind == 'SynPoseDataset':
        names = expected[0].keys() - {'raw_ann_info'}
        found, expected = ([{name: info.get(name) for name in names} for info in side] for side in (found, expected))
    return sum(not equal(one, other) for one, other in zip(found, expected))


def equal(one: Any, other: Any) -> bool:
    """Tell whether two samples are equal, with their types."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return bool(one == other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--images', type=int, default=600)
    parser.add_argument('--people', type=int, default=35, help='people an image (default: %(default)s)')
    parser.add_argument('--workers', type=int, default=8, help='processes that read samples (default: %(default)s)')
    parser.add_argument('--samples', type=int, default=400, help='samples they read (default: %(default)s)')
    parser.add_argument('--no-stock', action='store_true', help="leave out MMPose's, which may not fit into memory")
    parser.add_argument('--folder', help='where to keep the generated file; left there (default: a temporary folder)')
    args = parser.parse_args()
    looked = range(0, args.images, max(1, args.images // 20))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
        found = compare(folder, args.images, args.people, args.workers, args.samples, looked, not args.no_stock)
        for file in sorted(folder.glob(f'crowds-{args.images}x{args.people}.*')):
            print(f'{file.suffix[1:]}: {os.path.getsize(file) / GIB:.3g} GiB')
    figures = ('seconds', 'cpu', 'held', 'peak', 'together', 'own', 'sample', 'first')
    scales = (1.0, 1.0, *[GIB / 1024] * 4, 1e-3, 1.0)
    heads = ['open, s', 'CPU s', 'memory, MiB', 'peak, MiB', f'with {args.workers} workers', 'own', 'a sample, CPU ms']
    print('| images x people | dataset | ' + ' | '.join([*heads, 'first opening, s']) + ' |\n' + '|---' * 10 + '|')
    case, stock = f'{args.images} x {args.people}', found.get(KINDS[0])
    for kind, ours in found.items():
        cells = [f'{ours[key] / scale:.4g}' for key, scale in zip(figures, scales)]
        print(f'| {case} | {kind} | ' + ' | '.join(cells) + ' |')
        if stock and kind != KINDS[0]:
            ratios = [f'{stock[key] / max(ours[key], 1e-9):.3g}x' for key in figures]
            print(f'| {case} | stock / {kind} | ' + ' | '.join(ratios) + ' |')
    for kind, ours in found.items():
        different = count_different(kind, ours['samples'], stock['samples']) if stock else 0
        if different:
            raise SystemExit(f'{kind}: {different} of {len(looked)} samples are not those of {KINDS[0]}')


if __name__ == '__main__':
    main()
