"""Weights of DEKR as its authors published them, for MMPose's and our head.

DEKR: Geng et al., Bottom-Up Human Pose Estimation via Disentangled Keypoint Regression, CVPR 2021. Their network has
the layers of MMPose's, with these differences: one small branch a joint where MMPose has grouped convolutions; offsets
from the joint to the cell, not from the cell to the joint; an affine matrix from which the identity is subtracted
before it moves the samples, where MMPose's moves them as it is; its translation in a convolution of its own.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import torch
from mmpose.models.heads import DEKRHead
from torch import Tensor

HEAD_LAYERS = {
    'transition_heatmap.0': 'heatmap_conv_layers.0.conv',
    'transition_heatmap.1': 'heatmap_conv_layers.0.bn',
    'head_heatmap.0.0': 'heatmap_conv_layers.1',
    'head_heatmap.1': 'heatmap_conv_layers.2',
    'transition_offset.0': 'displacement_conv_layers.0.conv',
    'transition_offset.1': 'displacement_conv_layers.0.bn',
}
BACKBONE = re.compile(r'(conv[12]|bn[12]|layer1|transition[1-3]|stage[2-4])\.')
JOINT_FEATURES = re.compile(r'offset_feature_layers\.(\d+)\.(\d+)\.(.+)')
JOINT_OFFSET = re.compile(r'offset_final_layer\.(\d+)\.(weight|bias)')
AFFINE_LAYERS = ('transform_matrix_conv', 'translation_conv')
# Where MMPose's kernel samples before it is moved: y, x, and a one for the translation.
REGULAR_MATRIX = ((-1, -1, -1, 0, 0, 0, 1, 1, 1), (-1, 0, 1, -1, 0, 1, -1, 0, 1), (1,) * 9)


def convert_official_dekr(checkpoint: Mapping[str, Any]) -> OrderedDict[str, Tensor]:
    """Rename and rearrange published weights for ``BottomupPoseEstimator`` with HRNet and ``DEKRHead``.

    Args:
        checkpoint: State dict of the authors' network, or a training checkpoint that holds one as ``state_dict``;
            ``module.`` before every name is dropped. The rescoring network is a file of its own there; MMPose offers it
            converted.

    Returns:
        State dict of the whole model (without a rescoring network). It carries the version of MMPose's head, without
        which MMPose takes it for one of before version 1.0 and rearranges its heatmaps.

    Raises:
        ValueError: If a tensor is none of DEKR's, or the layers of a joint are missing, naming it.
    """
    source = checkpoint.get('state_dict', checkpoint)
    source = {name.removeprefix('module.'): value for name, value in source.items()}
    state: OrderedDict[str, Tensor] = OrderedDict()
    joints: dict[tuple[str, str], dict[int, Tensor]] = {}
    for name, value in source.items():
        layer = next((old for old in HEAD_LAYERS if name.startswith(f'{old}.')), None)
        if BACKBONE.match(name):
            state[f'backbone.{name}'] = value
        elif layer:
            state[f'head.{HEAD_LAYERS[layer]}{name.removeprefix(layer)}'] = value
        elif found := JOINT_FEATURES.fullmatch(name):
            joints.setdefault((found[2], found[3]), {})[int(found[1])] = value
        elif found := JOINT_OFFSET.fullmatch(name):
            joints.setdefault(('', found[2]), {})[int(found[1])] = -value
        else:
            raise ValueError(f'{name}: not a tensor of DEKR')
    state.update(_join_joints({key: _in_order(key, values) for key, values in joints.items()}))
    state._metadata = {'head': {'version': DEKRHead._version}}  # type: ignore[attr-defined]
    return state


def _in_order(key: tuple[str, str], values: Mapping[int, Tensor]) -> list[Tensor]:
    missing = set(range(max(values) + 1)) - set(values)
    if missing:
        layer = f'offset_feature_layers.{min(missing)}.{key[0]}' if key[0] else f'offset_final_layer.{min(missing)}'
        raise ValueError(f'{layer}.{key[1]}: missing')
    return [values[joint] for joint in range(len(values))]


def _join_joints(layers: Mapping[tuple[str, str], list[Tensor]]) -> dict[str, Tensor]:
    """The grouped layers of the displacement branch from one layer a joint; the first of the key is the block."""
    state = {}
    for block in {block for block, _ in layers if block}:
        prefix = f'head.displacement_conv_layers.{int(block) + 1}'
        for kind in ('weight', 'bias'):
            parts = [layers.get((block, f'{layer}.{kind}')) for layer in AFFINE_LAYERS]
            if None in parts:
                raise ValueError(f'offset_feature_layers.*.{block}: {" or ".join(AFFINE_LAYERS)}.{kind} missing')
            affine = [_join_affine(A, t, identity=kind == 'bias') for A, t in zip(*parts, strict=True)]
            state[f'{prefix}.transform_matrix_conv.{kind}'] = torch.cat(affine)
        state[f'{prefix}.regular_matrix'] = torch.tensor(REGULAR_MATRIX).float()
    for (block, name), values in layers.items():
        joined = torch.cat(values) if values[0].ndim else values[0]  # num_batches_tracked is the same for all
        if not block:
            state[f'head.displacement_conv_layers.3.{name}'] = joined
        elif not name.startswith(AFFINE_LAYERS) and name != 'regular_matrix':
            state[f'head.displacement_conv_layers.{int(block) + 1}.{re.sub("^bn", "norm", name)}'] = joined
    return state


def _join_affine(matrix: Tensor, translation: Tensor, identity: bool) -> Tensor:
    """``(4, ...)`` of a 2 x 2 matrix and ``(2, ...)`` of a translation as ``(6, ...)``, the rows of a 2 x 3 matrix."""
    rows = matrix.unflatten(0, (2, 2))
    if identity:
        rows = rows - torch.eye(2).to(rows)
    return torch.cat([rows, translation[:, None]], dim=1).flatten(0, 1)
