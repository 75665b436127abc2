from itertools import product

import numpy as np
import pytest
import torch
from mmpose.registry import MODELS

from synpose.models.pose_classifiers.skeleton_gcn import GraphConvolution, SkeletonGCN
from synpose.models.pose_classifiers.skeleton_graph import normalized_adjacency, read_metainfo, skeleton_adjacency

COCO = {'from_file': 'configs/_base_/datasets/coco.py'}
CROWDPOSE = {'from_file': 'configs/_base_/datasets/crowdpose.py'}


def build(**options: object) -> SkeletonGCN:
    torch.manual_seed(0)
    model = MODELS.build({'type': 'SkeletonGCN', 'num_classes': 4, 'metainfo': COCO, **options})
    for norm in model.modules():  # as a training leaves them
        if isinstance(norm, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            norm.weight.data.uniform_(0.5, 1.5)
            norm.bias.data.normal_()
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
    return model.eval()


def test_graph_convolution_is_equation_5() -> None:
    torch.manual_seed(0)
    graph = torch.from_numpy(normalized_adjacency(skeleton_adjacency(COCO)))
    layer = GraphConvolution(3, 5).double()
    features = torch.randn(2, 3, 4, 17, dtype=torch.float64)
    weight = layer.weight.weight[:, :, 0, 0].T  # W, (3, 5)
    found = layer(features, graph)
    for n, t in product(range(2), range(4)):
        # The paper writes a joint's features as a row.
        torch.testing.assert_close(found[n, :, t].T, graph @ features[n, :, t].T @ weight)


def test_nine_blocks_of_st_gcn() -> None:
    model = build()
    assert [block.spatial.weight.out_channels for block in model.blocks] == [64] * 3 + [128] * 3 + [256] * 3
    assert [block.shortcut is None for block in model.blocks] == [True] + [False] * 8
    assert {module.p for module in model.modules() if isinstance(module, torch.nn.Dropout)} == {0.5}
    assert not any(isinstance(block.temporal, torch.nn.Sequential) for block in model.blocks)


@pytest.mark.parametrize('temporal_kernel', [1, 3])
def test_permuting_joints_and_links_together_leaves_the_logits_equal(temporal_kernel: int) -> None:
    small = {'stages': ((8, 2), (16, 1)), 'temporal_kernel': temporal_kernel}
    model, metainfo = build(**small).double(), read_metainfo(COCO)
    order = np.random.default_rng(0).permutation(17)  # the new joint i is the old joint order[i]
    place = np.argsort(order)
    permuted = {
        'keypoint_id2name': {i: metainfo['keypoint_id2name'][old] for i, old in enumerate(order)},
        'skeleton_links': [(place[a], place[b]) for a, b in metainfo['skeleton_links']],
    }
    other = build(**small, metainfo=permuted).double()
    state = model.state_dict()
    for key in ('weight', 'bias', 'running_mean', 'running_var'):  # what belongs to a joint goes along with it
        state[f'input_norm.{key}'] = state[f'input_norm.{key}'].reshape(17, 3)[order].flatten()
    other.load_state_dict(state)
    inputs = torch.randn(5, 3, 6, 17, 2, dtype=torch.float64)
    with torch.no_grad():
        # the graph is kept in single precision
        torch.testing.assert_close(other(inputs[:, :, :, order]), model(inputs), rtol=1e-7, atol=1e-9)
        # and it is not blind to the joints: permuting only the nodes changes the logits
        assert (model(inputs[:, :, :, order]) - model(inputs)).abs().max() > 1e-5


def test_far_joints_are_reached_by_links_only() -> None:
    """One block mixes a joint with its neighbors, so a wrist does not feel an ankle."""
    model = build(stages=((4, 1),))
    features = torch.randn(1, 3, 1, 17)
    with torch.no_grad():
        before = model.blocks[0](features, model.graph)
        features[..., 15] += 1  # left ankle
        changed = (model.blocks[0](features, model.graph) - before).abs().sum(dim=(0, 1, 2)) > 0
    linked = model.graph[15] > 0
    assert not (changed & ~linked).any()
    assert linked.sum() == 2
    assert changed.any()


def test_sequences_of_several_people_and_any_length() -> None:
    model = build(metainfo=CROWDPOSE, stages=((4, 3), (8, 3), (8, 3)), temporal_kernel=9)
    with torch.no_grad():
        assert model(torch.randn(2, 3, 12, 14, 2)).shape == (2, 4)
        assert model(torch.randn(2, 3, 1, 14, 1)).shape == (2, 4)
    features, sizes = torch.randn(1, 3, 12, 14), []
    for block in model.blocks:
        features = block(features, model.graph)
        sizes.append(features.shape[2])
    assert sizes == [12] * 3 + [6] * 6  # stride 2 where the channels grow


def test_time_matters_only_with_a_kernel() -> None:
    inputs = torch.randn(2, 3, 5, 17, 1)
    for kernel, equal in ((1, True), (3, False)):
        model = build(stages=((8, 2),), temporal_kernel=kernel)
        with torch.no_grad():
            assert torch.allclose(model(inputs), model(inputs.flip(2)), atol=1e-6) is equal


def test_bad_input_is_one_message() -> None:
    with pytest.raises(ValueError, match='temporal_kernel must be odd'):
        build(temporal_kernel=2)
