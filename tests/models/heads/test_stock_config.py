"""MMPose's DEKR config with three of its lines changed trains and predicts as before."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.runner import set_random_seed
from mmengine.structures import InstanceData
from mmpose.registry import DATASETS, MODELS

from synpose.testing.small_dekr import shrink_dekr

STEPS = 20
BENCHMARK = Path(__file__).resolve().parents[3] / 'benchmarks' / 'stock_config.py'


@pytest.fixture(scope='module')
def bench():
    spec = importlib.util.spec_from_file_location('benchmark_stock_config', BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='module')
def configs(bench, tmp_path_factory):
    """The stock config and ours, small, on data in COCO's layout."""
    root = tmp_path_factory.mktemp('data') / 'coco'
    bench.write_coco(root, 5, (160, 120))
    return [shrink_dekr(bench.read_config(root, changes)) for changes in ({}, bench.CHANGES)]


def test_three_lines_differ(bench, configs):
    stock, ours = (bench.read_config('data', changes).text.splitlines() for changes in ({}, bench.CHANGES))
    assert len(stock) == len(ours)
    changed = [new for old, new in zip(stock, ours) if old != new and bench.STOCK.name not in new]
    assert [line.split("'")[1] for line in changed] == ['FastSPR', 'CrowdDEKRHead', 'ColumnarCocoDataset']
    with pytest.raises(ValueError, match="0 lines are 'nothing'"):
        bench.read_config('data', {'nothing': ''})
    for config, kinds in zip(configs, (('SPR', 'DEKRHead', 'Coco'), ('FastSPR', 'CrowdDEKRHead', 'ColumnarCoco'))):
        found = json.dumps(config.to_dict())
        assert [found.count(f'"{kind}') for kind in (*kinds[:2], f'{kinds[2]}Dataset')] == [4, 1, 4]


@pytest.mark.parametrize('case', [0, 1])
def test_losses_and_people_are_the_same(bench, configs, case):
    dtype, form, most = bench.CASES[case]
    assert most['loss'] == {'torchvision': 1e-5, 'sampling': 1e-9}[form]
    stock, ours = (bench.run_config(config, STEPS, 2, form, dtype) for config in configs)
    assert len(stock.losses) == STEPS
    assert all(value > 0 for losses in stock.losses for value in losses.values())
    assert stock.losses[-1]['loss/heatmap'] < 0.8 * stock.losses[0]['loss/heatmap']  # it has learned something
    assert len(stock.people) == 5
    assert all(len(people.keypoints) for people in stock.people)
    found = bench.differences(ours, stock)
    assert found.keys() == most.keys() == {'loss', 'keypoints', 'keypoint_scores'}
    assert all(found[name] <= limit for name, limit in most.items()), found


def test_a_difference_is_found(bench):
    def run(loss, shift, people):
        fields = dict(keypoints=np.ones((people, 17, 2)), keypoint_scores=np.ones((people, 17)))
        fields['keypoints'][:, 3, 1] += shift
        return bench.Run([dict(a=1.0, b=2.0), dict(a=1.0, b=loss)], [InstanceData(**fields)], 0.0)

    assert bench.differences(run(2.0, 0, 4), run(2.0, 0, 4)) == dict(loss=0, keypoints=0, keypoint_scores=0)
    found = bench.differences(run(2.002, 0.5, 4), run(2.0, 0, 4))
    assert found == pytest.approx(dict(loss=0.001, keypoints=0.5, keypoint_scores=0))
    assert bench.differences(run(2.0, 0, 3), run(2.0, 0, 4))['keypoints'] == np.inf


def build(config):
    set_random_seed(1)
    model = MODELS.build(config.model)
    model.init_weights()
    return model.train()


def losses_and_gradients(bench, config, model, autocast=None):
    """Losses of one batch, and the gradients of all parameters."""
    set_random_seed(0)
    dataset = DATASETS.build(config.train_dataloader.dataset)
    batch = model.data_preprocessor(pseudo_collate([dataset[i] for i in range(2)]), True)
    bench.targets_to(batch, next(model.parameters()).dtype)
    with torch.autocast('cpu', autocast or torch.bfloat16, enabled=autocast is not None):
        losses = model(**batch, mode='loss')
    sum(losses.values()).backward()
    return losses, {name: parameter.grad for name, parameter in model.named_parameters()}


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_a_model_trains_and_predicts_in_half_precision(bench, crowd_config, dtype):
    crowd_config.model.head.occlusion = dict(num_filters=4)
    crowd_config.train_dataloader.dataset.pipeline[-1].type = 'PackCrowdInputs'
    expected, _ = losses_and_gradients(bench, crowd_config, build(crowd_config))
    model = build(crowd_config)
    losses, gradients = losses_and_gradients(bench, crowd_config, model, dtype)
    assert losses.keys() == expected.keys()
    for name, value in losses.items():
        torch.testing.assert_close(value.detach(), expected[name].detach(), rtol=0.05, atol=0, check_dtype=False)
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients.values())
    assert all(p.dtype == torch.float32 for p in model.parameters())
    model.eval().head.decoder.decode_thr = -1.0
    dataset = DATASETS.build(crowd_config.val_dataloader.dataset)
    with torch.no_grad(), torch.autocast('cpu', dtype):
        (found,) = model.test_step(pseudo_collate([dataset[0]]))
    assert len(found.pred_instances.keypoints)
    assert np.isfinite(found.pred_instances.keypoint_scores).all()


def test_channels_last_changes_nothing(bench, crowd_config):
    results = []
    for memory_format in (torch.contiguous_format, torch.channels_last):
        model = build(crowd_config).double().to(memory_format=memory_format)
        results.append(losses_and_gradients(bench, crowd_config, model))
    for found, expected in zip(results[1], results[0]):
        torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-9)


def test_mask_and_occlusion_arrive_through_the_pipeline(bench, crowd_config):
    config = crowd_config
    config.train_dataloader.dataset.pipeline[-1].type = 'PackCrowdInputs'
    config.model.head.update(mask_displacements=True, occlusion=dict(num_filters=4))
    config.val_dataloader.dataset.pipeline[-1].type = 'PackCrowdInputs'
    losses, people, _ = bench.run_config(config, 4, 2, 'auto', torch.float32)
    assert all(parts.keys() == {'loss/heatmap', 'loss/displacement', 'loss/occlusion'} for parts in losses)
    assert all(np.isfinite(value) and value > 0 for parts in losses for value in parts.values())
    for found in people:
        assert found.keypoints_visibility.shape == found.keypoint_scores.shape
        assert ((found.keypoints_visibility > 0) & (found.keypoints_visibility < 1)).all()
