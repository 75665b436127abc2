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
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

GIB = 2**30


def write_annotations(path: Path, images: int, people: int, joints: int) -> None:
    """Write a COCO-style json, image by image."""
    rng = np.random.default_rng(0)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('{"images": ')
        json.dump([{'id': i, 'file_name': f'{i:06}.jpg', 'width': 1920, 'height': 1080} for i in range(images)], file)
        file.write(', "annotations": [')
        for image in range(images):
            points = rng.uniform(0, 1080, (people, joints, 2)).round(2).tolist()
            seen = rng.integers(0, 3, (people, joints)).tolist()
            for person in range(people):
                x, y = points[person][0]
                record = {
                    'id': image * people + person,
                    'image_id': image,
                    'category_id': 1,
                    'bbox': [x, y, 100.5, 200.25],
                    'area': 9000.5,
                    'iscrowd': 0,
                    'segmentation': [[value for point in points[person][:8] for value in point]],
                    'num_keypoints': joints,
                    'keypoints': [v for (a, b), s in zip(points[person], seen[person]) for v in (a, b, s)],
                }
                file.write((', ' if record['id'] else '') + json.dumps(record))
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
    barrier, queue = context.Barrier(workers + 1), context.Queue()
    processes = [
        context.Process(target=read_samples, args=(dataset, indices[worker::workers], barrier, queue))
        for worker in range(workers)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    reports = [queue.get() for _ in processes]
    for index, (name, field) in enumerate((('together', 'Pss:'), ('own', 'Pss_Anon:'))):
        found[name] = memory(field, 'smaps_rollup') + sum(report[index] for report in reports) - shares[index]
    found['sample'] = float(np.median([report[2] for report in reports]))
    barrier.wait()
    for process in processes:
        process.join()
    results.put(found)


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

    metainfo = {
        'dataset_name': 'generated',
        'keypoint_info': {
            index: {'name': f'joint {index}', 'id': index, 'color': [0, 0, 0], 'type': '', 'swap': ''}
            for index in range(args.joints)
        },
        'skeleton_info': {},
        'joint_weights': [1.0] * args.joints,
        'sigmas': [0.05] * args.joints,
    }
    context = multiprocessing.get_context('spawn')

    def run(kind: str) -> dict[str, float]:
        results = context.Queue()
        process = context.Process(target=measure, args=(kind, str(path), metainfo, args.workers, args.samples, results))
        process.start()
        while True:
            try:
                return results.get(timeout=1)
            except Exception:
                if not process.is_alive():
                    raise SystemExit(f'{kind}: the process ended with code {process.exitcode}') from None

    with tempfile.TemporaryDirectory() as temporary:
        path = Path(args.folder or temporary) / f'open-{args.images}x{args.people}x{args.joints}.json'
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_annotations(path, args.images, args.people, args.joints)
        path.with_suffix('.arrow').unlink(missing_ok=True)
        stock = None if args.no_stock else run('CocoDataset')
        built = run('ColumnarCocoDataset')
        time.sleep(3)  # so that the store is trusted by the json's times
        run('ColumnarCocoDataset')
        ours = run('ColumnarCocoDataset')
        sizes = [os.path.getsize(file) / GIB for file in (path, path.with_suffix('.arrow'))]
    print(f'json {sizes[0]:.3g} GiB, arrow {sizes[1]:.3g} GiB')
    print(f'first opening: {built["seconds"]:.1f} s ({built["cpu"]:.1f} s CPU), peak {built["peak"] / GIB:.2f} GiB')
    figures = ('seconds', 'cpu', 'held', 'peak', 'together', 'own', 'sample')
    scales = (1.0, 1.0, *[GIB / 1024] * 4, 1e-3)
    heads = ('open, s', 'CPU s', 'memory, MiB', 'peak, MiB', f'with {args.workers} workers', 'own', 'a sample, CPU ms')
    print('| images x people x joints | dataset | ' + ' | '.join(heads) + ' |\n' + '|---' * 9 + '|')
    for name, found in (('CocoDataset', stock), ('ColumnarCocoDataset', ours)):
        if found is not None:
            cells = [f'{found[key] / scale:.4g}' for key, scale in zip(figures, scales)]
            print(f'| {args.images} x {args.people} x {args.joints} | {name} | ' + ' | '.join(cells) + ' |')
    if stock is not None:
        ratios = [f'{stock[key] / max(ours[key], 1e-9):.3g}x' for key in figures]
        print(f'| {args.images} x {args.people} x {args.joints} | stock / ours | ' + ' | '.join(ratios) + ' |')


if __name__ == '__main__':
    main()
