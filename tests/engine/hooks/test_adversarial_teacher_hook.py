"""Through the Runner, on planted losses: groups, rewards, states, pictures; and what is refused."""

import contextlib
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from mmpose.registry import HOOKS
from mmpose.structures import PoseDataSample

NET = dict(type='TeacherNet', channels=(8,), input_size=(16, 16))
LEVELS = {'a': 1.0, 'b': 1.0, 'c': 4.0, 'd': 1.0, 'none': 1.0}


class Planted(BaseDataset):
    """Images whose loss is that of their room."""

    METAINFO = {'keypoint_name2id': {'nose': 0}, 'dataset_name': 'planted'}

    def __init__(self, rooms, nan=False, **kwargs):
        self.rooms, self.nan = list(rooms), nan
        super().__init__(serialize_data=False, **kwargs)

    def load_data_list(self):
        return [dict(room=room, number=number) for number, room in enumerate(self.rooms)]

    def prepare_data(self, idx):
        info = self.get_data_info(idx)
        level = math.nan if self.nan else LEVELS[info['room']] + 0.01 * info['number']
        sample = PoseDataSample(metainfo=dict(room=info['room'], level=level))
        sample.gt_instances = InstanceData(keypoints_visible=np.ones((1, 1)))
        image = torch.full((3, 12, 20), 20 * info['number'] % 256, dtype=torch.uint8)
        return {'inputs': image, 'data_samples': sample}


class Head(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, feats):
        return feats * self.scale

    def loss(self, feats, batch_data_samples):
        levels = torch.tensor([sample.level for sample in batch_data_samples])
        return {'loss': (self.forward(feats) * levels).mean()}


class Model(BaseModel):
    def __init__(self):
        super().__init__()
        self.head = Head()

    def forward(self, inputs, data_samples, mode='loss'):
        return self.head.loss(torch.ones(len(inputs)), data_samples)


class Journal(Hook):
    """What every batch had, and which group was drawn for it."""

    priority = 'HIGH'

    def __init__(self, stop_at=None):
        self.rows, self.stop_at = [], stop_at

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        (hook,) = (each for each in runner.hooks if type(each).__name__ == 'AdversarialTeacherHook')
        rooms = [sample.room for sample in data_batch['data_samples']]
        self.rows.append((hook._sampler.groups.names[hook._group], rooms))

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == self.stop_at:
            raise KeyboardInterrupt


def train(
    work_dir,
    iters=24,
    resume=False,
    stop_at=None,
    rooms='abcd',
    real=8,
    nan=(),
    hook=(),
    num_workers=0,
    save='epoch',
    loop='epoch',
    **sampler,
):
    parts = {
        'real': dict(type=Planted, rooms=['none'] * real, nan='real' in nan),
        'synthetic': dict(type=Planted, rooms=list(rooms) * 3, nan='synthetic' in nan),
    }
    runner = Runner(
        model=Model(),
        work_dir=str(work_dir),
        train_dataloader=dict(
            batch_size=4,
            num_workers=num_workers,
            sampler=dict(type='DefaultSampler', shuffle=True),
            batch_sampler=dict(type='TeacherGroupSampler', **{'groups': 'room', 'steps': 3, **sampler}),
            dataset=dict(type='RealSyntheticDataset', **parts),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=iters // (real // 2))
        if loop == 'epoch'
        else dict(by_epoch=False, max_iters=iters),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.0)),
        custom_hooks=[dict(type='AdversarialTeacherHook', **{'net': NET, **dict(hook)})],
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', interval=1, by_epoch=save == 'epoch', max_keep_ckpts=2)
        ),
        randomness=dict(seed=0),
        experiment_name='teacher',
        resume=resume,
        log_level='ERROR',
        default_scope='mmpose',
        cfg=Config(),
    )
    journal = Journal(stop_at)
    runner.register_hook(journal)
    with contextlib.suppress(KeyboardInterrupt):
        runner.train()
    return runner, journal.rows


def record(work_dir):
    return json.loads((work_dir / 'teacher.json').read_text())


def test_batches_are_of_the_drawn_group_and_the_training_is_recorded(tmp_path):
    runner, rows = train(tmp_path)
    assert len(rows) == 24
    for drawn, rooms in rows:
        assert rooms[:2] == ['none'] * 2
        assert {f'room {room}' for room in rooms[2:]} == {drawn}
    draws = record(tmp_path)
    assert draws['names'] == [f'room {room}' for room in 'abcd']
    assert [row['iteration'] for row in draws['rows']] == list(range(0, 24, 3))
    assert [draws['names'][row['group']] for row in draws['rows']] == [drawn for drawn, _ in rows[::3]]
    for row in draws['rows']:
        assert row['loss'] == pytest.approx(4.06 if row['group'] == 2 else 1.06, abs=0.07)
    assert [row['rewarded'] for row in draws['rows']][:2] in ([None, True], [None, False])
    assert (tmp_path / 'teacher.png').read_bytes()[:4] == b'\x89PNG'
    assert list(tmp_path.rglob('vis_image/teacher_24.png'))
    (scalars,) = tmp_path.rglob('scalars.json')
    logged = [json.loads(line) for line in scalars.read_text().splitlines()]
    logged = [line for line in logged if 'teacher/group' in line]
    assert [line['step'] for line in logged] == list(range(3, 25, 3))
    for line, row in zip(logged, draws['rows'], strict=True):
        assert [line[f'teacher/p{group}'] for group in range(4)] == pytest.approx(row['probabilities'], abs=1e-5)
        assert (line['teacher/group'], line['teacher/synthetic']) == (row['group'], row['loss'])
        assert line.get('teacher/reward') == {None: None, True: 1, False: -1}[row['rewarded']]
    assert vars(runner.model.head).get('loss') is None
    assert runner.message_hub.get_scalar('train/teacher_max_p').current() >= 0.25


