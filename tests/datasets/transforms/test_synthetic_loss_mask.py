"""Logits under a synthetic person get no gradient; a real person's targets under it are learned as before."""

import json

import cv2
import numpy as np
import pytest
import torch
from mmpose.registry import DATASETS, KEYPOINT_CODECS, MODELS, TRANSFORMS
from mmpose.structures.bbox import get_warp_matrix

from synpose.datasets.transforms import CarrySyntheticMask, SyntheticLossMask
from synpose.datasets.transforms.synthetic_loss_mask import covered
from synpose.testing import write_mixed_dataset

SIZE, CELLS = (96, 64), (24, 16)
SPR = dict(input_size=SIZE, heatmap_size=CELLS, sigma=(2, 1.5), minimal_diagonal_length=1)
SKELETON = dict(
    dataset_name='three joints',
    keypoint_info={i: dict(name=name, id=i, color=[0, 0, 0], type='', swap='') for i, name in enumerate('abc')},
    skeleton_info={i: dict(link=pair, id=i, color=[0, 0, 0]) for i, pair in enumerate((('a', 'b'), ('b', 'c')))},
    joint_weights=[1.0] * 3,
    sigmas=[0.1] * 3,
)
SILHOUETTE = np.s_[8:56, 16:64]  # px: cells 2-14, 4-16


def sample(people=2):
    """A rendered person, and a real one of whom the rendered one covers the left joints."""
    stencil = np.zeros((64, 96), np.uint16)
    stencil[SILHOUETTE] = 1
    keypoints = np.array([[[20, 12], [40, 30], [60, 50]], [[50, 20], [80, 12], [88, 52]]], np.float32)
    return dict(
        img=np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8),
        img_shape=(64, 96),
        input_size=SIZE,
        warp_mat=np.eye(2, 3),
        stencil=stencil,
        synthetic_people=np.array([1]),
        synthetic_id=np.array([1, 0])[:people],
        keypoints=keypoints[:people],
        keypoints_visible=np.ones((people, 3), np.float32),
        bbox=np.array([[16, 8, 64, 56], [45, 10, 90, 55]], np.float32)[:people],
    )


def packed(codec, into='heatmap_mask', pack='PackCrowdInputs', steps=(), per_channel=False, **changes):
    results = CarrySyntheticMask()({**sample(), **changes})
    for step in (dict(type='GenerateTarget', encoder=codec), *steps):
        results = TRANSFORMS.build(step)(results)
    results = SyntheticLossMask(into, per_channel=per_channel)(results)
    return results, TRANSFORMS.build(dict(type=pack))(results)['data_samples']


def gradient(loss, *maps):
    return [part.abs() for part in torch.autograd.grad(loss, maps, allow_unused=True)]


def under(support):
    """Cells under the rendered person that are no real target's, ``(H, W)`` bool."""
    cells = np.zeros((16, 24), bool)
    cells[2:14, 4:16] = True
    return cells & ~support


@pytest.mark.parametrize('per_channel', [False, True])
@pytest.mark.parametrize('kind', ['SPR', 'FastSPR'])
def test_dekr(kind, per_channel):
    codec = dict(type=kind, generate_keypoint_heatmaps=True, **SPR)
    results, sample_of = packed(codec, per_channel=per_channel)
    alone = KEYPOINT_CODECS.build(codec).encode(sample()['keypoints'][1:])
    for name in ('heatmaps', 'displacements', 'displacement_weights'):
        np.testing.assert_array_equal(results[name], alone[name])  # as if only the real person were there
    assert results['img'].shape == (64, 96, 3)
    assert 'heatmap_mask' in sample_of.gt_fields
    head = MODELS.build(
        dict(
            type='CrowdDEKRHead',
            in_channels=8,
            num_keypoints=3,
            heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True),
            displacement_loss=dict(type='SoftWeightSmoothL1Loss', use_target_weight=True, supervise_empty=False),
            mask_displacements=True,
            decoder=codec,
        )
    )
    maps = torch.randn(1, 4, 16, 24, requires_grad=True), torch.randn(1, 6, 16, 24, requires_grad=True)
    head.forward = lambda feats: maps
    losses = head.loss(None, [sample_of])
    heatmaps, displacements = gradient(sum(losses.values()), *maps)
    own = alone['heatmaps'] > 0.01
    support = own.any(0)
    assert not displacements[0][:, under(support)].any()
    assert under(support).sum() > 60
    for channel in range(4):
        kept = own[channel] if per_channel else support
        hidden = under(kept)
        assert not heatmaps[0][channel, hidden].any()
        assert (heatmaps[0][channel, ~hidden] > 0).all()
    assert support[2:14, 4:16].sum() > 10  # the real joint at (50, 20) lies under the rendered person
    weights = alone['displacement_weights'] > 0
    assert (displacements[0].numpy() > 0)[weights].all()


