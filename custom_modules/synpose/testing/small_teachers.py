"""Top-down pose models of a few thousand weights, as the config and checkpoint files that a user would name."""

import os
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.runner import save_checkpoint
from mmpose.apis import init_model

SIZE = (64, 64)  # px of the input, width and height


def write_teacher(
    folder: str | os.PathLike, metainfo: str, num_joints: int, name: str | None = None, seed: int = 0
) -> dict[str, str]:
    """Write a model with random weights, whose confidences spread around .5.

    It is trained on nothing, but like any other it looks at its crop (by UDP, so that mirrored crops are exact mirror
    images), is tested with flip, and decodes heatmaps.

    Args:
        folder: Where to write, created when missing.
        metainfo: Name of MMPose's metainfo, e.g. ``'halpe26'``.
        num_joints: Joints that it predicts.
        name: Of the files; the metainfo's by default.
        seed: Same seed, same weights.

    Returns:
        ``config`` and ``checkpoint``, paths.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    codec = {'type': 'UDPHeatmap', 'input_size': SIZE, 'heatmap_size': (SIZE[0] // 4, SIZE[1] // 4), 'sigma': 2}
    stages: dict[str, Any] = {'num_stages': 1, 'strides': (1,), 'dilations': (1,), 'out_indices': (0,)}
    pipeline = [
        {'type': 'LoadImage'},
        {'type': 'GetBBoxCenterScale'},
        {'type': 'TopdownAffine', 'input_size': SIZE, 'use_udp': True},
        {'type': 'PackPoseInputs'},
    ]
    source = {'from_file': f'configs/_base_/datasets/{metainfo}.py'}
    loader = {'dataset': {'type': 'CocoDataset', 'metainfo': source, 'pipeline': pipeline}}
    config = Config(
        {
            'default_scope': 'mmpose',
            'model': {
                'type': 'TopdownPoseEstimator',
                'data_preprocessor': {
                    'type': 'PoseDataPreprocessor',
                    'mean': [123.675, 116.28, 103.53],
                    'std': [58.395, 57.12, 57.375],
                    'bgr_to_rgb': True,
                },
                'backbone': {'type': 'ResNet', 'depth': 18, 'stem_channels': 8, 'base_channels': 8, **stages},
                'head': {
                    'type': 'HeatmapHead',
                    'in_channels': 8,
                    'out_channels': num_joints,
                    'deconv_out_channels': None,
                    'loss': {'type': 'KeypointMSELoss'},
                    'decoder': codec,
                },
                'test_cfg': {'flip_test': True, 'flip_mode': 'heatmap', 'shift_heatmap': False},
            },
            'train_dataloader': loader,
            'test_dataloader': loader,
        }
    )
    path = folder / f'{name or metainfo}.py'
    config.dump(str(path))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = init_model(str(path), device='cpu')
        torch.nn.init.normal_(model.head.final_layer.weight, std=0.2)
        torch.nn.init.normal_(model.head.final_layer.bias, mean=0.3, std=0.2)
    checkpoint = path.with_suffix('.pth')
    save_checkpoint({'state_dict': model.state_dict()}, str(checkpoint))
    return {'config': str(path), 'checkpoint': str(checkpoint)}
