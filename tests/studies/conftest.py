"""A folder to run studies in: configs a few lines long, and tools that act as MMPose's do within milliseconds."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

CONFIG = """
train_cfg = dict(max_epochs=3)
train_dataloader = dict(dataset=dict(data_root='data/', ann_file='train.json'))
test_dataloader = dict(dataset=dict(data_root='data/', ann_file='val.json'))
test_evaluator = dict(type='Metric', ann_file='data/val.json')
model = dict(width=1)
randomness = dict(seed=0)
custom_hooks = [dict(type='ResultsHook', name='val')]
"""
TARGET = """
_base_ = ['base.py']
custom_hooks = [dict(type='ResultsHook', name='target')]
"""
# Every start appends to a journal; a file named stop-at-N or fail in the work dir's parent says how a training ends.
TRAIN = """
import os, signal, sys, time
from pathlib import Path
work_dir = Path(sys.argv[sys.argv.index('--work-dir') + 1])
last = work_dir / 'last_checkpoint'
first = int(last.read_text().split('_')[-1][0]) if '--resume' in sys.argv else 0
with open('journal', 'a') as file:
    file.write(f'train {work_dir.parent.name}/{work_dir.name} from {first} start {time.monotonic()} '
               f'threads {os.environ.get("OMP_NUM_THREADS")}\\n')
time.sleep(float(Path('pause').read_text()) if Path('pause').exists() else 0)
for epoch in range(first + 1, 4):
    if (work_dir.parent / 'fail').exists():
        print('loss is nan')
        sys.exit(3)
    (work_dir / f'epoch_{epoch}.pth').write_text('weights')
    killer = work_dir.parent / f'stop-at-{epoch}'
    if killer.exists():  # killed while it saves: the checkpoint is there, last_checkpoint does not know
        killer.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    last.write_text(f'{work_dir}/epoch_{epoch}.pth')
with open('journal', 'a') as file:
    file.write(f'trained {work_dir.parent.name}/{work_dir.name} end {time.monotonic()}\\n')
"""
TEST = """
import json, sys
from pathlib import Path
work_dir = Path(sys.argv[sys.argv.index('--work-dir') + 1])
name = 'target' if 'target' in sys.argv[1] else 'val'
assert Path(sys.argv[2]).is_file()
options = dict(option.split('=') for option in sys.argv[sys.argv.index('--cfg-options') + 1:])
score = {'0': .30, '1': .40, '2': .35}[options['randomness.seed']] + (.1 if name == 'val' else 0)
folder = work_dir / 'results' / name
folder.mkdir(parents=True, exist_ok=True)
(folder / 'metrics.json').write_text(json.dumps({
    'metrics': {'AP': score}, 'provenance': {'versions': {'torch': '2'}, 'machine': {'cpu_cores': 2}}}))
"""


def study_content() -> dict:
    return {
        'title': 'A study',
        'about': 'What is compared.',
        'work_dir': 'work',
        'budget': {'train_cfg.max_epochs': 3},
        'stages': [
            {
                'name': 'render',
                'command': ['-c', "open('data/train.json', 'w').write('[]')"],
                'done': 'data/train.json',
            },
            {
                'name': 'make_{each}',
                'for_each': ['a', 'b'],
                'command': ['-c', "open('data/{each}.json', 'w').write('{\"fd\": {\"value\": 2.5}}')"],
                'done': 'data/{each}.json',
                'needs': ['render'],
            },
        ],
        'tests': ['configs/base.py', 'configs/target.py'],
        'rows': [
            {'name': 'a', 'label': 'first', 'config': 'configs/base.py', 'seeds': [0, 1, 2], 'needs': ['make_a']},
            {
                'name': 'b',
                'label': 'second',
                'config': 'configs/base.py',
                'options': {'model.width': 2},
                'seeds': [0],
                'needs': ['render'],
                'measures': ['make_b'],
            },
        ],
        'columns': [
            {'header': 'target AP', 'test': 'target', 'metric': 'AP'},
            {'header': 'FD', 'file': 'data/{row}.json', 'key': ['fd', 'value'], 'format': '.1f'},
        ],
    }


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a study ``small``."""
    for folder in ('configs/demo', 'tools', 'data', 'projects/synpose/studies'):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / 'configs/base.py').write_text(CONFIG)
    (tmp_path / 'configs/target.py').write_text(TARGET)
    (tmp_path / 'tools/train.py').write_text(TRAIN)
    (tmp_path / 'tools/test.py').write_text(TEST)
    (tmp_path / 'data/val.json').write_text('[1]')
    monkeypatch.chdir(tmp_path)
    write_study(study_content())
    return tmp_path


def write_study(content: dict) -> Path:
    path = Path('projects/synpose/studies/small.yaml')
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


@pytest.fixture
def edit_study(workspace: Path) -> Callable[[Callable[[dict], object]], Path]:
    """``edit_study(lambda content: ...)`` changes the study's content in place; returns its file."""

    def edit(change: Callable[[dict], object]) -> Path:
        content = json.loads(json.dumps(study_content()))
        change(content)
        return write_study(content)

    return edit
