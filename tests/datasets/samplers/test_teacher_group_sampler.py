"""A drawn group is in the very next batch, in spite of prefetching workers; shares are exact, groups seen evenly."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.dataset import BaseDataset, DefaultSampler
from mmengine.hooks import DistSamplerSeedHook
from mmengine.runner import Runner
from mmpose.datasets import CombinedDataset
from mmpose.registry import DATA_SAMPLERS, DATASETS
from mmpose.structures import PoseDataSample

from synpose.datasets.samplers import domain_balanced_sampler

GROUPS = [7, 40, 3]  # sizes


class Numbered(BaseDataset):
    """Samples that know their number and their group."""

    METAINFO = {'keypoint_name2id': {'nose': 0}, 'dataset_name': 'numbered'}

    def __init__(self, groups=(), size=0, **kwargs):
        self.groups = list(groups) or [-1] * size
        super().__init__(serialize_data=False, **kwargs)

    def load_data_list(self):
        return [dict(number=number, room=str(group)) for number, group in enumerate(self.groups)]

    def prepare_data(self, idx):
        info = self.get_data_info(idx)
        sample = PoseDataSample(metainfo={key: info[key] for key in ('number', 'room')})
        return {'inputs': torch.zeros(1), 'data_samples': sample}


def dataset(real=10, groups=None):
    groups = np.random.default_rng(0).permutation(np.repeat(range(len(GROUPS)), GROUPS)) if groups is None else groups
    parts = dict(real=dict(type=Numbered, size=real), synthetic=dict(type=Numbered, groups=groups))
    return dict(type='RealSyntheticDataset', **parts)


def sampler_of(batch_size=4, epoch=0, seed=3, shuffle=True, built=None, **options):
    inner = DefaultSampler(built or DATASETS.build(dataset()), shuffle=shuffle, seed=seed)
    inner.set_epoch(epoch)
    options = {'groups': 'room', 'steps': 3, **options}
    return DATA_SAMPLERS.build(dict(type='TeacherGroupSampler', sampler=inner, batch_size=batch_size, **options))


def loader_of(num_workers, steps=3, real=10):
    return Runner.build_dataloader(
        dict(
            batch_size=4,
            num_workers=num_workers,
            persistent_workers=bool(num_workers),
            sampler=dict(type='DefaultSampler', shuffle=True),
            batch_sampler=dict(type='TeacherGroupSampler', groups='room', steps=steps),
            dataset=dataset(real),
        ),
        seed=3,
    )


def run(loader, epochs, drawn):
    """Train as the hook does; returns the drawn group, and the rooms and numbers of each batch."""
    sampler, found, starts = loader.batch_sampler, [], [0] * len(GROUPS)
    sampler.late.attach()
    iteration = 0
    for epoch in range(epochs):
        holder = SimpleNamespace(epoch=epoch, train_loop=SimpleNamespace(dataloader=loader))
        if iteration == 0:
            starts[drawn[0]] = sampler.draw(0, drawn[0], starts[drawn[0]])
        DistSamplerSeedHook().before_train_epoch(holder)
        for batch in loader:
            samples = batch['data_samples']
            labels, rooms, numbers = ([s.metainfo[k] for s in samples] for k in ('domain_label', 'room', 'number'))
            assert labels == [0, 0, 1, 1]
            found.append((drawn[iteration // sampler.steps], rooms[2:], numbers))
            iteration += 1
            if iteration % sampler.steps == 0:
                stretch = iteration // sampler.steps
                starts[drawn[stretch]] = sampler.draw(stretch, drawn[stretch], starts[drawn[stretch]])
    sampler.late.close()
    return found


def test_a_drawn_group_is_in_the_next_batch_in_spite_of_prefetching_workers():
    drawn = [2, 0, 1, 1, 2, 0, 2, 1]
    found = run(loader_of(2), 4, drawn)  # five batches an epoch; two workers prefetch four
    assert len(found) == 20
    assert all(rooms == [str(group)] * 2 for group, rooms, _ in found)
    assert [group for group, _, _ in found[:10]] == [2, 2, 2, 0, 0, 0, 1, 1, 1, 1]
    assert found == run(loader_of(0), 4, drawn)  # so workers change nothing
    real = [number for _, _, numbers in found[:5] for number in numbers[:2]]
    assert sorted(real) == list(range(10))


def test_it_holds_with_a_draw_every_step():
    drawn = [0, 1, 2, 2, 0, 1, 0, 2, 1, 0, 0]
    assert all(rooms == [str(group)] * 2 for group, rooms, _ in run(loader_of(2, steps=1), 2, drawn))


def test_a_group_is_gone_through_evenly():
    sampler = sampler_of()
    seen, start = Counter(), 0
    for stretch in range(14):
        start = sampler.draw(stretch, 0, start)
        seen.update(sampler.late.read(stretch * 6 + place) for place in range(6))
    assert start == 84
    assert set(seen.values()) == {12}  # 84 draws of 7 samples
    members = {10 + number for number in np.flatnonzero(np.array(sampler.sampler.dataset.datasets[1].groups) == 0)}
    assert set(seen) == members


def test_batches_are_lazy_and_places_follow_from_the_epoch():
    sampler = sampler_of(epoch=2)
    batches = list(sampler)
    assert len(batches) == len(sampler) == 5
    size = len(sampler.sampler.dataset)
    assert [[index - size for index in batch[2:]] for batch in batches] == [[20 + 2 * b, 21 + 2 * b] for b in range(5)]


@pytest.mark.parametrize('rank', [0, 1])
def test_processes_share_a_draw(monkeypatch, rank):
    alone = sampler_of(batch_size=8)
    alone.draw(0, 1, 5)
    monkeypatch.setattr(domain_balanced_sampler, 'get_dist_info', lambda: (rank, 2))
    shared = sampler_of(batch_size=4)
    assert shared.draw(0, 1, 5) == 5 + 3 * 4
    mine = [shared.late.read(place) for place in range(6)]
    assert mine == [alone.late.read(place) for place in range(12)][rank::2]


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(batch_size=5), 'batch_size 5 cannot be divided 1:1; it must be a multiple of 2'),
        (dict(ratio=(3, 2)), 'batch_size 4 cannot be divided 3:2'),
        (dict(steps=0), 'steps must be a whole number from 1, got 0'),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        sampler_of(**options)


def test_a_single_group_is_refused():
    with pytest.raises(ValueError, match='all 3 samples are in the one group "room 1"'):
        sampler_of(built=DATASETS.build(dataset(groups=[1, 1, 1])))


def test_other_datasets_are_refused():
    parts = [dict(type=Numbered, size=4), dict(type=Numbered, groups=[0, 1, 2])]
    combined = CombinedDataset(metainfo=dict(from_file='configs/_base_/datasets/coco.py'), datasets=parts)
    with pytest.raises(ValueError, match='needs a RealSyntheticDataset, got CombinedDataset'):
        sampler_of(built=combined)
    with pytest.raises(ValueError, match='got Numbered: the teacher looks at real images'):  # synthetic data only
        sampler_of(built=Numbered(groups=[0, 1, 2]))
