import pytest
import torch
from mmpose.models.backbones import HourglassNet
from mmpose.registry import MODELS
from torch import Tensor

from synpose.models import FeedbackHourglass

SMALL = dict(downsample_times=2, stage_channels=(256, 8, 8), stage_blocks=(1, 1, 1), feat_channel=8)


def build(num_stacks: int, **options) -> FeedbackHourglass:
    torch.manual_seed(0)
    return MODELS.build({'type': 'FeedbackHourglass', 'out_channels': 3, 'num_stacks': num_stacks, **SMALL, **options})


def pictures(side: int = 32) -> Tensor:
    return torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(1))


def test_without_feedback_it_is_the_stock_network() -> None:
    ours, stock = build(2), HourglassNet(num_stacks=2, **SMALL)
    left_over = stock.load_state_dict(ours.state_dict(), strict=False)
    assert not left_over.missing_keys
    assert {key.split('.')[0] for key in left_over.unexpected_keys} == {'predictions', 'feedbacks'}
    torch.nn.init.zeros_(ours.feedbacks[0].weight)
    torch.nn.init.zeros_(ours.feedbacks[0].bias)
    for network in (ours, stock):
        network.eval()
    wanted = [predict(found) for predict, found in zip(ours.predictions, stock(pictures()))]
    torch.testing.assert_close(ours(pictures()), tuple(wanted))


@pytest.mark.parametrize('num_stacks', [1, 2, 3])
def test_every_stack_predicts_and_each_weight_is_used(num_stacks: int) -> None:
    network = build(num_stacks)
    logits = network(pictures())
    assert [tuple(stack.shape) for stack in logits] == [(2, 3, 8, 8)] * num_stacks
    torch.stack(logits).square().sum().backward()
    assert [name for name, weight in network.named_parameters() if weight.grad is None] == []


def test_a_prediction_reaches_the_stacks_after_it() -> None:
    network = build(3)
    network.eval()
    before = network(pictures())
    network.predictions[1].bias.data += 1
    after = network(pictures())
    torch.testing.assert_close(after[0], before[0])
    torch.testing.assert_close(after[1], before[1] + 1)
    assert not torch.allclose(after[2], before[2])
    # Only through the feedback: the stack's own bias is untouched, and without it nothing changes.
    torch.nn.init.zeros_(network.feedbacks[1].weight)
    silent = network(pictures())[2]
    network.predictions[1].bias.data -= 1
    torch.testing.assert_close(network(pictures())[2], silent)


def test_defaults_are_the_seed_of_the_paper() -> None:
    network = FeedbackHourglass(out_channels=13)
    network.eval()
    sizes = []
    module = network.hourglass_modules[0]
    for _ in range(4):
        module.low1.register_forward_hook(lambda _module, _inputs, output: sizes.append(tuple(output.shape[1:])))
        module = module.low2
    with torch.no_grad():
        (logits,) = network(torch.rand(1, 3, 256, 256))
    assert logits.shape == (1, 13, 64, 64)
    assert sizes == [(256, 32, 32), (256, 16, 16), (256, 8, 8), (256, 4, 4)]


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        ({'stage_blocks': (1, 1)}, 'stage_channels has 3 and stage_blocks 2'),
        ({'norm_cfg': {'type': 'GN', 'num_groups': 4}}, 'norm_cfg: is batch normalization'),
        ({'downsample_times': 3}, '3 downsamplings need as many stages and one more'),
        ({'stage_channels': (8, 8, 8)}, r'stage_channels must start with 256, but is \(8, 8, 8\)'),
    ],
)
def test_stages_that_do_not_fit(options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        build(1, **options)


def test_input_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match='divisible by 16, but the input is 40x40 px'):
        build(1)(pictures(40))