@pytest.mark.parametrize('per_channel', [False, True])
def test_openpose(per_channel):
    codec = dict(type='PartAffinityFields', input_size=SIZE, heatmap_size=CELLS, skeleton=SKELETON)
    _, sample_of = packed(codec, per_channel=per_channel)
    head = MODELS.build(dict(type='PartAffinityHead', in_channels=8, num_keypoints=3, num_limbs=2, decoder=codec))
    maps = torch.randn(1, 4, 16, 24, requires_grad=True), torch.randn(1, 4, 16, 24, requires_grad=True)
    head.forward = lambda feats: [maps]
    learned = (grad[0].numpy() > 0 for grad in gradient(sum(head.loss(None, [sample_of]).values()), *maps))
    alone = KEYPOINT_CODECS.build(codec).encode(sample()['keypoints'][1:])
    joints, limbs = alone['heatmaps'] > 0.01, (alone['part_affinity_fields'] != 0).reshape(2, 2, 16, 24)
    joints[-1] = joints[:-1].any(0)  # the background, though it is almost everywhere
    limbs = limbs.any(1).repeat(2, axis=0)
    if not per_channel:
        joints[:] = limbs[:] = joints.any(0) | limbs.any(0)
    for found, own in zip(learned, (joints, limbs)):
        for cells, support in zip(found, own):
            assert (cells == ~under(support)).all()
            assert under(support).sum() > 60
    assert limbs[:, 2:14, 4:16].any()  # a real limb lies partly under the rendered person


def test_a_mask_from_before_is_kept_and_unbiased_heatmaps_do_not_unmask_everything():
    codec = dict(type='FastSPR', generate_keypoint_heatmaps=True, **SPR)
    outline = [[70, 0, 95, 0, 95, 40, 70, 40]]
    mask, _ = packed(codec, steps=[dict(type='BottomupGetHeatmapMask')], invalid_segs=[outline])
    plain, _ = packed(codec)
    assert not mask['heatmap_mask'][1:8, 19:23].any()
    assert (mask['heatmap_mask'] <= plain['heatmap_mask']).all()
    assert mask['heatmap_mask'].any()
    wide = dict(type='MSRAHeatmap', input_size=SIZE, heatmap_size=CELLS, sigma=1, unbiased=True)
    results, _ = packed(
        wide,
        synthetic_id=np.array([0]),
        **{k: sample()[k][1:] for k in ('keypoints', 'bbox')},
        keypoints_visible=np.ones((1, 3), np.float32),
    )
    assert (~results['heatmap_mask']).sum() > 60


def test_associative_embedding():
    codec = dict(type='AssociativeEmbedding', input_size=SIZE, heatmap_size=CELLS, sigma=1.5)
    results, sample_of = packed(codec)
    indices = torch.from_numpy(results['keypoint_indices'])  # MMPose 1.3.2 does not pack them
    assert (indices[..., 1] > 0).tolist() == [[False] * 3, [True] * 3]
    tags = torch.randn(1, 3, 16, 24, requires_grad=True)
    loss = MODELS.build(dict(type='AssociativeEmbeddingLoss'))
    (grad,) = gradient(sum(loss(tags, [indices])), tags)
    assert (grad > 0).sum() == 3  # at the joints of the real person
    heatmaps = torch.randn(1, 3, 16, 24, requires_grad=True)
    mse = MODELS.build(dict(type='KeypointMSELoss'))
    mask = sample_of.gt_fields.heatmap_mask[None]
    (grad,) = gradient(mse(heatmaps, sample_of.gt_fields.heatmaps[None], mask=mask), heatmaps)
    hidden = under((results['heatmaps'] > 0.01).any(0))
    assert not grad[0][:, hidden].any()
    assert (grad[0][:, (results['heatmaps'] > 0.01).any(0)] > 0).all()


TOPDOWN = dict(
    MSRAHeatmap=dict(sigma=1.5),
    UDPHeatmap=dict(sigma=1.5),
    MegviiHeatmap=dict(kernel_size=5),
)


@pytest.mark.parametrize('kind', sorted(TOPDOWN))
def test_top_down_heads_take_weights_of_cells(kind):
    codec = dict(type=kind, input_size=SIZE, heatmap_size=CELLS, **TOPDOWN[kind])
    one = {key: sample()[key][1:] for key in ('keypoints', 'keypoints_visible', 'bbox', 'synthetic_id')}
    results, sample_of = packed(codec, 'keypoint_weights', 'PackPoseInputs', **one)
    head = MODELS.build(
        dict(
            type='HeatmapHead',
            in_channels=8,
            out_channels=3,
            deconv_out_channels=None,
            loss=dict(type='KeypointMSELoss', use_target_weight=True),
            decoder=codec,
        )
    )
    maps = torch.randn(1, 3, 16, 24, requires_grad=True)
    head.forward = lambda feats: maps
    losses = head.loss(None, [sample_of], train_cfg=dict(compute_acc=False))
    (grad,) = gradient(losses['loss_kpt'], maps)
    for joint in range(3):
        support = results['heatmaps'][joint] > 0.01
        assert not grad[0][joint][under(support)].any()
        assert (grad[0][joint][support] > 0).all()
    assert (results['heatmaps'][0] > 0.01)[2:14, 4:16].any()


