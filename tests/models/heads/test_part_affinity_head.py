"""OpenPose's head: its losses, stages, flips and scales."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.registry import KEYPOINT_CODECS, MODELS, TRANSFORMS
from mmpose.structures import PoseDataSample
from torch import Tensor

from synpose.models import PartAffinityHead

SIZE, CELLS, STRIDE = (256, 192), (32, 24), 8
CODEC = {'type': 'PartAffinityFields', 'input_size': SIZE, 'heatmap_size': CELLS, 'skeleton': 'crowdpose'}
K, C = 14, 15
INFO = {'input_size': SIZE, 'flip_indices': [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 12, 13]}


def build(**options) -> PartAffinityHead:
    torch.manual_seed(0)
    sizes = {'in_channels': 6, 'num_keypoints': K, 'num_limbs': C, 'stage_channels': 8, 'first_channels': 12}
    options = {'num_stages': 3, 'decoder': CODEC, **sizes, **options}
    head = MODELS.build({'type': 'PartAffinityHead', **options})
    head.init_weights()
    return head


def codec():
    return KEYPOINT_CODECS.build(CODEC)


def person(x: float, y: float, size: float = 50.0) -> np.ndarray:
    """A standing person ``(14, 2)`` px."""
    places = [(-1, 0), (1, 0), (-1.5, 1), (1.5, 1), (-1.6, 2), (1.6, 2), (-0.7, 2), (0.7, 2)]
    places += [(-0.7, 3), (0.7, 3), (-0.8, 4), (0.8, 4), (0, -1.2), (0, -0.4)]
    return np.array([x, y]) + np.array(places) * size / 2


PEOPLE = np.stack((person(70.3, 60.1, 55), person(180.7, 66.2, 48)))


def maps_of(people: np.ndarray, encoder=None) -> tuple[Tensor, Tensor]:
    encoded = (encoder or codec()).encode(people)
    return torch.tensor(encoded['heatmaps']), torch.tensor(encoded['part_affinity_fields'])


def sample(people: np.ndarray = PEOPLE, **fields) -> PoseDataSample:
    data = PoseDataSample(metainfo=INFO)
    heatmaps, part_affinity_fields = maps_of(people)
    data.gt_fields = PixelData(heatmaps=heatmaps, part_affinity_fields=part_affinity_fields)
    for name, value in fields.items():
        data.gt_fields.set_field(value, name)
    return data


def predicting(head: PartAffinityHead, stages: list[tuple[Tensor, Tensor]]) -> PartAffinityHead:
    """Let a head answer with these maps."""
    head.forward = lambda feats: stages
    return head


def noise(stages: int = 3, images: int = 2) -> list[tuple[Tensor, Tensor]]:
    torch.manual_seed(1)
    return [
        (
            torch.randn(images, K + 1, *CELLS[::-1]).requires_grad_(),
            torch.randn(images, 2 * C, *CELLS[::-1]).requires_grad_(),
        )
        for _ in range(stages)
    ]


def test_perfect_maps_cost_nothing() -> None:
    stages = [tuple(maps[None].repeat(2, 1, 1, 1) for maps in maps_of(PEOPLE))] * 3
    losses = predicting(build(), stages).loss((), [sample(), sample()])
    assert losses == {'loss/heatmap': 0, 'loss/part_affinity': 0}


def test_losses_are_those_of_the_definition() -> None:
    stages, data = noise(), [sample(), sample(PEOPLE + 7)]
    losses = predicting(build(), stages).loss((), data)
    for place, (name, loss) in enumerate(
        (('heatmaps', 'loss/heatmap'), ('part_affinity_fields', 'loss/part_affinity'))
    ):
        targets = torch.stack([image.gt_fields.get(name) for image in data]).double()
        total = sum(((maps[place].detach().double() - targets) ** 2).sum().item() for maps in stages)
        assert losses[loss].item() == pytest.approx(total / 2 / 2, rel=1e-5)  # halved, and the mean of two images
    doubled = predicting(build(loss_weight=1.0), stages).loss((), data)
    assert doubled['loss/heatmap'].item() == pytest.approx(2 * losses['loss/heatmap'].item())


def test_masked_cells_get_no_gradient() -> None:
    mask = torch.ones(1, *CELLS[::-1], dtype=torch.bool)
    mask[:, 5:12, 8:20] = False
    weights = torch.ones(K + 1, *CELLS[::-1])
    weights[3, 20] = 0
    stages = noise()
    losses = predicting(build(), stages).loss((), [sample(heatmap_mask=mask, heatmap_weights=weights), sample()])
    sum(losses.values()).backward()
    for maps in stages:
        for grad in (m.grad for m in maps):
            assert not grad[0][:, ~mask[0]].any()
            assert (grad[1] != 0).all()
        assert not maps[0].grad[0, 3, 20].any()
        assert (maps[0].grad[0, :3, 20] != 0).all()
        assert (maps[1].grad[0][:, mask[0]] != 0).all()


@pytest.mark.parametrize('packing', ['PackPoseInputs', 'PackCrowdInputs'])
def test_the_mask_of_people_without_keypoints_reaches_the_loss(packing: str) -> None:
    results = {
        'img': np.zeros((*SIZE[::-1], 3), np.uint8),
        'img_shape': SIZE[::-1],
        'input_size': SIZE,
        'warp_mat': np.eye(2, 3),
        'keypoints': PEOPLE,
        'keypoints_visible': np.ones((2, K)),
        'invalid_segs': [[[100, 100, 160, 100, 160, 180, 100, 180]]],
    }
    steps = [{'type': 'GenerateTarget', 'encoder': CODEC}, {'type': 'BottomupGetHeatmapMask'}, {'type': packing}]
    for step in steps:
        results = TRANSFORMS.build(step)(results)
    data = results['data_samples']
    assert data.gt_fields.heatmaps.shape == (K + 1, *CELLS[::-1])
    assert not data.gt_fields.heatmap_mask[0, 14:21, 14:19].any()
    stages = noise(1, 1)
    predicting(build(), stages).loss((), [data])['loss/part_affinity'].backward()
    assert not stages[0][1].grad[..., 14:21, 14:19].any()
    assert stages[0][1].grad[..., :10, :10].all()


@pytest.mark.parametrize('num_stages', [1, 2, 6])
def test_stages_by_argument_and_gradient_in_all_of_them(num_stages: int) -> None:
    head = build(num_stages=num_stages)
    feature = torch.randn(2, 6, *CELLS[::-1])
    stages = head((torch.zeros(1), feature))
    assert [(tuple(h.shape), tuple(f.shape)) for h, f in stages] == [((2, 15, 24, 32), (2, 30, 24, 32))] * num_stages
    sum(head.loss((feature,), [sample(), sample()]).values()).backward()
    assert [name for name, weight in head.named_parameters() if weight.grad is None or not weight.grad.any()] == []


def test_a_stage_sees_the_maps_before_it_and_its_own_loss_reaches_back() -> None:
    head = build(num_stages=3, init_cfg={'type': 'Xavier', 'layer': 'Conv2d'})
    feature = torch.randn(1, 6, *CELLS[::-1])
    before = head((feature,))
    with torch.no_grad():
        head.stages[1]['field'][-1].conv.bias += 1
    after = head((feature,))
    for stage, place, changed in (
        (0, 0, False),
        (0, 1, False),
        (1, 0, False),
        (1, 1, True),
        (2, 0, True),
        (2, 1, True),
    ):
        assert torch.equal(before[stage][place], after[stage][place]) != changed
    after[2][0].sum().backward()
    assert head.stages[0]['field'][0].conv.weight.grad.any()


def test_weights_are_as_many_as_figure_3_has() -> None:
    """Counted by hand for COCO's 18 heatmaps and 38 fields."""
    expected = 0
    for maps in (18, 38):
        expected += 9 * 3 * 128 * 128 + 3 * 128 + 128 * 512 + 512 + 512 * maps + maps
        expected += 5 * (49 * (184 + 4 * 128) * 128 + 5 * 128 + 128 * 128 + 128 + 128 * maps + maps)
    head = PartAffinityHead(128, 17, 19, {**CODEC, 'skeleton': 'coco'})
    assert head.stages[0]['heatmap'][-1].conv.out_channels == 18
    found = sum(weight.numel() for weight in head.parameters())
    assert found == expected
    assert [layer.kernel_size[0] for layer in head.stages[0]['field']] == [3, 3, 3, 1, 1]
    assert [layer.kernel_size[0] for layer in head.stages[5]['field']] == [7, 7, 7, 7, 7, 1, 1]


