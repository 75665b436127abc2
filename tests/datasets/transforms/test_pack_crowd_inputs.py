"""PackCrowdInputs against MMPose's PackPoseInputs, and what only ours packs."""

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import TRANSFORMS

from synpose.datasets.transforms import PackCrowdInputs

CODEC = dict(
    type='FastSPR',
    input_size=(64, 64),
    heatmap_size=(16, 16),
    sigma=(2, 1),
    generate_keypoint_heatmaps=True,
    minimal_diagonal_length=1,
)
FLIP_INDICES = [0, 2, 1]
KEYPOINTS = np.array([[[10, 12], [30, 40], [50, 8]], [[20, 20], [22, 60], [40, 44]]], np.float32)
VISIBILITY = np.array([[2, 1, 0], [0, 2, 1]], np.float32)


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmpose')


def results(**more):
    rng = np.random.default_rng(0)
    return dict(
        img=rng.integers(0, 256, (64, 64, 3), np.uint8),
        img_shape=(64, 64),
        ori_shape=(64, 64),
        img_id=3,
        bbox=np.array([[0, 0, 64, 64]] * 2, np.float32),
        keypoints=KEYPOINTS.copy(),
        keypoints_visible=VISIBILITY.clip(max=1),
        flip_indices=FLIP_INDICES,
        **more,
    )


def run(data, *steps):
    for step in steps:
        data = TRANSFORMS.build(step).transform(data)
    return data


def encoded(**more):
    data = results(input_size=(64, 64), warp_mat=np.eye(2, 3), invalid_segs=[[[8, 8, 40, 8, 40, 40, 8, 40]]], **more)
    return run(data, dict(type='GenerateTarget', encoder=CODEC), dict(type='BottomupGetHeatmapMask'))


def test_the_rest_is_packed_as_by_mmpose():
    found, expected = (run(encoded(), dict(type=kind)) for kind in ('PackCrowdInputs', 'PackPoseInputs'))
    assert torch.equal(found['inputs'], expected['inputs'])
    own, stock = found['data_samples'], expected['data_samples']
    assert own.metainfo == stock.metainfo
    for name, field in stock.gt_fields.items():
        assert torch.equal(own.gt_fields.get(name), field)
    assert own.gt_instances.keys() == stock.gt_instances.keys()
    assert 'keypoints_visibility' not in own.gt_instance_labels


def test_the_mask_is_packed():
    found, stock = (run(encoded(), dict(type=kind))['data_samples'] for kind in ('PackCrowdInputs', 'PackPoseInputs'))
    assert 'heatmap_mask' not in stock.gt_fields  # where MMPose loses it
    mask = found.gt_fields.heatmap_mask
    assert mask.dtype == torch.bool
    assert mask.shape == (1, 16, 16)
    assert not mask[0, 3:9, 3:9].any()
    assert mask[0, 12:].all()


@pytest.mark.parametrize('order', ['flip first', 'affine first'])
def test_visibility_follows_flips_and_the_border(order):
    flip = dict(type='RandomFlip', prob=1.0, direction='horizontal')
    affine = dict(type='BottomupRandomAffine', input_size=(64, 64), shift_prob=0, rotate_factor=0, scale_factor=(1, 1))
    steps = [flip, affine] if order == 'flip first' else [affine, flip]
    data = results(keypoints_visibility=VISIBILITY.copy())
    data['keypoints'][1, 1] = 500, 60  # a visible joint that ends up outside
    labels = run(data, *steps, dict(type='PackCrowdInputs'))['data_samples'].gt_instance_labels
    expected = VISIBILITY.copy()
    expected[1, 1] = 0
    assert labels.keypoints_visibility.tolist() == expected[:, FLIP_INDICES].tolist()
    known = expected[:, FLIP_INDICES] > 0
    mirrored = KEYPOINTS[:, FLIP_INDICES] * (-1, 1) + (63, 0)
    np.testing.assert_allclose(labels.keypoints_px[known], mirrored[known], atol=1e-4)
    plain = run(results(keypoints_visibility=VISIBILITY), affine, dict(type='PackCrowdInputs'))
    assert plain['data_samples'].gt_instance_labels.keypoints_visibility.tolist() == VISIBILITY.tolist()


def test_visibility_of_other_people_is_an_error():
    with pytest.raises(ValueError, match=r'keypoints_visibility is \(1, 3\), but keypoints_visible is \(2, 3\)'):
        PackCrowdInputs().transform(results(keypoints_visibility=VISIBILITY[:1]))


def test_a_pyramid_becomes_a_list():
    steps = [dict(type='BottomupResize', input_size=(64, 64), aug_scales=[0.5, 2.0]), dict(type='PackCrowdInputs')]
    packed = run(results(), *steps)
    assert [tuple(level.shape) for level in packed['inputs']] == [(3, 64, 64), (3, 32, 32), (3, 128, 128)]
    sample = packed['data_samples']
    assert sample.aug_scales == [0.5, 2.0]
    assert sample.input_size == (64, 64)
    alone = run(results(), dict(type='BottomupResize', input_size=(64, 64)), steps[1])['inputs']
    assert torch.equal(packed['inputs'][0], alone)
