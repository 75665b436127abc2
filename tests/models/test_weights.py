import pytest
import torch

from synpose.models.weights import refuse_other_model

WANTED = {'a': torch.zeros(2, 3), 'b': torch.zeros(1), 'c': torch.zeros(())}


def test_more_than_wanted_is_taken():
    refuse_other_model(WANTED, {**WANTED, 'd': torch.zeros(1)}, 'Net')


@pytest.mark.parametrize(
    ('found', 'text'),
    [
        ({**WANTED, 'a': torch.zeros(3, 2)}, r'a is \(3, 2\), in the model \(2, 3\) \(1 of 3 weights\)$'),
        ({**WANTED, 'b': 7}, r'b is \(\), in the model \(1,\)'),
        ({}, r'a is missing; b is missing; c is missing \(3 of 3 weights\)$'),
    ],
)
def test_what_leaves_weights_as_they_were_is_refused(found, text):
    with pytest.raises(ValueError, match=rf'^not a checkpoint of this Net: {text}'):
        refuse_other_model(WANTED, found, 'Net')
