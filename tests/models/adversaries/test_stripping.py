import pytest
import torch
from mmpose.models.heads import DEKRHead
from mmpose.registry import MODELS

from synpose.models.adversaries.stripping import strip_adversary


@pytest.fixture
def model():
    estimator = dict(
        type='BottomupPoseEstimator',
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8),
        head=dict(type='DEKRHead', in_channels=64, num_keypoints=2, num_displacement_filters_per_keypoint=2),
    )
    classifier = dict(type='DomainClassifier', in_channels=64)
    return MODELS.build(dict(type='DomainAdversarialPoseEstimator', estimator=estimator, classifier=classifier))


def test_the_estimator_is_left_as_it_was(model):
    trained = dict(state_dict=model.state_dict(), meta={'epoch': 3}, optimizer={}, message_hub={}, random_states=[])
    stripped = strip_adversary(trained)
    assert stripped.keys() == {'state_dict', 'meta'}
    expected = model.estimator.state_dict()
    assert list(stripped['state_dict']) == list(expected)
    assert all(torch.equal(stripped['state_dict'][name], value) for name, value in expected.items())
    # Without its version MMPose rearranges the heatmaps of a head, as those of before 1.0.
    assert stripped['state_dict']._metadata == expected._metadata
    assert stripped['state_dict']._metadata['head']['version'] == DEKRHead._version == 2
    assert len(trained['state_dict']) > len(expected)


def test_averaged_weights_are_stripped_too(model):
    averaged = {f'module.{name}': value + 1 for name, value in model.state_dict().items()}
    stripped = strip_adversary(dict(state_dict=model.state_dict(), ema_state_dict={'steps': 3, **averaged}))
    expected = model.estimator.state_dict()
    assert list(stripped['ema_state_dict']) == [f'module.{name}' for name in expected]
    assert all(torch.equal(stripped['ema_state_dict'][f'module.{name}'], expected[name] + 1) for name in expected)


@pytest.mark.parametrize(
    ('checkpoint', 'message'),
    [
        ({'weight': 1}, 'it has no state_dict'),
        (torch.ones(1), 'it has no state_dict'),
        ({'state_dict': {'head.weight': 1}}, r'no name in state_dict begins with estimator\.'),
    ],
)
def test_other_checkpoints_are_refused(checkpoint, message):
    with pytest.raises(ValueError, match=message):
        strip_adversary(checkpoint)
