import pytest
import torch
import torch.nn.functional as F
from mmpose.registry import MODELS
from torch import nn


def build(**kwargs):
    torch.manual_seed(0)
    return MODELS.build({'type': 'DomainClassifier', **kwargs}).eval()


@pytest.mark.parametrize(('mode', 'locations'), [('pooled', 1), ('location', 6)])
def test_decisions_are_those_of_a_perceptron(mode, locations):
    classifier = build(in_channels=4, mode=mode, hidden_channels=(5, 3))
    features = torch.randn(2, 4, 2, 3)
    weights = [layer.weight[..., 0] for layer in classifier.layers if isinstance(layer, nn.Conv1d)]
    biases = [layer.bias for layer in classifier.layers if isinstance(layer, nn.Conv1d)]
    assert [tuple(weight.shape) for weight in weights] == [(5, 4), (3, 5), (2, 3)]
    x = features.mean((2, 3))[:, None] if mode == 'pooled' else features.flatten(2).mT
    for weight, bias in zip(weights[:-1], biases[:-1]):
        x = F.linear(x, weight, bias).relu()
    logits = classifier(features)
    assert logits.shape == (2, 2, locations)
    torch.testing.assert_close(logits, F.linear(x, weights[-1], biases[-1]).mT)


def test_heatmaps_are_judged_by_the_network_of_the_paper():
    classifier = build(in_channels=13, mode='heatmap')
    norms = [layer for layer in classifier.modules() if isinstance(layer, nn.BatchNorm2d)]
    convolutions = [layer for layer in classifier.modules() if isinstance(layer, nn.Conv2d)]
    dense = [layer for layer in classifier.modules() if isinstance(layer, nn.Conv1d)]
    assert [tuple(layer.weight.shape) for layer in convolutions] == [(256, 13, 1, 1)] + 2 * [(256, 256, 1, 1)]
    assert [tuple(layer.weight.shape[:2]) for layer in dense] == [(256, 1024), (64, 256), (16, 64), (2, 16)]
    for norm in norms:
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(0.5, 2)
    x = heatmaps = torch.randn(3, 13, 64, 64)
    for norm, convolution, pooling in zip(norms, convolutions, (4, 4, 2)):
        x = F.max_pool2d(convolution(norm(x).relu()), pooling)
    x = x.flatten(1)
    for layer in dense:
        x = F.linear(x.relu() if layer is not dense[0] else x, layer.weight[..., 0], layer.bias)
    torch.testing.assert_close(classifier(heatmaps), x[..., None])
    assert classifier(torch.randn(1, 13, 16, 40)).shape == (1, 2, 1)


def test_both_domains_count_the_same():
    classifier = build(in_channels=2, mode='location', loss_weight=0.5)
    features, labels = torch.randn(6, 2, 3, 3), torch.tensor([0, 0, 1, 0, 0, 1])
    logits = classifier(features)
    chances = logits.softmax(1)
    parts = [-chances[labels == domain, domain].log().mean() for domain in (0, 1)]
    right = [(logits.argmax(1) == domain)[labels == domain].float().mean() for domain in (0, 1)]
    losses = classifier.loss(features, labels)
    torch.testing.assert_close(losses['loss_domain'], 0.5 * (parts[0] + parts[1]) / 2)
    torch.testing.assert_close(losses['acc_domain'], (right[0] + right[1]) / 2)


@pytest.mark.parametrize('mode', ['pooled', 'location', 'heatmap'])
def test_it_learns_to_tell_domains_apart(mode):
    classifier = build(in_channels=3, mode=mode).train()
    optimizer = torch.optim.Adam(classifier.parameters(), 1e-2)
    labels = torch.tensor([0, 0, 0, 0, 1, 1])
    rng = torch.Generator().manual_seed(0)
    for _ in range(30):
        features = torch.randn(6, 3, 16, 16, generator=rng) + labels[:, None, None, None]
        losses = classifier.loss(features, labels)
        optimizer.zero_grad()
        losses['loss_domain'].backward()
        optimizer.step()
    assert losses['acc_domain'] > 0.65
    assert losses['loss_domain'] < 0.65


@pytest.mark.parametrize(
    ('mode', 'shape', 'message'),
    [
        ('pooled', (2, 5, 8, 8), r'in_channels is 3, but the features are \(2, 5, 8, 8\)'),
        ('heatmap', (2, 3, 12, 64), r'H and W from 16'),
        ('heatmap', (2, 3, 64), r'needs \(B, C, H, W\)'),
    ],
)
def test_other_features_are_refused(mode, shape, message):
    with pytest.raises(ValueError, match=message):
        build(in_channels=3, mode=mode)(torch.zeros(shape))


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="pooled, location, heatmap, got 'patch'"):
        build(in_channels=3, mode='patch')
