import math

import pytest
import torch
from mmengine.structures import PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from synpose.models.heads import DensePixelHead

C, H, W = 5, 4, 6


def build(**options) -> DensePixelHead:
    torch.manual_seed(0)
    return MODELS.build({'type': 'DensePixelHead', 'num_classes': C, **options})


def sample(labels: Tensor) -> PoseDataSample:
    data = PoseDataSample()
    data.gt_fields = PixelData(labels=labels[None])
    return data


def random_logits(count: int = 3, batch: int = 2) -> list[Tensor]:
    return list(torch.randn(count, batch, C, H, W, generator=torch.Generator().manual_seed(1)))


def random_labels(*size: int) -> Tensor:
    return torch.randint(C, size, generator=torch.Generator().manual_seed(2)).to(torch.uint8)


def test_loss_is_that_of_the_definition() -> None:
    stacks, labels = random_logits(), random_labels(2, H, W)
    losses = build().loss(stacks, [sample(one) for one in labels])
    total = 0.0
    for logits in stacks:
        chances = logits.double().exp() / logits.double().exp().sum(1, keepdim=True)
        true = [chances[b, int(labels[b, y, x]), y, x].log() for b in range(2) for y in range(H) for x in range(W)]
        total -= sum(true) / len(true)
    assert losses['loss_pixel'].item() == pytest.approx(float(total), rel=1e-5)
    assert losses['acc_pixel'] == (stacks[-1].argmax(1) == labels).float().mean()


def test_uniform_logits_cost_the_log_of_the_number_of_classes() -> None:
    stacks = [torch.full((1, C, H, W), 3.0)] * 8
    loss = build().loss(stacks, [sample(random_labels(H, W))])['loss_pixel']
    assert loss.item() == pytest.approx(8 * math.log(C), rel=1e-6)


def test_every_stack_learns() -> None:
    stacks = [logits.requires_grad_() for logits in random_logits()]
    build().loss(stacks, [sample(one) for one in random_labels(2, H, W)])['loss_pixel'].backward()
    assert all(logits.grad.abs().sum() > 0 for logits in stacks)


def test_the_last_stack_predicts() -> None:
    stacks = random_logits()
    found = build().predict(stacks, [None, None], {'output_heatmaps': True})
    for fields, logits in zip(found, stacks[-1]):
        assert fields.labels.shape == (1, H, W)
        assert torch.equal(fields.labels[0], logits.argmax(0))
        assert torch.allclose(fields.heatmaps, logits.softmax(0))
    assert 'heatmaps' not in build().predict(stacks, [None, None])[0]


def test_upsampled() -> None:
    head, stacks = build(upsample=4), random_logits()
    logits = head(stacks)
    assert [tuple(one.shape[-2:]) for one in logits] == [(H, W), (H, W), (4 * H, 4 * W)]
    enlarged = torch.nn.functional.interpolate(stacks[-1], scale_factor=4, mode='bilinear').relu()
    expected = torch.nn.functional.conv2d(enlarged, *head.enlarge[2].parameters(), padding=1)
    assert torch.allclose(logits[-1], expected, atol=1e-6)
    assert head.predict(stacks, [None, None])[0].labels.shape == (1, 4 * H, 4 * W)


def test_small_stacks_learn_from_the_labels_at_their_centers() -> None:
    small = random_labels(H, W)
    large = torch.zeros(4 * H, 4 * W, dtype=torch.uint8)
    large[2::4, 2::4] = small
    stacks = [random_logits(1, 1)[0].requires_grad_(), random_logits(2, 1)[1]]
    head = build(upsample=4)
    last = torch.nn.functional.cross_entropy(head(stacks)[-1], large[None].long())
    first = torch.nn.functional.cross_entropy(stacks[0], small[None].long())
    assert head.loss(stacks, [sample(large)])['loss_pixel'].item() == pytest.approx(float(last + first), rel=1e-5)


def test_half_precision_is_summed_in_single() -> None:
    stacks = [logits.bfloat16() for logits in random_logits()]
    assert build().loss(stacks, [sample(one) for one in random_labels(2, H, W)])['loss_pixel'].dtype == torch.float32


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r'upsample must be at least 1, but is 0'):
        build(upsample=0)
    with pytest.raises(ValueError, match=r'needs maps of 5 classes, but they are \(2, 7, 4, 6\)'):
        build()([torch.zeros(2, 7, H, W)])
    with pytest.raises(ValueError, match=r'labels of 7x4 pixels do not fit maps of 6x4'):
        build().loss(random_logits(batch=1), [sample(random_labels(H, 7))])
    with pytest.raises(ValueError, match=r'predicts 6x4 pixels, but 24x16 are labeled'):
        build().loss(random_logits(batch=1), [sample(random_labels(4 * H, 4 * W))])
