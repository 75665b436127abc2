"""CrowdDEKRHead against MMPose's DEKRHead: same parameters, losses and people; then what only ours can do."""

from functools import partial

import numpy as np
import pytest
import torch
from mmcv.ops import DeformConv2d
from mmengine.structures import InstanceData, PixelData
from mmpose.models.heads import DEKRHead
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torchvision.ops import deform_conv2d

from synpose.codecs import FastSPR
from synpose.models import CrowdDEKRHead

K = 5
FLIP_INDICES = [0, 2, 1, 4, 3]
LINKS = [(0, 1), (0, 2), (1, 3), (2, 4)]
STRIDE = 4
CHANNELS = 12
TEST_CFG = dict(flip_test=True, shift_heatmap=True, nms_dist_thr=0.05)
RESCORE = dict(in_channels=3 * len(LINKS) + K, norm_indexes=(0, 1))


def codec_config(kind='SPR', cells=(24, 16), **options):
    size = tuple(STRIDE * c for c in cells)
    options = dict(sigma=(2, 1), generate_keypoint_heatmaps=True, minimal_diagonal_length=1, **options)
    return dict(type=kind, input_size=size, heatmap_size=cells, **options)


def build_head(kind='CrowdDEKRHead', seed=0, decoder=None, **options):
    """A narrow head whose parameters, running statistics included, are random."""
    decoder = decoder or codec_config('SPR' if kind == 'DEKRHead' else 'FastSPR')
    head = MODELS.build(
        dict(
            type=kind,
            in_channels=CHANNELS,
            num_keypoints=K,
            num_heatmap_filters=6,
            num_displacement_filters_per_keypoint=3,
            decoder=decoder,
            **options,
        )
    )
    generator = torch.Generator().manual_seed(seed)
    for name, value in head.state_dict().items():  # views of the parameters
        if value.is_floating_point() and 'regular_matrix' not in name:
            noise = torch.randn(value.shape, generator=generator)
            value.copy_(noise.abs() + 0.5 if 'running_var' in name else 0.3 * noise)
    head.heatmap_conv_layers[2].bias.data[-1] = 1.0  # roots are found
    return head.eval()


