"""Compare labeling the pictures of a batch together with calling MMPose's ``inference_topdown`` for each.

    python benchmarks/labeling.py
    python benchmarks/labeling.py --config CONFIG --checkpoint CHECKPOINT --parts foot face left_hand right_hand

Both run in turns in the same process, on the same pictures of noise and the same boxes of people, from the loaded
picture to joints in its pixels, at 1, 8 and 35 people a picture; on a CPU processor time counts. ``inference_topdown``
only finds joints; ours also judges them and makes the fields of the file. By default the model is a tiny network for
whole bodies, so that what is around it is measured; a config and a checkpoint measure a real one.
"""

import argparse
import tempfile
import time

import numpy as np
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from synpose.testing.small_teachers import write_teacher

SIZE = (640, 480)  # px
NUMBERS = (1, 8, 35)  # people a picture


def make_pictures(count: int, people: int) -> list[tuple[np.ndarray, list[dict]]]:
    """Make pictures of noise, each with the records of people of plausible sizes."""
    rng = np.random.default_rng(people)
    pictures = []
    for _ in range(count):
        records = []
        for number in range(people):
            low, side = rng.uniform(0, (400, 250)), rng.uniform(60, 220, 2)
            joints = np.column_stack([rng.uniform(low, low + side, (17, 2)), np.full(17, 2)])
            records.append({'id': number, 'bbox': [*low, *side], 'keypoints': joints.ravel().tolist(), 'iscrowd': 0})
        pictures.append((rng.integers(0, 256, (*SIZE[::-1], 3), dtype=np.uint8), records))
    return pictures


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--config', help='a top-down model that knows whole bodies, or feet')
    parser.add_argument('--checkpoint')
    parser.add_argument('--parts', nargs='+', default=['foot', 'face', 'left_hand', 'right_hand'])
    parser.add_argument('--pictures', type=int, default=16, help='of a batch (default 16)')
    parser.add_argument('--chunk-size', type=int, default=16, help='crops that go through the model together')
    parser.add_argument('--turns', type=int, default=3)
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    from mmpose.apis import inference_topdown, init_model  # after synpose, which brings what it needs

    init_default_scope('mmpose')
    with tempfile.TemporaryDirectory() as folder:
        files = write_teacher(folder, 'coco_wholebody', 133)
        if args.config:
            files = {'config': args.config, 'checkpoint': args.checkpoint}
        teacher = {'parts': args.parts, **files}
        ours = MODELS.build(
            {'type': 'WholeBodyPseudoLabeler', 'teachers': [teacher], 'chunk_size': args.chunk_size}
        ).to(args.device)
        stock = init_model(files['config'], files['checkpoint'], device=args.device)
    # Other work on a shared machine does not count; on a GPU the processor only waits.
    clock = time.process_time if args.device == 'cpu' else time.perf_counter
    print(f'{args.pictures} pictures of {SIZE[0]}x{SIZE[1]} px, {torch.get_num_threads()} thread(s), {args.device}\n')
    print('| people a picture | inference_topdown, persons/s | synpose, persons/s | ratio |')
    print('|---:|---:|---:|---:|')
    for people in NUMBERS:
        pictures = make_pictures(args.pictures, people)
        tensors = [torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))) for image, _ in pictures]
        rates: list[list[float]] = [[], []]
        for turn in range(args.turns + 1):
            start = clock()
            for image, records in pictures:
                boxes = np.array([record['bbox'] for record in records], np.float32)
                inference_topdown(stock, image, boxes, bbox_format='xywh')
            middle = clock()
            samples = [PoseDataSample(metainfo={'people': records}) for _, records in pictures]
            ours.test_step({'inputs': tensors, 'data_samples': samples})
            end = clock()
            if turn:  # the first warms up
                rates[0].append(args.pictures * people / (middle - start))
                rates[1].append(args.pictures * people / (end - middle))
        theirs, mine = (float(np.median(found)) for found in rates)
        print(f'| {people} | {theirs:.1f} | {mine:.1f} | {mine / theirs:.2f} |', flush=True)


if __name__ == '__main__':
    main()
