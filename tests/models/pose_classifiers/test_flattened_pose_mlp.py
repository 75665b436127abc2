import pytest
import torch
from mmpose.registry import MODELS

COCO = {'from_file': 'configs/_base_/datasets/coco.py'}


def test_it_is_a_perceptron_on_all_numbers_in_a_row() -> None:
    torch.manual_seed(0)
    model = MODELS.build({'type': 'FlattenedPoseMLP', 'num_classes': 4, 'metainfo': COCO, 'hidden': (8,)}).eval()
    inputs = torch.randn(5, 3, 1, 17, 1)
    first, norm, _, _, last = model.layers
    hidden = (inputs.reshape(5, 51) @ first.weight.T + first.bias) / (1 + norm.eps) ** 0.5
    torch.testing.assert_close(model(inputs), hidden.relu() @ last.weight.T + last.bias)
    # several people: the mean
    pair = torch.cat([inputs, inputs.flip(0)], dim=4)
    torch.testing.assert_close(model(pair), (model(inputs) + model(inputs.flip(0))) / 2)


def test_the_links_make_no_difference_but_the_length_does() -> None:
    model = MODELS.build({'type': 'FlattenedPoseMLP', 'num_classes': 4, 'metainfo': COCO, 'num_times': 2})
    assert model.layers[0].in_features == 3 * 2 * 17
    with pytest.raises(ValueError, match='num_times is 2, but inputs have 3'):
        model(torch.randn(2, 3, 3, 17, 1))
