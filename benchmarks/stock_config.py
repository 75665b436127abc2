"""MMPose's COCO config of DEKR against the same file with three `type` lines changed: losses, predictions, seconds.

The config is read as text, so that exactly these lines differ; the data is generated in COCO's layout, crowd regions
and people without keypoints included. Both train from one seed and then predict. They are compared with torchvision's
deformable convolution in both, in single precision, and with our form for CPUs against torchvision's, in double. Exits
with 1 if a figure differs by more than it may.
"""

import argparse
import contextlib
import json
import logging
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import mmpose
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from mmpose.registry import DATASETS, MODELS

import synpose  # noqa: F401 - registers the plugins
from synpose.models.heads.deform_conv import ChosenDeformConv2d
from synpose.skeletons import COCO17_NAMES
from synpose.testing import write_synpose_dataset
from synpose.testing.small_dekr import resize_dekr

CONFIGS = Path(mmpose.__file__).parent / '.mim' / 'configs'
STOCK = CONFIGS / 'body_2d_keypoint/dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py'
CHANGES = {
    "    type='SPR',": "    type='FastSPR',",
    "        type='DEKRHead',": "        type='CrowdDEKRHead',",
    "dataset_type = 'CocoDataset'": "dataset_type = 'ColumnarCocoDataset'",
}
# Precision, our form of deformable convolution, and how much a figure may differ; rescoring is always single.
CASES = (
    (torch.float32, 'torchvision', {'loss': 1e-5, 'keypoints': 1e-3, 'keypoint_scores': 1e-5}),
    (torch.float64, 'sampling', {'loss': 1e-9, 'keypoints': 1e-6, 'keypoint_scores': 1e-6}),
)


class Run(NamedTuple):
    """Losses of every step, people of every image and CPU seconds a step."""

    losses: list[dict[str, float]]
    people: list[Any]
    seconds: float


def write_coco(root: Path, images: int, size: tuple[int, int], seed: int = 0) -> None:
    """Write a folder with COCO's names: drawn people, among them crowds and people without keypoints."""
    write_synpose_dataset(root, images, 6, size, ('train',), COCO17_NAMES, seed=seed)
    content = json.loads((root / 'annotations/train.json').read_text())
    for number, person in enumerate(content['annotations']):
        if number % 12 == 5:
            runs = [size[0] * size[1] // 2, size[0] * size[1] - size[0] * size[1] // 2]
            person.update(iscrowd=1, segmentation={'size': [size[1], size[0]], 'counts': runs})
        if number % 12 in (5, 8):
            person.update(keypoints=[0] * 51, num_keypoints=0)
    for split in ('train', 'val'):
        (root / f'annotations/person_keypoints_{split}2017.json').write_text(json.dumps(content))
        shutil.copytree(root / 'images', root / f'{split}2017')


def read_config(root: Path, changes: dict[str, str]) -> Config:
    """Read MMPose's file with lines changed.

    Args:
        root: Data folder in COCO's layout.
        changes: Lines to change, from what to what.

    Raises:
        ValueError: If a line to change is not there once.
    """
    lines = STOCK.read_text().splitlines()
    for old, new in changes.items():
        if lines.count(old) != 1:
            raise ValueError(f'{STOCK}: {lines.count(old)} lines are {old!r}')
        lines[lines.index(old)] = new
    # What a copy of the file elsewhere needs: where its base and the data are.
    text = '\n'.join(lines).replace('../../../_base_/', 'mmpose::_base_/').replace('data/coco/', f'{root}/')
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, STOCK.name)
        path.write_text(text)
        return Config.fromfile(path)


def run_config(config: Config, steps: int, batch_size: int, form: str, dtype: torch.dtype) -> Run:
    """Train from seed 0 for some steps, then predict every image of the validation set.

    Args:
        config: The config.
        steps: Steps of the optimizer, with Adam as in the config.
        batch_size: Images a step.
        form: Of deformable convolution, for a head that can choose; MMPose's gets torchvision's.
        dtype: Precision of everything.
    """
    set_random_seed(0)
    model = MODELS.build(choose_form(config, form).model)
    model.init_weights()
    model.to(dtype)
    if model.head.rescore_net is not None:
        model.head.rescore_net.float()  # MMPose's turns its input into single precision
    train_set, val_set = (DATASETS.build(config[f'{part}_dataloader'].dataset) for part in ('train', 'val'))
    optimizer = torch.optim.Adam(model.parameters(), lr=config.optim_wrapper.optimizer.lr)
    losses, seconds = [], 0.0
    with torchvision_in_stock_layers(model):
        for step in range(steps):
            set_random_seed(step)
            batch = pseudo_collate([train_set[(step * batch_size + i) % len(train_set)] for i in range(batch_size)])
            start = time.process_time()
            batch = targets_to(model.data_preprocessor(batch, True), dtype)
            parts = model.train()(**batch, mode='loss')
            optimizer.zero_grad()
            sum(parts.values()).backward()
            optimizer.step()
            seconds += time.process_time() - start
            losses.append({name: value.item() for name, value in parts.items()})
        model.eval().head.decoder.decode_thr = 0.0  # after so few steps no root reaches the threshold
        people = [model.test_step(pseudo_collate([val_set[i]]))[0].pred_instances for i in range(len(val_set))]
    return Run(losses, people, seconds / steps)


