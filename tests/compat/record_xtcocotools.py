"""Figures of the real xtcocotools on random crowds: record them, and compare the stand-in's with them.

    .venv-reference/bin/python tests/compat/record_xtcocotools.py record tests/data/xtcocotools_reference.json
    .venv/bin/python tests/compat/record_xtcocotools.py check tests/data/xtcocotools_reference.json

``record`` runs where requirements/reference.txt is installed, ``check`` where synpose is, ``time`` in either.
Only figures are recorded: a seed gives the same crowd everywhere (numpy keeps the stream of ``RandomState``).
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import secrets
import sys
import tempfile
import time
import warnings
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

PARTS = {'keypoints': 17, 'foot_kpts': 6, 'face_kpts': 68, 'lefthand_kpts': 21, 'righthand_kpts': 21}
SCORES = ('wholebody_score', 'foot_score', 'face_score', 'lefthand_score', 'righthand_score')
NUM_JOINTS = {
    'keypoints': 17,
    'keypoints_crowd': 17,
    'keypoints_body': 17,
    'keypoints_foot': 6,
    'keypoints_face': 68,
    'keypoints_lefthand': 21,
    'keypoints_righthand': 21,
    'keypoints_wholebody': 133,
    'segm': 0,
    'bbox': 0,
}
TOLERANCE = 1e-12  # means of equal numbers may round differently on another CPU


def random_crowd(seed: int) -> tuple[dict, list[dict]]:
    """Labels and results of a few crowded images, with everything in them that evaluators stumble over.

    Images and annotations with id 0, an empty image, more than 20 detections an image, crowds, people without joints,
    joints without people, equal scores, equal detections, detections without joints; two categories and missing areas
    at odd seeds; no scores of parts at every third.
    """
    rng = np.random.RandomState(seed)
    images: list[dict] = []
    labels: list[dict] = []
    results: list[dict] = []
    for image_id in (0, 3, 7, 8):
        images.append({'id': image_id, 'width': 640, 'height': 480, 'crowdIndex': round(rng.rand(), 3)})
        for _ in range(rng.randint(0, 30) if image_id != 7 else 0):
            label = _random_person(rng, image_id, 1 + (seed % 2) * rng.randint(2))
            label['id'] = len(labels)
            labels.append(label)
            for _ in range(rng.randint(0, 4)):
                results.append(_random_result(rng, label))
                if rng.rand() < 0.1:
                    results.append(json.loads(json.dumps(results[-1])))
        for _ in range(3):  # false alarms
            person = _random_person(rng, image_id, 1)
            results.append(_random_result(rng, person))
    for label in labels:
        if seed % 2 and rng.rand() < 0.3:
            del label['area']
        if rng.rand() < 0.3 and not label['iscrowd']:
            del label['iscrowd']
    for result in results:
        if seed % 3:
            result.update({name: round(rng.rand(), 1) for name in SCORES if rng.rand() < 0.9})
    categories = [{'id': i, 'name': f'kind {i}'} for i in (1, 2)]
    return {'images': images, 'annotations': labels, 'categories': categories}, results


def _random_person(rng: np.random.RandomState, image_id: int, category_id: int) -> dict:
    size = np.exp(rng.uniform(np.log(12), np.log(250)))
    x, y = rng.uniform(0, 500), rng.uniform(0, 400)
    width, height = size * rng.uniform(0.4, 1), size
    person: dict[str, Any] = {
        'image_id': image_id,
        'category_id': category_id,
        'bbox': [round(float(v), 1) for v in (x, y, width, height)],
        'area': round(float(width * height * rng.uniform(0.4, 0.7)), 1),
        'iscrowd': int(rng.rand() < 0.1),
        'segmentation': [
            [round(float(v), 1) for v in (x, y, x + width, y, x + width * 0.6, y + height, x, y + height)]
        ],
    }
    for part, count in PARTS.items():
        seen = rng.choice([0, 1, 2], size=count) * (rng.rand() > 0.15)
        joints = np.stack([x + rng.rand(count) * width, y + rng.rand(count) * height, seen], axis=1)
        person[part] = (joints.round(1) * (seen > 0)[:, None]).reshape(-1).tolist()
    person['num_keypoints'] = int(np.sum(np.array(person['keypoints'][2::3]) == 2))
    return person


def _random_result(rng: np.random.RandomState, label: dict) -> dict:
    scale = np.sqrt(label['bbox'][2] * label['bbox'][3])
    noise = scale * rng.choice([0, 0.02, 0.05, 0.1, 0.3])
    jitter = rng.uniform(-0.5, 0.5, 4) * noise
    result = {
        'image_id': label['image_id'],
        'category_id': label['category_id'],
        'bbox': [round(float(v), 1) for v in np.maximum(np.array(label['bbox']) + jitter, 1)],
        'segmentation': [[round(v + float(noise) * 0.3, 1) for v in label['segmentation'][0]]],
        'score': round(rng.rand(), 1),
    }
    for part, count in PARTS.items():
        joints = np.array(label[part]).reshape(-1, 3)
        joints[:, :2] += rng.uniform(-1, 1, (count, 2)) * noise
        joints[:, 2] = rng.rand(count) * (rng.rand() > 0.05)
        result[part] = joints.round(1).reshape(-1).tolist()
    return result


def random_sigmas(seed: int, num_joints: int) -> np.ndarray | None:
    """Falloffs in the precision MMPose passes; None, the default of COCO, for 17 joints at even seeds."""
    if num_joints in (0, 17) and seed % 2 == 0:
        return None
    return np.random.RandomState(seed).uniform(0.02, 0.11, num_joints).astype(np.float32)


def figures(api: Any, evaluator: Any, seed: int, iou_type: str) -> dict[str, Any]:
    """Evaluate a random crowd.

    Args:
        api: The ``COCO`` to use.
        evaluator: The ``COCOeval`` to use.
        seed: Seed of the crowd and the settings.
        iou_type: One of :data:`NUM_JOINTS`.

    Returns:
        ``stats``, and ``matches``: a digest of every match at every threshold, area range and image.
    """
    labels, results = random_crowd(seed)
    if NUM_JOINTS[iou_type] and seed % 4 == 0:  # the area of a result is then that of its joints' extent
        for result in results:
            del result['bbox'], result['segmentation']
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        for name, content in (('labels', labels), ('results', results)):
            (Path(folder) / f'{name}.json').write_text(json.dumps(content), encoding='utf-8')
        coco = api(str(Path(folder) / 'labels.json'))
        found = coco.loadRes(str(Path(folder) / 'results.json'))
        sigmas = random_sigmas(seed, NUM_JOINTS[iou_type])
        run = evaluator(coco, found, iou_type, sigmas, use_area=seed % 2 == 0)
        run.params.useSegm = None
        if seed % 6 == 1:
            run.params.catIds = [1]
        if iou_type != 'keypoints_crowd':  # whose levels are of all images there, at all caps
            if seed % 5 == 4:
                run.params.imgIds = [8, 0]
            if seed % 5 == 3:
                run.params.maxDets = [20, 2, 5] if NUM_JOINTS[iou_type] else [100, 2, 20]
        if seed % 7 == 6:
            run.params.iouThrs = np.array([0.5, 0.6, 0.75])
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of parts without a score
            run.evaluate()
        matches = _digest(run.evalImgs)
        run.accumulate()
        run.summarize()
    return {'stats': [float(value) for value in run.stats], 'matches': matches}


def _digest(records: list[dict | None]) -> str:
    digest = hashlib.sha256()
    for record in records:
        for key in ('dtIds', 'gtIds', 'dtMatches', 'gtMatches', 'dtIgnore', 'gtIgnore') if record else ():
            digest.update(np.asarray(record[key]).astype(np.int64).tobytes())  # type: ignore[index]
        digest.update(b'|')
    return digest.hexdigest()[:16]


def differences(expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """What differs between two results of :func:`figures`."""
    problems = [] if expected['matches'] == got['matches'] else ['matches differ']
    if len(expected['stats']) != len(got['stats']):
        return [*problems, f'{len(got["stats"])} figures for {len(expected["stats"])}']
    pairs = enumerate(zip(expected['stats'], got['stats'], strict=True))
    return problems + [f'stats[{i}]: {b!r} for {a!r}' for i, (a, b) in pairs if not abs(a - b) <= TOLERANCE]


def _load(package: str) -> tuple[Any, Any]:
    api, evaluator = {
        'xtcocotools': ('xtcocotools.coco', 'xtcocotools.cocoeval'),
        'synpose': ('synpose.compat.coco_api', 'synpose.compat.coco_eval'),
    }[package]
    return import_module(api).COCO, import_module(evaluator).COCOeval


def record(path: Path, seeds: list[int]) -> None:
    """Record the real package's figures."""
    api, evaluator = _load('xtcocotools')
    table = {str(seed): {name: figures(api, evaluator, seed, name) for name in NUM_JOINTS} for seed in seeds}
    content = {'xtcocotools': version('xtcocotools'), 'numpy': np.__version__, 'figures': table}
    partial = path.with_name(path.name + '.part')
    text = json.dumps(content).replace('}, ', '},\n') + '\n'  # an evaluation a line
    partial.write_text(text, encoding='utf-8')
    os.replace(partial, path)
    print(f'{path}: {len(seeds)} crowds x {len(NUM_JOINTS)} iouTypes, seeds {" ".join(map(str, seeds))}')