def feature_pair(batch=1, cells=(24, 16), seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [[torch.randn(batch, CHANNELS, *cells[::-1], generator=generator)] for _ in range(2)]


def sample(size=(96, 64), canvas=None, **metainfo):
    """A data sample of an image of that size (w, h), padded to a canvas (w, h), px."""
    info = dict(input_size=size, input_center=(48, 32), input_scale=(96, 64), flip_indices=FLIP_INDICES)
    info.update(skeleton_links=LINKS, batch_input_shape=(canvas or size)[::-1], **metainfo)
    return PoseDataSample(metainfo=info)


def assert_same_people(found, expected, tolerance=0.0):
    assert found.keypoints.shape == expected.keypoints.shape
    for name in ('keypoints', 'keypoint_scores'):
        np.testing.assert_allclose(found[name], expected[name], rtol=tolerance, atol=tolerance, err_msg=name)


def test_parameters_are_those_of_the_stock_head():
    stock, ours = build_head('DEKRHead', rescore_cfg=RESCORE), build_head(rescore_cfg=RESCORE, seed=1)
    shapes = [{name: value.shape for name, value in head.state_dict().items()} for head in (stock, ours)]
    assert shapes[0] == shapes[1]
    ours.load_state_dict(stock.state_dict(), strict=True)
    assert set(build_head(occlusion={}).state_dict()) - set(stock.state_dict())


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('rescore', [None, RESCORE])
@pytest.mark.parametrize('seed', range(3))
def test_people_are_those_of_the_stock_head(flip, rescore, seed):
    most = dict(decode_max_instances=60)
    stock = build_head('DEKRHead', seed, codec_config(**most), rescore_cfg=rescore)
    ours = build_head('CrowdDEKRHead', seed, codec_config('FastSPR', **most), rescore_cfg=rescore)
    feats = feature_pair(seed=seed)
    test_cfg = dict(TEST_CFG, flip_test=flip, max_num_people=40, output_heatmaps=True)
    with torch.no_grad():
        (expected,), (maps,) = stock.predict(feats if flip else feats[0], [sample()], test_cfg)
        (found,), (own_maps,) = ours.predict(feats if flip else feats[0], [sample()], test_cfg)
    assert len(expected.keypoints) > 5
    # Two flips as one batch may take another convolution kernel, which sums in another order.
    tolerance = 1e-6 if flip else 0.0
    assert_same_people(found, expected, tolerance)
    for name in ('heatmaps', 'displacements'):
        torch.testing.assert_close(own_maps.get(name), maps.get(name), rtol=tolerance, atol=tolerance)


def test_people_are_exactly_those_of_the_stock_head_given_the_same_maps():
    torch.manual_seed(0)
    stock, ours = build_head('DEKRHead', rescore_cfg=RESCORE), build_head(rescore_cfg=RESCORE)
    for people in (0, 1, 30):
        heatmaps, displacements = torch.rand(1, K + 1, 16, 24), 4 * torch.randn(1, 2 * K, 16, 24)
        heatmaps[:, -1].view(-1)[torch.randperm(16 * 24)[people:]] = 0
        test_cfg, info = dict(TEST_CFG, max_num_people=20), sample().metainfo
        with torch.no_grad():
            (expected,) = stock.decode([heatmaps], [displacements], test_cfg, info)
            (found,) = ours.decode([heatmaps], [displacements], test_cfg, info)
        assert_same_people(found, expected)
        assert found.keypoint_scores.dtype == expected.keypoint_scores.dtype
        assert people == 0 or len(found.keypoints)


def planted(people, cells, seed=0):
    """Maps ``(1, K + 1, H, W)`` and ``(1, 2 * K, H, W)`` of that many people, and their joints ``(N, K, 2)``, px."""
    rng = np.random.default_rng(seed)
    columns = cells[0] // 6
    roots = 6 * np.stack([np.arange(people) % columns, np.arange(people) // columns], -1) + 3
    joints = roots[:, None] + rng.uniform(-2, 2, (people, K, 2))
    heatmaps = torch.full((1, K + 1, cells[1], cells[0]), 0.5)
    heatmaps[:, -1] = 0
    displacements = torch.zeros(1, K, 2, cells[1], cells[0])
    for root, joint in zip(roots, joints):
        heatmaps[0, -1, root[1], root[0]] = float(rng.uniform(0.2, 1))
        displacements[0, :, :, root[1], root[0]] = torch.tensor(joint - root, dtype=torch.float32)
    return heatmaps, displacements.flatten(1, 2), joints * STRIDE


@pytest.mark.parametrize('people', [48, 300])
def test_everybody_in_a_crowd_is_found(people):
    cells = (120, 96)
    heatmaps, displacements, joints = planted(people, cells)
    head = build_head(decoder=codec_config('FastSPR', cells, decode_max_instances=301))
    (found,) = head.decode([heatmaps], [displacements], dict(nms_dist_thr=0.05), sample((480, 384)).metainfo)
    assert len(found.keypoints) == people
    order = [np.lexsort(array.mean(1).round(2).T) for array in (found.keypoints, joints)]
    np.testing.assert_allclose(found.keypoints[order[0]], joints[order[1]], atol=1e-3)


def test_the_codec_decides_how_many_are_decoded_and_says_so():
    heatmaps, displacements, _ = planted(48, (120, 96))
    head = build_head(decoder=codec_config('FastSPR', (120, 96), decode_max_instances=30))
    with pytest.warns(UserWarning, match='decode_max_instances=30 is reached'):
        (found,) = head.decode([heatmaps], [displacements], dict(nms_dist_thr=0.05))
    assert len(found.keypoints) == 30


def test_maps_may_have_fewer_cells_than_people_are_allowed():
    head = build_head(decoder=codec_config('FastSPR', decode_max_instances=300))
    (found,) = head.decode([torch.ones(1, K + 1, 4, 6)], [torch.zeros(1, 2 * K, 4, 6)])
    assert len(found.keypoints) == 24


SIZES = [(96, 64), (64, 64), (96, 32)]


@pytest.mark.parametrize('flip', [False, True])
def test_a_padded_batch_gives_what_its_images_give_one_by_one(flip):
    head = build_head(decoder=codec_config('FastSPR', decode_max_instances=300))
    feats = feature_pair(3)
    test_cfg = dict(TEST_CFG, flip_test=flip, output_heatmaps=True)
    samples = [sample(size, (96, 64)) for size in SIZES]
    with torch.no_grad():
        together, fields = head.predict(feats if flip else feats[0], samples, test_cfg)
        for i, (w, h) in enumerate(SIZES):
            one = [[feats[0][0][i : i + 1]], [feats[1][0][i : i + 1]]]
            (alone,), _ = head.predict(one if flip else one[0], samples[i : i + 1], test_cfg)
            assert len(alone.keypoints) > 3
            assert_same_people(together[i], alone, 1e-5)
            assert fields[i].heatmaps.shape == (K + 1, h // STRIDE, w // STRIDE)


def test_nobody_is_rooted_in_the_padding():
    heatmaps, displacements, joints = planted(48, (120, 96))
    head = build_head(decoder=codec_config('FastSPR', (120, 96), decode_max_instances=300))
    infos = [sample((w, h), (480, 384)).metainfo for w, h in [(480, 384), (240, 96)]]
    maps = [heatmaps.repeat(2, 1, 1, 1)], [displacements.repeat(2, 1, 1, 1)]
    people = head.decode(*maps, dict(nms_dist_thr=0.05), infos)
    roots = joints.mean(1)
    inside = ((roots // (6 * STRIDE) * 6 * STRIDE) < (240, 96)).all(1)
    assert [len(p.keypoints) for p in people] == [48, inside.sum()]
    assert 0 < inside.sum() < 48


def test_a_batch_that_mmcv_would_not_divide():
    head = build_head()
    feats = [torch.randn(36, CHANNELS, 4, 4)]
    with torch.no_grad():
        together = head(feats)[1]
        assert torch.allclose(together[35:], head([feats[0][35:]])[1], atol=1e-5)
    with pytest.raises(AssertionError, match='im2col_step'):
        build_head('DEKRHead')(feats)


def test_half_precision_keeps_positions_exact():
    head = build_head(decoder=codec_config('FastSPR', (24, 16), decode_max_instances=300))
    feats = feature_pair()
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16):
        (found,) = head.predict(feats, [sample()], TEST_CFG)
    assert found.keypoints.dtype == np.float32
    cells = found.keypoints / STRIDE
    assert len(cells)
    assert np.abs(cells - torch.tensor(cells).bfloat16().float().numpy()).max() > 1e-3


def test_channels_last_changes_nothing():
    head, feats = build_head(), feature_pair(2)[0]
    with torch.no_grad():
        expected = head(feats)
        found = head.to(memory_format=torch.channels_last)([feats[0].to(memory_format=torch.channels_last)])
    for a, b in zip(found, expected):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('zoom', [0.5, 2.0])
def test_both_flips_agree_at_every_scale(zoom, monkeypatch):
    """A person whom the network sees at one scale only, exactly, in the image and in the flipped one."""
    head = build_head(decoder=codec_config('FastSPR', (24, 16), decode_max_instances=300))
    joints = np.array([[30.0, 18.0], [42.0, 20.0], [22.5, 25.0], [40.0, 44.0], [20.0, 50.0]])  # px at scale 1

    def maps_of(cells, scale):
        heatmaps, displacements = torch.zeros(2, K + 1, *cells[::-1]), torch.zeros(2, K, 2, *cells[::-1])
        if scale != 1:
            points = torch.tensor(joints * scale)
            mirrored = (points * torch.tensor([-1, 1]) + torch.tensor([cells[0] * STRIDE - 1, 0]))[FLIP_INDICES]
            for i, (person, root) in enumerate(((points, (4, 3)), (mirrored, (cells[0] - 5, 3)))):
                heatmaps[i, :, root[1], root[0]] = 1
                displacements[i, :, :, root[1], root[0]] = person / STRIDE - torch.tensor(root)
        return heatmaps, displacements.flatten(1, 2)

    sizes = {(24, 16): 1, (int(24 * zoom), int(16 * zoom)): zoom}
    monkeypatch.setattr(head, 'forward', lambda feats: maps_of(feats[-1].shape[:1:-1], sizes[feats[-1].shape[:1:-1]]))
    feats = [[[torch.zeros(1, 1, *cells[::-1])] for _ in range(2)] for cells in sizes]
    test_cfg = dict(flip_test=True, shift_heatmap=False, multiscale_test=True, nms_dist_thr=0.15)
    (found,) = head.predict(feats, [sample(aug_scales=[zoom])], test_cfg)
    np.testing.assert_allclose(found.keypoints, joints[None], atol=1e-4)


# Losses


def targets(head, batch=2, cells=(24, 16), seed=0, mask=True):
    rng = np.random.default_rng(seed)
    samples = []
    for _ in range(batch):
        low = rng.uniform((0, 0), (60, 40), (6, 1, 2))
        keypoints = (low + rng.uniform(0, 24, (6, K, 2))).astype(np.float32)
        encoded = head.decoder.encode(keypoints, np.ones((6, K), np.float32))
        data_sample = sample()
        data_sample.gt_fields = PixelData(**encoded).to_tensor()
        if mask:
            data_sample.gt_fields.set_field(torch.from_numpy(rng.random((1, *cells[::-1])) < 0.5), 'heatmap_mask')
        visibility = torch.from_numpy(rng.integers(0, 3, (6, K)).astype(np.float32))
        labels = dict(keypoints_px=torch.from_numpy(keypoints), keypoints_visibility=visibility)
        data_sample.gt_instance_labels = InstanceData(**labels)
        samples.append(data_sample)
    return samples


@pytest.mark.parametrize('mask', [False, True])
def test_losses_are_those_of_the_stock_head(mask):
    stock, ours = build_head('DEKRHead').train(), build_head().train()
    feats = feature_pair(2)[0]
    expected = stock.loss(feats, targets(stock, mask=mask))
    found = ours.loss(feats, targets(ours, mask=mask))
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert value > 0
        assert torch.equal(found[name], value)


def test_the_mask_can_cover_displacements():
    head = build_head(mask_displacements=True)
    feats, samples = feature_pair(2)[0], targets(head)
    with torch.no_grad():
        predicted = head(feats)[1]
        masked = head.loss(feats, samples)['loss/displacement']
        weights, wanted = (
            torch.stack([s.gt_fields.get(name) for s in samples]) for name in ('displacement_weights', 'displacements')
        )
    weights = weights * torch.stack([s.gt_fields.heatmap_mask for s in samples])
    error = (predicted - wanted).abs()
    error = torch.where(error < 1, error**2 / 2, error - 0.5) * weights
    torch.testing.assert_close(masked, error.sum() / (weights > 0).sum())
    assert masked != build_head().loss(feats, samples)['loss/displacement']
    with pytest.raises(ValueError, match='heatmap_mask is missing'):
        head.loss(feats, targets(head, mask=False))


def test_half_precision_trains():
    head = build_head(occlusion={}, mask_displacements=True).train()
    feats = feature_pair(2)[0]
    feats[0].requires_grad_()
    expected = head.loss(feats, targets(head))
    with torch.autocast('cpu', torch.bfloat16):
        found = head.loss(feats, targets(head))
    for name, value in found.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, expected[name], rtol=0.02, atol=0)
    sum(found.values()).backward()
    gradients = {name: p.grad for name, p in head.named_parameters()}
    assert all(g is not None and g.isfinite().all() for g in gradients.values())
    assert sum(float(g.abs().sum()) > 0 for g in gradients.values()) > 20


# Occlusion


def test_occlusion_is_learned_at_known_joints_only():
    head = build_head(occlusion=dict(num_filters=4), mask_displacements=False)
    feats, samples = feature_pair(2)[0], targets(head)
    loss = head.loss(feats, samples)['loss/occlusion']
    with torch.no_grad():
        maps = head(feats)[2]
    terms = []
    for logits, s in zip(maps, samples):
        labels = s.gt_instance_labels
        for person, states in zip(labels.keypoints_px / STRIDE, labels.keypoints_visibility):
            for k in range(K):
                if states[k]:
                    logit = bilinear(logits[k].numpy(), *person[k].tolist())
                    terms.append(np.log1p(np.exp(-logit if states[k] == 2 else logit)))
    np.testing.assert_allclose(loss.item(), np.mean(terms), rtol=1e-5)
    for s in samples:
        s.gt_instance_labels.keypoints_visibility.zero_()
    assert head.loss(feats, samples)['loss/occlusion'] == 0
    del samples[0].gt_instance_labels.keypoints_visibility
    with pytest.raises(ValueError, match='keypoints_visibility is missing'):
        head.loss(feats, samples)


def bilinear(values, x, y):
    """The map at (x, y), cells; the border continues."""
    H, W = values.shape
    x, y = min(max(x, 0), W - 1), min(max(y, 0), H - 1)
    x0, y0 = min(int(x), W - 2), min(int(y), H - 2)
    a, b = x - x0, y - y0
    top = (1 - a) * values[y0, x0] + a * values[y0, x0 + 1]
    return (1 - b) * top + b * ((1 - a) * values[y0 + 1, x0] + a * values[y0 + 1, x0 + 1])


def test_occlusion_is_predicted_per_joint():
    head = build_head(occlusion={})
    plain = build_head()
    for name, value in plain.state_dict().items():
        value.copy_(head.state_dict()[name])
    feats = feature_pair()
    with torch.no_grad():
        (found,) = head.predict(feats, [sample()], TEST_CFG)
        (expected,) = plain.predict(feats, [sample()], TEST_CFG)
        maps, flipped = (head(flip)[2][0] for flip in feats)
    assert_same_people(found, expected, 1e-6)
    flipped = flipped.flip(-1)[FLIP_INDICES]
    flipped[..., 1:] = flipped[..., :-1].clone()
    logits = ((maps + flipped) / 2).numpy()
    for person, visible in zip(found.keypoints / STRIDE, found.keypoints_visibility):
        wanted = [1 / (1 + np.exp(-bilinear(logits[k], *person[k]))) for k in range(K)]
        np.testing.assert_allclose(visible, wanted, atol=1e-4)


def test_options_are_checked():
    with pytest.raises(ValueError, match=r"occlusion: unknown \['filters'\]"):
        build_head(occlusion=dict(filters=3))
    with pytest.raises(ValueError, match='needs a decoder'):
        CrowdDEKRHead(CHANNELS, K, decoder=None, occlusion={})
    assert issubclass(CrowdDEKRHead, DEKRHead)
    assert isinstance(build_head().decoder, FastSPR)
    with pytest.raises(ValueError, match="deform_conv: 'cuda' is none of auto, sampling, torchvision, mmcv"):
        build_head(deform_conv='cuda')


def test_adaptive_pooling_takes_the_window_from_the_map():
    torch.manual_seed(0)
    heatmaps, displacements = torch.rand(1, K + 1, 16, 24), torch.zeros(1, 2 * K, 16, 24)
    number = {}
    for kernel, adaptive in ((3, False), (5, False), (5, True)):
        decoder = codec_config('FastSPR', decode_nms_kernel=kernel, decode_max_instances=300)
        (found,) = build_head(decoder=decoder, adaptive_pooling=adaptive).decode([heatmaps], [displacements])
        number[kernel, adaptive] = len(found.keypoints)
    assert number[5, True] == number[3, False] > number[5, False]


@pytest.mark.parametrize('form', ['sampling', 'torchvision', 'mmcv'])
def test_the_head_compiles_and_with_torchvision_as_one_graph(form):
    head, feats = build_head(deform_conv=form, occlusion={}), feature_pair(2)[0]
    feats[0].requires_grad_()
    results = []
    compiled = torch.compile(head, backend='aot_eager', fullgraph=form == 'torchvision')
    for module in (head, compiled):
        maps = module(feats)
        loss = sum(m.square().mean() for m in maps)
        results.append([*maps, *torch.autograd.grad(loss, (feats[0], *(p for p in head.parameters() if p.ndim)))])
    torch.testing.assert_close(*results, rtol=1e-5, atol=1e-5)
    assert results[0][3].abs().max() > 0


@pytest.mark.parametrize('form', ['sampling', 'torchvision', 'mmcv'])
def test_losses_and_gradients_are_those_of_torchvision_in_double(form):
    """The reference is MMPose's head with torchvision's public function in place of mmcv's layer."""
    stock, ours = build_head('DEKRHead').double().train(), build_head(deform_conv=form).double().train()
    for module in stock.modules():
        if isinstance(module, DeformConv2d):
            module.forward = partial(deform_conv2d, weight=module.weight, padding=1)
    feats = [feature_pair(2)[0][0].double()]
    results = []
    for head in (stock, ours):
        samples = targets(head)
        for s in samples:
            s.gt_fields = s.gt_fields.to(torch.float64)
        losses = head.loss(feats, samples)
        names, parameters = zip(*head.named_parameters())
        results.append([*losses.values(), *torch.autograd.grad(sum(losses.values()), parameters)])
    assert len(names) > 20
    assert sum(float(tensor.abs().max()) > 1e-6 for tensor in results[0]) > 20
    torch.testing.assert_close(*results, rtol=1e-10, atol=1e-10)
