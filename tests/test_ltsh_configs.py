"""The configs of LTSH: each small one trains on drawn people as it says, and the rows differ where they should."""

import json
import math
from functools import cache
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from synpose.studies import read_study
from synpose.testing import write_mixed_dataset
from synpose.testing.small_dekr import shrink_dekr

CONFIGS = Path(__file__).resolve().parents[1] / 'configs/ltsh'
ROWS = {path.stem.split('demo-')[1].removesuffix('-448x256'): path for path in CONFIGS.glob('*demo*.py')}
FULL = {path.stem.split('ltsh-')[1].removesuffix('-512x512'): path for path in CONFIGS.glob('*512x512.py')}
DRAWING = {
    'teacher-c': 'teacher',
    'teacher-md': 'teacher',
    'uniform': 'uniform',
    'proportional': 'proportional',
    'loss-proportional': 'loss_proportional',
    'hardest-first': 'hardest_first',
}
DATA = {
    'real-synthetic': 'source',
    'mixed': 'mixed_target',
    'mixed-masks': 'mixed_target',
    'style': 'style_target',
    'style-masks': 'style_target',
    **dict.fromkeys(DRAWING, 'source'),
}


@cache
def load(path):
    return Config.fromfile(path)


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    return write_mixed_dataset(tmp_path_factory.mktemp('ltsh'), 6, image_size=(96, 64), splits=('train',))


class Look(Hook):
    """Keeps the samples of every batch, and the first layers before the first."""

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == 0:
            self.samples, self.before = [], self.state(runner)
        self.samples.append(data_batch['data_samples'])

    @staticmethod
    def state(runner):
        return {name: value.clone() for name, value in runner.model.state_dict().items()}


def parts_of(config):
    dataset = config.train_dataloader.dataset
    parts = [dataset.real, dataset.synthetic] if 'real' in dataset else [dataset]
    return [part.get('dataset', part) for part in parts]


# The others differ from one of these by a folder or by the name of a policy, see below.
@pytest.mark.parametrize('row', ['real', 'synthetic', 'mixed-masks', 'teacher-c', 'teacher-md', 'hardest-first'])
def test_a_small_one_trains(row, data, tmp_path, monkeypatch):
    monkeypatch.setattr(Config, 'pretty_text', property(lambda self: repr(self.to_dict())))  # formatting takes seconds
    config = shrink_dekr(load(ROWS[row]), (96, 64))
    for part in parts_of(config):
        part.data_root = str(data)
    config.train_dataloader.update(num_workers=0, persistent_workers=False)
    if row in DRAWING:
        config.train_dataloader.batch_sampler.steps = 1
    config.train_cfg.update(max_epochs=2)
    for kind in ('val', 'test'):
        config.update({f'{kind}_{part}': None for part in ('dataloader', 'cfg', 'evaluator')})
    config.update(work_dir=str(tmp_path), experiment_name=tmp_path.name, load_from=None, log_level='ERROR')
    config.default_hooks.checkpoint = None
    runner = Runner.from_cfg(config)
    look = Look()
    runner.register_hook(look)
    runner.train()
    assert runner.iter == (4 if row in DATA else 2)
    logged = runner.message_hub.log_scalars
    assert all(math.isfinite(logged[f'train/loss/{name}'].current()) for name in ('heatmap', 'displacement'))
    after = look.state(runner)
    kept = {name for name in after if torch.equal(after[name], look.before[name])}
    stem = {name for name in after if name.startswith(('backbone.conv1.', 'backbone.bn1.', 'backbone.layer1.0.bn2.'))}
    assert bool(kept & stem) == (row != 'real')
    assert not stem - kept or row == 'real'
    if row in DATA:
        for batch in look.samples:
            assert [sample.domain_label for sample in batch] == [0, 0, 0, 1, 1, 1]
            masked = [not sample.gt_fields.get('heatmap_mask', torch.ones(1)).all() for sample in batch]
            assert not any(masked[:3])
            assert any(masked) == row.endswith('-masks')
    if row in DRAWING:
        draws = json.loads((tmp_path / 'teacher.json').read_text())
        assert len(draws['rows']) == 4
        by = 'minimal_distance' if row == 'teacher-md' else 'camera_pitch'
        assert all(by in name for name in draws['names'])
        rewarded = [draw['rewarded'] for draw in draws['rows']]
        assert (set(rewarded) - {None} != set()) == row.startswith('teacher')


@pytest.mark.parametrize('rows', [ROWS, FULL])
def test_rows_say_what_they_train_on(rows):
    assert set(rows) - {'init'} == {'real', 'synthetic', *DATA}
    configs = {row: load(path) for row, path in rows.items()}
    for row, config in configs.items():
        types = [hook.type for hook in config.custom_hooks]
        assert ('FrozenLayersHook' in types) == (row not in ('init', 'real'))
        assert ('AdversarialTeacherHook' in types) == (row in DRAWING)
        assert (config.load_from is None) == (row == 'init')
        assert len({c.load_from for name, c in configs.items() if name != 'init'}) == 1
        parts = parts_of(config)
        if row in DATA:
            folder = {'source': 'synthetic'}.get(DATA[row], DATA[row]) if rows is FULL else DATA[row]
            assert folder.replace('_target', '_coco' if rows is FULL else '_target') in parts[1].data_root
            assert config.train_dataloader.batch_sampler.ratio == (1, 1)
            assert ('SyntheticLossMask' in [step.type for step in parts[1].pipeline]) == row.endswith('-masks')
        if row in DRAWING:
            (hook,) = (hook for hook in config.custom_hooks if hook.type == 'AdversarialTeacherHook')
            assert hook.get('policy', 'teacher') == DRAWING[row]


def test_every_small_row_has_as_many_iterations():
    sizes = {'init': 192, 'real': 192, 'synthetic': 264}  # images that their configs render
    for row, path in ROWS.items():
        config = load(path)
        own = 3 if row in DATA else 6
        iterations = config.train_cfg.max_epochs * math.ceil(sizes.get(row, 192) / own)
        assert iterations == {'init': 768, 'synthetic': 264}.get(row, 256)
        assert config.param_scheduler[-1].end == config.train_cfg.max_epochs


def test_the_study_has_every_row(monkeypatch):
    monkeypatch.chdir(CONFIGS.parents[1])
    study = read_study('projects/synpose/studies/ltsh.yaml')
    assert {row.name for row in study.rows} == set(ROWS) - {'init'}
    three = {row.name for row in study.rows if row.seeds == (0, 1, 2)}
    assert three == {'real-synthetic', 'mixed-masks', 'teacher-c'}
    for row in study.rows:
        assert Path(row.config) == ROWS[row.name].relative_to(CONFIGS.parents[1])
