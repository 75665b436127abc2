"""Opening the annotations of a crowd data set: MMPose's CocoDataset against ColumnarCocoDataset, on the same file.

The file is generated (bottom-up, COCO fields, coordinates of two decimals). Each dataset is opened in a process of its
own. Memory is what a process gained by opening, the peak meanwhile, and what it and its forked workers gained together
(proportional set size) once the workers have read samples; of this, "own" leaves out mapped files, which the system
shares and drops when memory is short. Prints rows of the table in benchmarks/README.md. Linux.
"""

import argparse
import gc
import json
import multiprocessing
import os
import queue
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

GIB = 2**30


def write_annotations(path: Path, images: int, people: int, joints: int, distinct: int = 100) -> None:
    """Write a COCO-style json; after ``distinct`` images the people come again, under other ids."""
    rng = np.random.default_rng(0)
    tails = []
    for _ in range(min(distinct, images) * people):
        points = rng.uniform(0, 1080, (joints, 2)).round(2).tolist()
        seen = rng.integers(0, 3, joints).tolist()
        record = {
            'category_id': 1,
            'bbox': [*points[0], 100.5, 200.25],
            'area': 9000.5,
            'iscrowd': 0,
            'segmentation': [[value for point in points[:8] for value in point]],
            'num_keypoints': joints,
            'keypoints': [v for (a, b), s in zip(points, seen) for v in (a, b, s)],
        }
        tails.append(json.dumps(record)[1:])
    with open(path, 'w', encoding='utf-8') as file:
        file.write('{"images": ')
        json.dump([{'id': i, 'file_name': f'{i:06}.jpg', 'width': 1920, 'height': 1080} for i in range(images)], file)
        file.write(', "annotations": [')
        for i in range(images * people):
            file.write(f'{", " if i else ""}{{"id": {i}, "image_id": {i // people}, {tails[i % len(tails)]}')
        file.write('], "categories": [{"id": 1, "name": "person"}]}')


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


def measure(kind: str, path: str, metainfo: dict, workers: int, samples: int, results: Any) -> None:
    """Open a dataset and put its figures into ``results``."""
    from mmpose.registry import DATASETS

    import synpose  # noqa: F401

    config = {'type': kind, 'ann_file': path, 'data_mode': 'bottomup', 'metainfo': metainfo}
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
    results.put(found)


def open_in_a_process(kind: str, path: Path, joints: int, workers: int, samples: int) -> dict[str, float]:
    """Open a dataset in a process of its own and return its figures, bytes and seconds."""
    metainfo = {
        'dataset_name': 'generated',
        'keypoint_info': {
            index: {'name': f'joint {index}', 'id': index, 'color': [0, 0, 0], 'type': '', 'swap': ''}
            for index in range(joints)
        },
        'skeleton_info': {},
        'joint_weights': [1.0] * joints,
        'sigmas': [0.05] * joints,
    }
    context = multiprocessing.get_context('spawn')
    results = context.Queue()
    process = context.Process(target=measure, args=(kind, str(path), metainfo, workers, samples, results))
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
    folder: Path, images: int, people: int, joints: int, workers: int, samples: int, stock: bool = True
) -> dict[str, dict[str, float]]:
    """Open a generated file with both classes.

    Returns:
        The figures of ``stock`` (if asked for), of ``built``, our first opening, and of ``ours``, the next ones.
    """
    path = folder / f'open-{images}x{people}x{joints}.json'
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_annotations(path, images, people, joints)
    path.with_suffix('.arrow').unlink(missing_ok=True)
    found = {'stock': open_in_a_process('CocoDataset', path, joints, workers, samples)} if stock else {}
    found['built'] = open_in_a_process('ColumnarCocoDataset', path, joints, workers, samples)
    time.sleep(3)  # so that the store is trusted by the json's times
    open_in_a_process('ColumnarCocoDataset', path, joints, workers, samples)
    found['ours'] = open_in_a_process('ColumnarCocoDataset', path, joints, workers, samples)
    found['files'] = {file.suffix[1:]: os.path.getsize(file) for file in (path, path.with_suffix('.arrow'))}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--images', type=int, default=600)
    parser.add_argument('--people', type=int, default=35, help='people an image (default: %(default)s)')
    parser.add_argument('--joints', type=int, default=59, help='joints a person (default: %(default)s)')
    parser.add_argument('--workers', type=int, default=8, help='processes that read samples (default: %(default)s)')
    parser.add_argument('--samples', type=int, default=400, help='samples they read (default: %(default)s)')
    parser.add_argument('--no-stock', action='store_true', help="leave out MMPose's, which may not fit into memory")
    parser.add_argument('--folder', help='where to keep the generated file; left there (default: a temporary folder)')
    args = parser.parse_args()
    size = (args.images, args.people, args.joints)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
        found = compare(folder, *size, args.workers, args.samples, not args.no_stock)
    built, ours, stock = found['built'], found['ours'], found.get('stock')
    print('json {json:.3g} GiB, arrow {arrow:.3g} GiB'.format(**{k: v / GIB for k, v in found['files'].items()}))
    print(f'first opening: {built["seconds"]:.1f} s ({built["cpu"]:.1f} s CPU), peak {built["peak"] / GIB:.2f} GiB')
    figures = ('seconds', 'cpu', 'held', 'peak', 'together', 'own', 'sample')
    scales = (1.0, 1.0, *[GIB / 1024] * 4, 1e-3)
    heads = ('open, s', 'CPU s', 'memory, MiB', 'peak, MiB', f'with {args.workers} workers', 'own', 'a sample, CPU ms')
    print('| images x people x joints | dataset | ' + ' | '.join(heads) + ' |\n' + '|---' * 9 + '|')
    case = ' x '.join(map(str, size))
    for name, figures_of in (('CocoDataset', stock), ('ColumnarCocoDataset', ours)):
        if figures_of is not None:
            cells = [f'{figures_of[key] / scale:.4g}' for key, scale in zip(figures, scales)]
            print(f'| {case} | {name} | ' + ' | '.join(cells) + ' |')
    if stock is not None:
        ratios = [f'{stock[key] / max(ours[key], 1e-9):.3g}x' for key in figures]
        print(f'| {case} | stock / ours | ' + ' | '.join(ratios) + ' |')


if __name__ == '__main__':
    main()
