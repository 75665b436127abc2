"""From maps to people: SPR.decode and nearby_joints_nms through DEKRHead, against CrowdDEKRHead."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import torch

from .common import CODEC, Case, Options, alternate, crowd

TITLE = 'decode + NMS'


def run(options: Options) -> Iterator[Case]:
    """Decode the maps of crowds, with a little noise over them."""
    from mmpose.registry import MODELS

    from synpose.codecs import FastSPR

    config = {'in_channels': 8, 'num_displacement_filters_per_keypoint': 1}
    for joints in (17, 59):
        heads = [
            MODELS.build({**config, 'type': head, 'num_keypoints': joints, 'decoder': {**CODEC, 'type': codec}})
            for head, codec in (('DEKRHead', 'SPR'), ('CrowdDEKRHead', 'FastSPR'))
        ]
        for people in (1, 12, 120) if options.quick else (1, 12, 30, 60, 120):
            targets = FastSPR(**CODEC).encode(crowd(people, joints, CODEC['input_size']))
            torch.manual_seed(0)
            maps = [torch.from_numpy(targets[name]).to(options.device) for name in ('heatmaps', 'displacements')]
            maps[0] += 0.005 * torch.rand_like(maps[0])
            test_cfg = {'nms_dist_thr': 0.05, 'max_num_people': 300}
            arguments = ([maps[0][None]], [maps[1][None]], test_cfg, {'input_size': CODEC['input_size']})
            with torch.no_grad():
                timed = alternate(*(partial(head.decode, *arguments) for head in heads), options)
            theirs, found = (people[0] for people in timed.results)
            same = all(np.array_equal(theirs.get(name), found.get(name)) for name in theirs.keys())  # noqa: SIM118
            yield Case(
                f'{people} people, {joints} joints',
                *timed.times,
                same='bit for bit' if same else 'DIFFERENT',
                turns=timed.turns,
                aim=15 if people >= 30 else None,
                series=f'people, {joints} joints',
                size=people,
            )
