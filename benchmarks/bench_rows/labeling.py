"""Labeling the people of a batch of pictures together, against a call of MMPose's ``inference_topdown`` for each.

From the loaded picture to joints in its pixels; ours also judges them and makes the fields of the file. The network is
tiny, so that what is around it is measured.
"""

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from .common import Case, Options, alternate, compared

TITLE = 'labeling'
SIZE = (640, 480)  # px
CHUNK = 16  # crops that go through the network together
# A random network's maps are nearly flat: rounding, which depends on the batch, moves some maxima; crop by crop none.
MOVED = 2e-2
PARTS = ('foot', 'face', 'left_hand', 'right_hand')
# A network that knows nothing of people gives implausible joints; they are to be kept all the same.
LIMITS = {'score': 0.01, 'box_margin': 9.0, 'hand_bone': 99.0, 'foot_bone': 99.0, 'crossing': False}

Picture = tuple[np.ndarray, list[dict[str, Any]]]
"""BGR ``(H, W, 3)`` uint8, and the records of its people."""


def run(options: Options) -> Iterator[Case]:
    """Label batches of 16 pictures (quick: 4) of few and of many people."""
    from mmpose.apis import inference_topdown, init_model
    from mmpose.registry import MODELS
    from mmpose.structures import PoseDataSample

    from synpose.testing.small_teachers import write_teacher

    with tempfile.TemporaryDirectory() as folder:
        teacher = write_teacher(folder, 'coco_wholebody', 133)
        config = {'teachers': [{'parts': PARTS, **teacher}], 'limits': LIMITS, 'chunk_size': CHUNK}
        model = MODELS.build({'type': 'WholeBodyPseudoLabeler', **config}).to(options.device)
        peer = init_model(teacher['config'], teacher['checkpoint'], device=options.device)
    for people in (1, 8) if options.quick else (1, 8, 35):
        pictures = make_pictures(4 if options.quick else 16, people)
        tensors = [torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))) for image, _ in pictures]

        def stock(pictures: list[Picture] = pictures) -> list[list[Any]]:
            boxes = [np.array([record['bbox'] for record in records], np.float32) for _, records in pictures]
            return [
                inference_topdown(peer, image, found, bbox_format='xywh') for (image, _), found in zip(pictures, boxes)
            ]

        def ours(pictures: list[Picture] = pictures, tensors: list[torch.Tensor] = tensors) -> list[dict[str, Any]]:
            samples = [PoseDataSample(metainfo={'people': records}) for _, records in pictures]
            return [sample.labels for sample in model.test_step({'inputs': tensors, 'data_samples': samples})]

        timed = alternate(stock, ours, options)
        rates = [1000 * people * len(pictures) / time for time in timed.times]
        yield Case(
            f'{people} people a picture',
            *rates,
            unit='persons/s',
            same=compared((share_moved(*timed.results), MOVED, 'of joints over .02 px apart')),
            turns=timed.turns,
            series='people a picture',
            size=people,
        )


def make_pictures(count: int, people: int) -> list[Picture]:
    """Make pictures of noise, each with people of plausible sizes."""
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


def share_moved(found: Sequence[Sequence[Any]], labels: Sequence[dict[str, Any]]) -> float:
    """Return which share of the labeled joints beyond the body stands elsewhere than MMPose says; 1 if none is labeled.

    Args:
        found: For each picture the samples of its people.
        labels: For each picture what a ``WholeBodyPseudoLabeler`` says, rounded to .01 px.
    """
    moved = []
    for samples, said in zip(found, labels, strict=True):
        for number, sample in enumerate(samples):
            fields = said['annotations'][number]
            triples = [fields[f'{part.replace("_", "")}_kpts'] for part in PARTS]
            joints = np.concatenate(triples).reshape(-1, 3)
            offsets = np.abs(joints[:, :2] - sample.pred_instances.keypoints[0, 17:]).max(axis=1)
            moved += (offsets[joints[:, 2] > 0] > 0.02).tolist()
    return float(np.mean(moved)) if moved else 1.0
