"""Every batch of every process has the proportions asked for; what an epoch has follows from seed and epoch."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.dataset import BaseDataset, DefaultSampler, InfiniteSampler
from mmengine.hooks import DistSamplerSeedHook
from mmengine.runner import Runner
from mmpose.datasets import CombinedDataset
from mmpose.registry import DATA_SAMPLERS

from synpose.datasets.samplers import domain_balanced_sampler
from synpose.datasets.samplers.domain_balanced_sampler import batch_counts


class Numbers(BaseDataset):
    """Items that tell their dataset and their place in it."""

    def __init__(self, size, name, **kwargs):
        self.size, self.name = size, name
        super().__init__(ann_file=f'{name}.json', serialize_data=False, **kwargs)

    def load_data_list(self):
        return [dict(item=(self.name, number)) for number in range(self.size)]


def datasets(source, target):
    parts = [dict(type=Numbers, size=source, name='source'), dict(type=Numbers, size=target, name='target')]
    return dict(metainfo=dict(from_file='configs/_base_/datasets/coco.py'), datasets=parts)


def build(source=12, target=5, batch_size=6, ratio=(2, 1), epoch=0, seed=3, shuffle=True, **kwargs):
    dataset = CombinedDataset(**datasets(source, target), **kwargs)
    sampler = DefaultSampler(dataset, shuffle=shuffle, seed=seed)
    sampler.set_epoch(epoch)
    return DATA_SAMPLERS.build(dict(type='DomainBalancedSampler', sampler=sampler, batch_size=batch_size, ratio=ratio))


def items(sampler, batch):
    return [sampler.sampler.dataset.get_data_info(index)['item'] for index in batch]


@pytest.mark.parametrize(
    ('ratio', 'batch_size', 'expected'),
    [((4, 2), 6, [4, 2]), ((2, 1), 6, [4, 2]), ((0.7, 0.3), 10, [7, 3]), ((1, 1), 4, [2, 2]), ((0.5, 1.5), 8, [2, 6])],
)
def test_counts(ratio, batch_size, expected):
    assert batch_counts(ratio, batch_size) == expected
    for batch in build(ratio=ratio, batch_size=batch_size):
        assert [index >= 12 for index in batch] == [False] * expected[0] + [True] * expected[1]


@pytest.mark.parametrize(
    ('ratio', 'batch_size', 'message'),
    [
        ((0.7, 0.3), 6, 'batch_size 6 cannot be divided 7:3; it must be a multiple of 10'),
        ((2, 1), 2, 'batch_size 2 cannot be divided 2:1; it must be a multiple of 3'),
        ((1, 0), 6, r'positive numbers, got \[1, 0\]'),
        ((1, float('nan')), 6, 'positive numbers'),
        ((1, -1), 6, 'positive numbers'),
        ((1, 1e-9), 6, 'a share under 0.001'),
        ((1, 1, 1), 6, r'ratio \[1, 1, 1\] for 2 dataset'),
    ],
)
def test_ratios_that_do_not_fit_are_refused(ratio, batch_size, message):
    with pytest.raises(ValueError, match=message):
        build(ratio=ratio, batch_size=batch_size)


@pytest.mark.parametrize(('source', 'target', 'name'), [(0, 5, 'source'), (12, 0, 'target')])
def test_an_empty_side_is_named(source, target, name):
    with pytest.raises(ValueError, match=rf'dataset {int(not target)}, Numbers {name}\.json, is empty'):
        build(source, target)


def test_other_datasets_and_samplers_are_refused():
    with pytest.raises(ValueError, match='needs a CombinedDataset of source and target, got Numbers'):
        DATA_SAMPLERS.build(
            dict(type='DomainBalancedSampler', sampler=DefaultSampler(Numbers(3, 'a')), batch_size=2, ratio=(1, 1))
        )
    endless = InfiniteSampler(CombinedDataset(**datasets(3, 3)))
    with pytest.raises(ValueError, match='needs a DefaultSampler, got InfiniteSampler'):
        DATA_SAMPLERS.build(dict(type='DomainBalancedSampler', sampler=endless, batch_size=2, ratio=(1, 1)))


@pytest.mark.parametrize('source', [3, 12, 13, 15])
def test_an_epoch_is_a_pass_through_the_source(source):
    sampler = build(source, target=100)
    batches = list(sampler)
    assert len(batches) == len(sampler) == -(-source // 4)
    drawn = Counter(index for batch in batches for index in batch if index < source)
    assert drawn.keys() == set(range(source))
    assert max(drawn.values()) <= (1 if source == 12 else 2)


@pytest.mark.parametrize('target', [1, 5, 7, 100])
def test_the_target_is_cycled_and_all_of_it_seen_equally_often(target):
    epochs = [[i for batch in build(target=target, epoch=epoch) for i in batch if i >= 12] for epoch in range(40)]
    drawn = Counter(index for epoch in epochs for index in epoch)
    assert sum(drawn.values()) == 40 * 3 * 2
    assert drawn.keys() == set(range(12, 12 + target))
    assert max(drawn.values()) - min(drawn.values()) <= 1
    if target == 5:
        stream = [index for epoch in epochs for index in epoch]
        rounds = {tuple(stream[start : start + 5]) for start in range(0, 240, 5)}
        assert len(rounds) > 20  # reshuffled in each cycle


def test_epoch_and_seed_decide_what_is_drawn():
    first = list(build())
    assert list(build()) == first
    assert list(build(epoch=1)) != first
    assert list(build(seed=4)) != first
    assert [batch[:4] for batch in build(shuffle=False)] == np.arange(12).reshape(3, 4).tolist()
    sampler = build()
    runner = SimpleNamespace(epoch=7, train_loop=SimpleNamespace(dataloader=SimpleNamespace(batch_sampler=sampler)))
    DistSamplerSeedHook().before_train_epoch(runner)
    assert list(sampler) == list(build(epoch=7))  # after a resume


def of_process(monkeypatch, rank, world_size, **kwargs):
    monkeypatch.setattr(domain_balanced_sampler, 'get_dist_info', lambda: (rank, world_size))
    return build(**kwargs)


@pytest.mark.parametrize('source', [12, 17])
def test_processes_share_what_one_would_draw(monkeypatch, source):
    alone = list(build(source, batch_size=12))
    shared = [of_process(monkeypatch, rank, 2, source=source, batch_size=6) for rank in (0, 1)]
    assert {len(sampler) for sampler in shared} == {len(alone)}
    for together, *parts in zip(alone, *shared):
        assert sorted(together) == sorted(index for part in parts for index in part)
        for part in parts:
            assert [index >= source for index in part] == [False] * 4 + [True] * 2


@pytest.mark.parametrize('factors', [(1, 2.0), (0.5, 0.25), (3, 1)])
def test_resampled_datasets_keep_their_domain(factors):
    # MMPose's MultiSourceSampler counts as if nothing were resampled, and draws from the wrong one.
    sampler = build(12, 8, sample_ratio_factor=list(factors))
    assert len(sampler) == -(-round(12 * factors[0]) // 4)
    for batch in sampler:
        assert [name for name, _ in items(sampler, batch)] == ['source'] * 4 + ['target'] * 2


def loader(num_workers):
    return Runner.build_dataloader(
        dict(
            batch_size=6,
            num_workers=num_workers,
            persistent_workers=bool(num_workers),
            sampler=dict(type='DefaultSampler', shuffle=True),
            batch_sampler=dict(type='DomainBalancedSampler', ratio=(4, 2)),
            dataset=dict(type='CombinedDataset', **datasets(12, 5), pipeline=[only_item]),
            collate_fn=list,
        ),
        seed=3,
    )


def only_item(results):
    return results['item']


def test_persistent_workers_get_the_batches_of_every_epoch():
    plain, persistent = loader(0), loader(1)
    epochs = []
    for epoch in range(3):
        for each in (plain, persistent):
            runner = SimpleNamespace(epoch=epoch, train_loop=SimpleNamespace(dataloader=each))
            DistSamplerSeedHook().before_train_epoch(runner)
        epochs.append(list(persistent))
        assert epochs[-1] == list(plain)
        assert epochs[-1] == [items(plain.batch_sampler, batch) for batch in build(epoch=epoch)]
    assert epochs[0] != epochs[1] != epochs[2]
    assert len(plain) == 3