def same(one, two):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, two)
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(same, one, two))
    return one == two or (one != one and two != two)


@pytest.mark.parametrize(
    ('policy', 'options', 'last'),
    [
        ('teacher', dict(), 'epoch_6'),
        ('loss_proportional', dict(), 'epoch_6'),
        ('teacher', dict(loop='iter', save='iter', real=80), 'iter_24'),
    ],
)
def test_a_resumed_training_goes_on_as_if_it_had_not_stopped(tmp_path, policy, options, last):
    options = {'hook': dict(policy=policy, optimizer=dict(lr=0.05)), **options}
    _, rows = train(tmp_path / 'whole', **options)
    _, first = train(tmp_path / 'cut', stop_at=8, **options)  # amid three iterations
    assert len(first) == 8
    _, second = train(tmp_path / 'cut', resume=True, **options)
    assert [drawn for drawn, _ in first + second] == [drawn for drawn, _ in rows]
    assert [sorted(rooms) for _, rooms in first + second] == [sorted(rooms) for _, rooms in rows]
    states = [
        torch.load(tmp_path / name / f'{last}.pth', weights_only=False)['adversarial_teacher']
        for name in ('whole', 'cut')
    ]
    assert same(*states)
    assert record(tmp_path / 'whole') == record(tmp_path / 'cut')


def test_an_epoch_that_begins_again_keeps_to_the_drawn_groups(tmp_path):
    _, first = train(tmp_path, 12, stop_at=7, save='iter')
    _, second = train(tmp_path, 12, resume=True, save='iter')
    assert [len(first), len(second)] == [7, 8]  # MMEngine runs the second epoch once more
    for drawn, rooms in second:
        assert {f'room {room}' for room in rooms[2:]} == {drawn}


def test_workers_change_nothing(tmp_path):
    rows = [train(tmp_path / str(workers), 12, num_workers=workers, steps=1)[1] for workers in (0, 2)]
    assert rows[0] == rows[1]
    assert len({drawn for drawn, _ in rows[0]}) > 1


@pytest.mark.parametrize('policy', ['uniform', 'proportional', 'loss_proportional', 'hardest_first'])
def test_baselines_by_the_same_interface(tmp_path, policy):
    _, rows = train(tmp_path, 60, hook=dict(policy=policy, epsilon=0.0), steps=1, real=120)
    share = np.mean([drawn == 'room c' for drawn, _ in rows])
    low, high = {'loss_proportional': (0.4, 0.75), 'hardest_first': (0.9, 1)}.get(policy, (0.1, 0.4))
    assert low <= share <= high
    assert {row['rewarded'] for row in record(tmp_path)['rows']} == {None}


def test_losses_that_are_not_finite_teach_nothing(tmp_path):
    _, rows = train(tmp_path / 's', 16, nan=('synthetic',))
    draws = record(tmp_path / 's')['rows']
    assert [row['loss'] for row in draws] == [None] * 5
    assert {tuple(row['probabilities']) for row in draws} == {(0.25,) * 4}
    assert len(rows) == 16
    train(tmp_path / 'r', 16, nan=('real',))  # no image is ever seen: all draws uniform
    assert {tuple(row['probabilities']) for row in record(tmp_path / 'r')['rows']} == {(0.25,) * 4}


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(rooms='abc'), r"with other groups: \['room a', 'room b', 'room c'\]"),
        (dict(rooms='abcdd'), r'with other sizes: \[3, 3, 3, 6\], but \[3, 3, 3, 3\]'),
        (dict(steps=2), 'with other steps: 2, but 3'),
        (dict(ratio=(1, 3)), 'real and synthetic samples in a batch'),
        (dict(hook=dict(policy='uniform')), 'with other policy: uniform, but teacher'),
    ],
)
def test_a_resumed_run_with_another_setup_is_refused(tmp_path, changes, message):
    train(tmp_path, 8)
    with pytest.raises(ValueError, match=message):
        train(tmp_path, 16, resume=True, **changes)


def test_a_checkpoint_without_a_teacher_is_no_start_for_a_resume(tmp_path):
    train(tmp_path, 4)
    path = tmp_path / 'epoch_1.pth'
    content = torch.load(path, weights_only=False)
    del content['adversarial_teacher']
    torch.save(content, path)
    with pytest.raises(ValueError, match='written without a teacher; start from its weights with load_from'):
        train(tmp_path, 8, resume=True)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(policy='random'), 'policy must be one of teacher, uniform'),
        (dict(epsilon=2), r'epsilon must be in \[0, 1\]'),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        HOOKS.build(dict(type='AdversarialTeacherHook', **options))


def test_another_sampler_is_refused():
    hook = HOOKS.build(dict(type='AdversarialTeacherHook'))
    loader = SimpleNamespace(batch_sampler=None)
    with pytest.raises(ValueError, match='the batch_sampler must be a TeacherGroupSampler, got NoneType'):
        hook.before_train(SimpleNamespace(train_dataloader=loader))
