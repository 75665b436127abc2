"""Groups of 2.1 million people, and batches of them: time and memory, beside MMPose's MultiSourceSampler.

    python benchmarks/group_sampling.py --work-dir work_dirs/group_sampling

The annotations are generated once (60,480 images with 35 people, as many as the SynPose paper's) and opened through
their store; opening is not measured. Seconds are of the processor. Memory is what the process gained at most meanwhile;
pages of the mapped file count where they are touched. Both samplers make the same batches, half of them real, from the
first to the last of ours: MMPose's draws its whole epoch before the first, ours goes on drawing, a group every N steps.
Linux.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import DefaultSampler
from mmengine.registry import init_default_scope
from mmpose.registry import DATA_SAMPLERS, DATASETS

import synpose  # noqa: F401
from synpose.datasets.groups import make_groups, sample_field
from synpose.files import atomic_path
from synpose.skeletons import COCO17_NAMES, person_category

MIB = 2**20
REAL = 2000  # samples


def write_annotations(path: Path, images: int, people: int) -> None:
    """Write a COCO-style json with random boxes and pitches; all people have the same joints."""
    rng = np.random.default_rng(0)
    pitches = rng.uniform(0, np.pi / 4, images).tolist()
    joints = json.dumps([50, 50, 2] * len(COCO17_NAMES))
    size = {'width': 1920, 'height': 1080}
    records = [{'id': i, 'file_name': f'{i}.jpg', 'camera_pitch': pitches[i], **size} for i in range(images)]
    with atomic_path(path) as temporary, open(temporary, 'w', encoding='utf-8') as file:
        file.write(f'{{"images": {json.dumps(records)}, "annotations": [')
        for image in range(images):
            for person, (x, y) in enumerate(rng.integers(0, (1800, 1000), (people, 2)).tolist()):
                number = image * people + person
                file.write(f'{", " if number else ""}{{"id": {number}, "image_id": {image}, "category_id": 1, ')
                file.write(f'"bbox": [{x}, {y}, 60, 70], "num_keypoints": 17, "keypoints": {joints}}}')
        file.write(f'], "categories": {json.dumps([person_category(COCO17_NAMES)])}}}')


def memory(field: str) -> int:
    """Return a figure of /proc/self/status, bytes."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def measured(function: Callable[[], Any]) -> tuple[Any, float, int]:
    """Return what a function returns, the processor seconds it took, and the most memory it gained, bytes."""
    Path('/proc/self/clear_refs').write_text('5')  # forgets the largest size so far
    before, start = memory('VmRSS'), time.process_time()
    result = function()
    return result, time.process_time() - start, memory('VmHWM') - before


def sampler_of(dataset: Any, steps: int, batch_size: int) -> Any:
    """Build our sampler, by distance."""
    config = {'type': 'TeacherGroupSampler', 'groups': 'minimal_distance', 'steps': steps, 'batch_size': batch_size}
    return DATA_SAMPLERS.build({**config, 'sampler': DefaultSampler(dataset, seed=0)})


def make_batches(sampler: Any, batches: int) -> list[int]:
    """Make batches as a training does that draws a group every N steps; returns the last."""
    rng, starts, made, batch = np.random.default_rng(0), [0] * len(sampler.groups), 0, []
    while True:
        for batch in sampler:
            if made % sampler.steps == 0:
                group = int(rng.integers(len(starts)))
                starts[group] = sampler.draw(made // sampler.steps, group, starts[group])
            made += 1
            if made == batches:
                return batch
        sampler.sampler.set_epoch(sampler.sampler.epoch + 1)


def look_up(sampler: Any, batch: list[int], times: int) -> None:
    """Look up the late indices of a batch, as workers do."""
    first, read = len(sampler.sampler.dataset), sampler.late.read
    for _ in range(times):
        for index in batch:
            if index >= first:
                read(index - first)


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work-dir', default='work_dirs/group_sampling', help='where the annotations go')
    parser.add_argument('--images', type=int, default=60480)
    parser.add_argument('--people', type=int, default=35, help='of an image')
    parser.add_argument('--batch-size', type=int, default=16)
    args = parser.parse_args()
    from mmpose.datasets import MultiSourceSampler  # after synpose, which may have to stand in for what it imports

    init_default_scope('mmpose')
    path = Path(args.work_dir) / f'annotations_{args.images}x{args.people}.json'
    if not path.is_file():
        write_annotations(path, args.images, args.people)
    config = {'type': 'ColumnarCocoDataset', 'ann_file': str(path), 'data_mode': 'topdown'}
    config['metainfo'] = {'from_file': 'configs/_base_/datasets/coco.py'}
    config = {**config, 'data_prefix': {'img': ''}}
    parts = {'real': {**config, 'indices': list(range(REAL))}, 'synthetic': config}
    dataset = DATASETS.build({'type': 'RealSyntheticDataset', **parts})
    people = dataset.datasets[1]
    print(f'{len(people)} people of {args.images} images\n')
    print('| what | s | MiB at most |\n|---|---:|---:|')
    product = [{'field': 'camera_pitch', 'count': 3}, {'field': 'minimal_distance', 'edges': [0, 64, 128, 640]}]
    for name, function in (
        ('minimal distances', lambda: sample_field(people, 'minimal_distance')),
        ('groups by minimal distance (mD)', lambda: make_groups(people, 'minimal_distance')),
        ('groups by camera pitch (C)', lambda: make_groups(people, 'camera_pitch')),
        ('groups by both, 3 x 3', lambda: make_groups(people, product)),
    ):
        _, seconds, gained = measured(function)
        print(f'| {name} | {seconds:.2f} | {gained / MIB:.0f} |')
    batches = -(-len(dataset) // args.batch_size)  # an epoch of MultiSourceSampler
    print(f'\n{batches} batches of {args.batch_size}\n')
    print('| sampler | us a batch | us more, in workers | MiB at most |\n|---|---:|---:|---:|')
    stock = MultiSourceSampler(dataset, args.batch_size, [1, 1], seed=0)
    length, seconds, gained = measured(lambda: sum(1 for _ in stock))
    assert length >= batches * (args.batch_size - 1)
    print(f'| MMPose MultiSourceSampler | {1e6 * seconds / batches:.1f} | | {gained / MIB:.0f} |')
    for steps in (100, 10, 1):
        sampler = sampler_of(dataset, steps, args.batch_size)
        batch, seconds, gained = measured(lambda: make_batches(sampler, batches))  # noqa: B023 - called at once
        _, more, _ = measured(lambda: look_up(sampler, batch, 1000))  # noqa: B023
        times = f'{1e6 * seconds / batches:.1f} | {1e3 * more:.1f}'
        print(f'| TeacherGroupSampler, N = {steps} | {times} | {gained / MIB:.0f} |')


if __name__ == '__main__':
    main()