def check(path: Path) -> int:
    """Compare the stand-in's figures with recorded ones; returns how many evaluations differ."""
    api, evaluator = _load('synpose')
    content = json.loads(path.read_text(encoding='utf-8'))
    count = failed = 0
    for seed, row in content['figures'].items():
        for name, expected in row.items():
            problems = differences(expected, figures(api, evaluator, int(seed), name))
            count, failed = count + 1, failed + bool(problems)
            for problem in problems:
                print(f'seed {seed}, {name}: {problem}')
    print(
        f'{count - failed} of {count} evaluations equal xtcocotools {content["xtcocotools"]} (numpy {np.__version__})'
    )
    return failed


def measure(package: str, num_images: int, num_people: int) -> None:
    """Time the evaluation of a large crowd of people with 17 joints each."""
    api, evaluator = _load(package)
    rng = np.random.RandomState(0)
    labels: list[dict] = []
    results: list[dict] = []
    for image_id in range(num_images):
        for _ in range(num_people):
            labels.append({**_random_person(rng, image_id, 1), 'id': len(labels), 'iscrowd': 0})
            results.append(_random_result(rng, labels[-1]))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = api()
        images = [{'id': i, 'width': 640, 'height': 480} for i in range(num_images)]
        coco.dataset = {'images': images, 'annotations': labels, 'categories': [{'id': 1, 'name': 'person'}]}
        coco.createIndex()
        run = evaluator(coco, coco.loadRes(results), 'keypoints')
        start = time.process_time()
        run.evaluate()
        run.accumulate()
        seconds = time.process_time() - start
        run.summarize()
    print(
        f'{package}: {num_images} images x {num_people} people x 17 joints: {seconds:.2f} CPU s, AP {run.stats[0]:.12f}'
    )


def main() -> None:
    """Run the command given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)
    recording = commands.add_parser('record', help="write the real package's figures")
    recording.add_argument('path', type=Path)
    recording.add_argument('--seeds', type=int, nargs='+', default=list(range(12)))
    recording.add_argument('--fresh', type=int, metavar='N', help='N seeds drawn now instead')
    checking = commands.add_parser('check', help="compare the stand-in's figures with them")
    checking.add_argument('path', type=Path)
    timing = commands.add_parser('time', help='time one of the two')
    timing.add_argument('package', choices=['xtcocotools', 'synpose'])
    timing.add_argument('--images', type=int, default=300)
    timing.add_argument('--people', type=int, default=35)
    args = parser.parse_args()
    if args.command == 'record':
        args.path.parent.mkdir(parents=True, exist_ok=True)
        record(args.path, [secrets.randbelow(2**31) for _ in range(args.fresh)] if args.fresh else args.seeds)
    elif args.command == 'check':
        sys.exit(check(args.path) > 0)
    else:
        measure(args.package, args.images, args.people)


if __name__ == '__main__':
    main()