def test_flip_of_flip_is_the_identity_and_flips_are_those_of_mirrored_people() -> None:
    head = build()
    maps = [m.detach() for m in noise(1)[0]]
    back = head.flip_maps(*head.flip_maps(*maps))
    assert all(torch.equal(a, b) for a, b in zip(back, maps, strict=True))
    mirrored = (np.array([SIZE[0] - 1, 0]) + PEOPLE * (-1, 1))[:, INFO['flip_indices']]
    flipped = head.flip_maps(*(m[None] for m in maps_of(mirrored)))
    for found, expected in zip(flipped, maps_of(PEOPLE), strict=True):
        torch.testing.assert_close(found[0], expected, atol=1e-5, rtol=0)


def in_order(keypoints: np.ndarray) -> np.ndarray:
    return keypoints[np.argsort(keypoints.mean(1)[:, 0])]


def test_people_are_predicted_and_flips_are_averaged() -> None:
    head = build()
    plain = [m[None] for m in maps_of(PEOPLE)]
    (found,) = predicting(head, [tuple(plain)]).predict((), [sample()])
    np.testing.assert_allclose(in_order(found.keypoints), PEOPLE, atol=0.1)
    assert found.keypoint_scores.shape == (2, K)
    assert found.bbox_scores.shape == (2,)
    both = [torch.cat((m, f / 2)) for m, f in zip(plain, head.flip_maps(*plain), strict=True)]
    seen = torch.zeros(1, 6, *CELLS[::-1])
    predicting(head, [tuple(both)])
    (again,), (maps,) = head.predict([(seen,), (seen,)], [sample()], {'flip_test': True, 'output_heatmaps': True})
    np.testing.assert_allclose(again.keypoints, found.keypoints, atol=1e-3)
    torch.testing.assert_close(maps.heatmaps, plain[0][0] * 0.75)
    torch.testing.assert_close(maps.part_affinity_fields, plain[1][0] * 0.75)