def targets_to(batch: dict[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    """Return a preprocessed batch whose targets have a model's precision."""
    for sample in batch['data_samples']:
        sample.gt_fields = sample.gt_fields.to(dtype)
    return batch


def choose_form(config: Config, form: str) -> Config:
    """Return the config with the form of deformable convolution in it, if its head takes one."""
    config = Config(config.to_dict())
    if config.model.head.type == 'CrowdDEKRHead':
        config.model.head.deform_conv = form
    return config


@contextlib.contextmanager
def torchvision_in_stock_layers(model: torch.nn.Module) -> Iterator[None]:
    """Within the block, mmcv's layers of deformable convolution compute with torchvision's kernels.

    Not by its public function, which has a derivative where mmcv has none: at samples exactly one cell outside, and
    there are many of these while offsets are small.
    """
    from mmcv.ops import DeformConv2d  # after synpose, which may have to install the operators

    layers = [module for module in model.modules() if isinstance(module, DeformConv2d)]
    for layer in layers:
        layer.forward = ChosenDeformConv2d(layer, 'torchvision').forward
    yield
    for layer in layers:
        del layer.forward


def differences(found: Run, expected: Run) -> dict[str, float]:
    """Largest relative difference of a loss, and largest differences of keypoints (px) and of scores."""
    pairs = [(a, b) for own, other in zip(found.losses, expected.losses) for a, b in zip(own.values(), other.values())]
    result = {'loss': max(abs(a - b) / abs(b) for a, b in pairs)}
    for name in ('keypoints', 'keypoint_scores'):
        both = [(own[name], other[name]) for own, other in zip(found.people, expected.people)]
        same = all(a.shape == b.shape for a, b in both)
        result[name] = float(max(np.abs(a - b).max(initial=0) for a, b in both)) if same else float('inf')
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--steps', type=int, default=20)
    parser.add_argument('--batch-size', type=int, default=2)
    parser.add_argument('--size', type=int, default=256, help='side of the input, px (default: %(default)s; 512 there)')
    parser.add_argument('--images', type=int, default=8)
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    logging.disable(logging.INFO)  # MMEngine tells of every parameter
    warnings.simplefilter('ignore')
    torch.set_num_threads(args.threads)
    init_default_scope('mmpose')
    failed = False
    print(f'{STOCK.name}, input {args.size}x{args.size}, batch {args.batch_size}, {args.steps} steps; lines changed:')
    for old, new in CHANGES.items():
        print(f'  {old.strip()}  ->  {new.strip()}')
    print('| precision | deformable convolution, ours | loss, relative | keypoints, px | scores | steps | people |')
    print('|---|---|---|---|---|---|---|')
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, 'coco')
        write_coco(root, args.images, (320, 240))
        sizes = (args.size, args.size)
        stock, ours = (resize_dekr(read_config(root, changes), sizes) for changes in ({}, CHANGES))
        for dtype, form, most in CASES:
            runs = [run_config(config, args.steps, args.batch_size, form, dtype) for config in (ours, stock)]
            found = differences(*runs)
            people = sum(len(p.keypoints) for p in runs[1].people)
            figures = ' | '.join(f'{value:.2g}' for value in found.values())
            print(f'| {str(dtype)[6:]} | {form} | {figures} | {len(runs[0].losses)} | {people} |', flush=True)
            print(f'  CPU seconds a step: {runs[1].seconds:.1f} stock, {runs[0].seconds:.1f} ours', file=sys.stderr)
            failed |= any(found[name] > limit for name, limit in most.items())
    sys.exit(int(failed))


if __name__ == '__main__':
    main()
