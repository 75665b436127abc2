from collections import OrderedDict

import pytest
import torch
from torch import nn

from synpose.adaptation.matching_weights import load_matching_weights


def saved(tmp_path, weights, **more):
    torch.save({'state_dict': weights, **more}, tmp_path / 'a.pth')
    return str(tmp_path / 'a.pth')


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_weights_are_loaded_also_those_of_a_wrapped_model(tmp_path, prefix):
    weights = {f'{prefix}weight': torch.ones(1, 2), f'{prefix}bias': torch.ones(1), 'ema.steps': torch.ones(1)}
    model = nn.Linear(2, 1)
    assert load_matching_weights(model, saved(tmp_path, weights, meta={'epoch': 3}), 'x')['meta'] == {'epoch': 3}
    assert model.weight.tolist() == [[1, 1]]


def test_bare_weights_are_loaded(tmp_path):
    torch.save(OrderedDict(weight=torch.ones(1, 2), bias=torch.zeros(1)), tmp_path / 'a.pth')
    assert load_matching_weights(nn.Linear(2, 1), str(tmp_path / 'a.pth'), 'x') == {}


@pytest.mark.parametrize(
    ('weights', 'message'),
    [
        ({'weight': torch.ones(1, 2)}, r'a\.pth: not a checkpoint of x: bias is missing \(1 of 2 weights\)'),
        ({'weight': torch.ones(3, 2), 'bias': torch.ones(1)}, r'not a checkpoint of x: size mismatch for weight.*3, 2'),
    ],
)
def test_another_models_weights_are_refused(tmp_path, weights, message):
    with pytest.raises(ValueError, match=message):
        load_matching_weights(nn.Linear(2, 1), saved(tmp_path, weights), 'x')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.pth'):
        load_matching_weights(nn.Linear(2, 1), str(tmp_path / 'none.pth'), 'x')