def test_scales_agree_on_where_people_are() -> None:
    """Everybody is planted into each scale where BottomupResize puts them."""
    head, levels = build(), []
    for size, zoom in ((SIZE, 1.0), ((128, 96), 0.5), ((576, 384), 2.0)):
        encoder = KEYPOINT_CODECS.build({**CODEC, 'input_size': size, 'heatmap_size': [s // STRIDE for s in size]})
        moved = np.array(size) / 2 + (PEOPLE - np.array(SIZE) / 2) * zoom
        levels.append(tuple(m[None] for m in maps_of(moved, encoder)))
    head.forward = lambda feats: [levels[feats]]
    info = {'aug_scales': [0.5, 2.0], 'aug_input_sizes': [(128, 96), (576, 384)]}
    data = sample()
    data.set_metainfo(info)
    (found,) = head.predict([0, 1, 2], [data], {'multiscale_test': True})
    np.testing.assert_allclose(in_order(found.keypoints), PEOPLE, atol=1.0)
    error = np.abs(in_order(found.keypoints) - PEOPLE).mean()
    assert error < 0.3  # px; half a cell of a scale would be 4


def test_padding_holds_nobody() -> None:
    head = build()
    stages = [tuple(torch.nn.functional.pad(m, (0, 4, 0, 3), value=5.0)[None] for m in maps_of(PEOPLE))]
    data = sample()
    data.set_metainfo({'batch_input_shape': (SIZE[1] + 24, SIZE[0] + 32)})
    (found,) = predicting(head, stages).predict((), [data])
    np.testing.assert_allclose(in_order(found.keypoints), PEOPLE, atol=0.1)


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        ({'num_keypoints': 17}, 'num_keypoints is 17, but the codec has 14'),
        ({'num_limbs': 19}, 'num_limbs is 19, but the codec has 15'),
        ({'num_stages': 0}, 'num_stages must be at least 1, but is 0'),
    ],
)
def test_counts_that_do_not_fit(options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        build(**options)


def estimator(kind: str) -> dict:
    return {
        'type': f'{kind}PoseEstimator',
        'data_preprocessor': {'type': 'PyramidDataPreprocessor', 'mean': [127.0] * 3, 'std': [64.0] * 3},
        'backbone': {'type': 'OpenPoseVGG', 'base_channels': 4, 'out_channels': (8, 6), 'frozen_stages': 2},
        'head': {
            'type': 'PartAffinityHead',
            'in_channels': 6,
            'num_keypoints': K,
            'num_limbs': C,
            'num_stages': 2,
            'stage_channels': 8,
            'first_channels': 8,
            'decoder': {**CODEC, 'decode_keypoint_thr': -1e9},
        },
        'test_cfg': {'flip_test': True},
    }


@pytest.mark.parametrize('kind', ['Bottomup', 'Crowd'])
def test_whole_estimators_train_and_predict(kind: str) -> None:
    torch.manual_seed(0)
    model = MODELS.build(estimator(kind))
    model.init_weights()
    data = [sample(), sample(PEOPLE + 7)]
    for one in data:
        one.set_metainfo({'input_center': np.array(SIZE) / 2, 'input_scale': np.array(SIZE, float)})
        one.gt_instances = InstanceData()
    batch = {'inputs': [torch.randint(256, (3, *SIZE[::-1]), dtype=torch.uint8) for _ in data], 'data_samples': data}
    frozen = [p.clone() for p in model.backbone.features[:6].parameters()]
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.9, weight_decay=5e-4)
    losses = []
    for _ in range(4):
        prepared = model.data_preprocessor(dict(batch), training=True)
        loss = sum(model.loss(**prepared).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(map(torch.equal, frozen, model.backbone.features[:6].parameters()))
    model.eval()
    with torch.no_grad():
        found = model.test_step(batch)
    for one in found:
        assert one.pred_instances.keypoints.shape[1:] == (K, 2)
        assert np.isfinite(one.pred_instances.keypoints).all()