def test_top_down_batches_of_real_and_mixed_pictures(tmp_path):
    write_mixed_dataset(tmp_path, 2, image_size=(120, 90), splits=('train',))
    content = json.loads((tmp_path / 'annotations/train.json').read_bytes())
    codec = dict(type='MSRAHeatmap', input_size=(48, 64), heatmap_size=(12, 16), sigma=1)
    crop = [dict(type='GetBBoxCenterScale', padding=4.0), dict(type='TopdownAffine', input_size=(48, 64))]

    def part(real):
        mask = [] if real else [dict(type='LoadStencil'), dict(type='CarrySyntheticMask')]
        end = [dict(type='SyntheticLossMask', into='keypoint_weights', real=real), dict(type='PackPoseInputs')]
        pipeline = [dict(type='LoadImage'), *mask, *crop, dict(type='GenerateTarget', encoder=codec), *end]
        files = dict(data_root=str(tmp_path), ann_file='annotations/train.json', data_mode='topdown')
        return dict(type='SynPose17Dataset', pipeline=pipeline, **files)

    dataset = DATASETS.build(dict(type='RealSyntheticDataset', real=part(True), synthetic=part(False)))
    samples = [dataset[number]['data_samples'] for number in range(len(dataset))]
    head = dict(type='HeatmapHead', in_channels=8, out_channels=17, deconv_out_channels=None, decoder=codec)
    head = MODELS.build(dict(head, loss=dict(type='KeypointMSELoss', use_target_weight=True)))
    maps = torch.randn(len(samples), 17, 16, 12, requires_grad=True)
    head.forward = lambda feats: maps
    (grad,) = gradient(head.loss(None, samples, train_cfg=dict(compute_acc=False))['loss_kpt'], maps)
    seen = set()
    for sample_of, learned in zip(samples, grad.numpy() > 0):
        person = content['annotations'][sample_of.id - 1]
        stencil = cv2.imread(str(tmp_path / content['images'][sample_of.img_id - 1]['stencil_file']), -1)
        matrix = get_warp_matrix(sample_of.input_center, sample_of.input_scale, 0, (48, 64))
        rendered = cv2.warpAffine((stencil % 2 * 255).astype(np.uint8), matrix, (48, 64))
        hidden = covered(rendered, (16, 12)) & bool(sample_of.domain_label)
        shown = sample_of.raw_ann_info['keypoints'][2::3]
        for joint, (cells, target) in enumerate(zip(learned, sample_of.gt_fields.heatmaps.numpy())):
            counts = shown[joint] > 0 and not (sample_of.domain_label and person['is_synthetic'])
            assert (cells == (counts & (~hidden | (target > 0.01)))).all()
            seen.add((sample_of.domain_label, bool(counts), bool(hidden.any())))
    assert seen == {(0, True, False), (0, False, False), (1, True, True), (1, False, True)}


@pytest.mark.parametrize(
    'codec',
    [
        dict(type='MSRAHeatmap', sigma=1.5, heatmap_size=CELLS),
        dict(type='UDPHeatmap', sigma=1.5, heatmap_size=CELLS),
        dict(type='UDPHeatmap', heatmap_type='combined', heatmap_size=CELLS),
        dict(type='SimCCLabel'),
        dict(type='PixelLabel', heatmap_size=CELLS),
    ],
)
def test_a_rendered_person_of_their_own_has_weight_zero(codec):
    one = {key: sample(1)[key] for key in ('keypoints', 'keypoints_visible', 'bbox', 'synthetic_id')}
    results = CarrySyntheticMask()({**sample(), **one})
    results = TRANSFORMS.build(dict(type='GenerateTarget', encoder=dict(input_size=SIZE, **codec)))(results)
    assert not results['keypoint_weights'].any()


def test_cells_count_as_covered_by_more_than_half():
    mask = np.zeros((8, 8), np.uint8)
    mask[:, :2], mask[:4, 4:7] = 255, 255
    assert covered(mask, (2, 2)).tolist() == [[False, True], [False, False]]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="into must be one of heatmap_mask, keypoint_weights, got 'masks'"):
        SyntheticLossMask('masks')
    with pytest.raises(ValueError, match='CarrySyntheticMask must come before'):
        SyntheticLossMask()(sample())
    with pytest.raises(ValueError, match='with real=True no CarrySyntheticMask comes before'):
        SyntheticLossMask(real=True)(CarrySyntheticMask()(sample()))
    with pytest.raises(ValueError, match='heatmaps: missing'):
        SyntheticLossMask()(CarrySyntheticMask()(sample()))
    codec = dict(type='UDPHeatmap', heatmap_type='combined', input_size=SIZE, heatmap_size=CELLS)
    one = {key: sample()[key][1:] for key in ('keypoints', 'keypoints_visible', 'bbox', 'synthetic_id')}
    with pytest.raises(ValueError, match='keypoint_weights: needs one heatmap a joint'):
        packed(codec, 'keypoint_weights', **one)
