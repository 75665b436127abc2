"""MMPose's DEKR config with our types in it trains and predicts as before."""

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.runner import set_random_seed
from mmpose.registry import DATASETS, MODELS

STEPS = 4


def train(config):
    """Take a few steps; return the losses of each and the predictions after them."""
    set_random_seed(1)
    dataset, model = DATASETS.build(config.train_dataloader.dataset), MODELS.build(config.model)
    model.init_weights()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for step in range(STEPS):
        set_random_seed(step)
        batch = pseudo_collate([dataset[(2 * step + i) % len(dataset)] for i in range(2)])
        parts = model.train()(**model.data_preprocessor(batch, True), mode='loss')
        losses.append({name: value.item() for name, value in parts.items()})
        optimizer.zero_grad()
        sum(parts.values()).backward()
        optimizer.step()
    test_set = DATASETS.build(config.val_dataloader.dataset)
    model.eval().head.decoder.decode_thr = -1.0  # after so few steps no root reaches the threshold
    return losses, [model.test_step(pseudo_collate([test_set[i]]))[0].pred_instances for i in range(len(test_set))]


@pytest.fixture(scope='module')
def stock_run(stock_config):
    return train(stock_config)


def test_three_types_change_no_figure(stock_run, crowd_config):
    losses, people = train(crowd_config)
    assert len(losses) == STEPS
    for found, expected in zip(losses, stock_run[0]):
        assert found == pytest.approx(expected, rel=1e-6)
        assert all(value > 0 for value in expected.values())
    assert len(people) == 6
    for found, expected in zip(people, stock_run[1]):
        assert len(expected.keypoints)
        for name in ('keypoints', 'keypoint_scores', 'keypoints_visible'):
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-6, atol=1e-6, err_msg=name)


def test_mask_and_occlusion_arrive_through_the_pipeline(crowd_config):
    config = crowd_config
    config.train_dataloader.dataset.pipeline[-1].type = 'PackCrowdInputs'
    config.model.head.update(mask_displacements=True, occlusion=dict(num_filters=4))
    config.val_dataloader.dataset.pipeline[-1].type = 'PackCrowdInputs'
    losses, people = train(config)
    assert all(parts.keys() == {'loss/heatmap', 'loss/displacement', 'loss/occlusion'} for parts in losses)
    assert all(np.isfinite(value) and value > 0 for parts in losses for value in parts.values())
    for found in people:
        assert found.keypoints_visibility.shape == found.keypoint_scores.shape
        assert ((found.keypoints_visibility > 0) & (found.keypoints_visibility < 1)).all()
