"""The loss of each image equals that of a batch of this image alone, and the training's loss is not touched."""

import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from synpose.teaching.image_losses import ImageLosses, num_joints


def topdown(seed, weights):
    rng = torch.Generator().manual_seed(seed)
    sample = PoseDataSample(metainfo={})
    sample.gt_instance_labels = InstanceData(keypoint_weights=torch.tensor([weights]))
    sample.gt_fields = PixelData(heatmaps=torch.rand(len(weights), 8, 8, generator=rng))
    return sample


def heatmap_head():
    loss = dict(type='KeypointMSELoss', use_target_weight=True)
    return MODELS.build(dict(type='HeatmapHead', in_channels=4, out_channels=3, deconv_out_channels=None, loss=loss))


SAMPLES = [topdown(0, [1.0, 1.0, 1.0]), topdown(1, [1.0, 0.0, 0.0]), topdown(2, [0.0, 0.0, 0.0])]


def test_a_top_down_head():
    torch.manual_seed(0)
    head = heatmap_head()
    feats = (torch.randn(3, 4, 8, 8),)
    plain = head.loss(feats, SAMPLES, train_cfg={})
    losses = ImageLosses(head)
    losses.attach()
    recorded = head.loss(feats, SAMPLES, train_cfg={})
    assert recorded.keys() == plain.keys()
    assert recorded['loss_kpt'] == plain['loss_kpt']
    assert recorded['loss_kpt'].requires_grad
    assert not losses.values.requires_grad
    maps = head(feats).detach()
    for row, joints in ((0, 3), (1, 1)):
        square = (maps[row] - SAMPLES[row].gt_fields.heatmaps) ** 2
        weighted = square * SAMPLES[row].gt_instance_labels.keypoint_weights[0][:, None, None]
        assert losses.values[row].item() == pytest.approx(weighted.mean().item() / joints, rel=1e-5)
    assert losses.values[2].isnan()  # nobody
    losses.detach()
    losses.values = None
    head.loss(feats, SAMPLES)
    assert losses.values is None
    assert vars(head).keys() == vars(heatmap_head()).keys()


def bottom_up(seed, people):
    rng = torch.Generator().manual_seed(seed)
    sample = PoseDataSample(metainfo={})
    sample.gt_instances = InstanceData(keypoints_visible=torch.ones(people, 3).numpy())
    weights = torch.zeros(6, 8, 8)
    weights[:, 2 : 2 + people] = 0.5
    sample.gt_fields = PixelData(
        heatmaps=torch.rand(4, 8, 8, generator=rng),
        heatmap_weights=torch.ones(4, 8, 8),
        displacements=torch.rand(6, 8, 8, generator=rng),
        displacement_weights=weights,
    )
    return sample


def test_dekr_divides_maps_but_not_means():
    torch.manual_seed(0)
    head = MODELS.build(
        dict(
            type='CrowdDEKRHead',
            in_channels=8,
            num_keypoints=3,
            num_displacement_filters_per_keypoint=4,
            heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True),
            displacement_loss=dict(type='SoftWeightSmoothL1Loss', use_target_weight=True, supervise_empty=False),
        )
    )
    samples = [bottom_up(0, 1), bottom_up(1, 4)]
    head.eval()  # batch normalization must not tell one image of two
    feats = torch.randn(2, 8, 8, 8)
    losses = ImageLosses(head)
    losses.attach()
    head.loss((feats,), samples)
    losses.detach()
    for row, people in ((0, 1), (1, 4)):
        alone = head.loss((feats[row : row + 1],), samples[row : row + 1])
        expected = alone['loss/heatmap'] / (3 * people) + alone['loss/displacement']
        assert losses.values[row].item() == pytest.approx(expected.item(), rel=1e-4)


def test_openpose_sums_over_stages_and_cells():
    torch.manual_seed(0)
    codec = dict(type='PartAffinityFields', input_size=(64, 64), heatmap_size=(8, 8), skeleton='coco')
    sizes = dict(in_channels=4, num_keypoints=17, num_limbs=19, stage_channels=4, first_channels=4)
    head = MODELS.build(dict(type='PartAffinityHead', num_stages=2, decoder=codec, **sizes))
    samples = []
    for people in (1, 3):
        sample = PoseDataSample(metainfo={})
        sample.gt_instances = InstanceData(keypoints_visible=torch.ones(people, 17).numpy())
        sample.gt_fields = PixelData(heatmaps=torch.rand(18, 8, 8), part_affinity_fields=torch.rand(38, 8, 8))
        samples.append(sample)
    feats = (torch.randn(2, 4, 8, 8),)
    losses = ImageLosses(head)
    losses.attach()
    head.loss(feats, samples)
    losses.detach()
    for row, people in ((0, 1), (1, 3)):
        alone = head.loss((feats[0][row : row + 1],), samples[row : row + 1])
        expected = sum(alone.values()).item() / (17 * people)
        assert losses.values[row].item() == pytest.approx(expected, rel=1e-4)


def test_joints_are_counted_from_the_best_source():
    sample = bottom_up(0, 2)
    assert num_joints(sample) == 6
    sample.gt_instance_labels = InstanceData(keypoints_visibility=torch.tensor([[2.0, 0, 1], [0, 0, 0]]))
    assert num_joints(sample) == 2
    cells = torch.zeros(1, 3, 4, 4)
    cells[0, 1, 2, 2] = 1
    sample.gt_instance_labels = InstanceData(keypoint_weights=cells)
    assert num_joints(sample) == 1


def test_a_head_whose_loss_is_not_of_one_forward_is_refused():
    head = heatmap_head()
    head.loss = lambda feats, samples: {'loss': feats[0].mean()}
    losses = ImageLosses(head)
    losses.attach()
    with pytest.raises(ValueError, match='the loss of HeatmapHead calls its forward 0 times'):
        head.loss((torch.zeros(1, 4, 8, 8),), SAMPLES[:1])
    assert 'forward' not in vars(head)
