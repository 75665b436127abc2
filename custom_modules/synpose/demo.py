"""The main job as a list of commands: generate, train, test, classify, report. Each is one a user could type."""

import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from synpose.files import write_json

PACKAGE_ROOT = Path(__file__).resolve().parent / '.mim'


@dataclass(frozen=True)
class Stage:
    """One command of the demo.

    Attributes:
        name: What it does, for the log and the report.
        command: Arguments after the Python interpreter.
    """

    name: str
    command: tuple[str, ...]

    @property
    def text(self) -> str:
        """The command as a user would type it."""
        return f'python {shlex.join(self.command)}'


def resource_root() -> Path:
    """Return the folder that holds ``configs`` and ``tools``: the current one in a clone, else the package."""
    is_clone = Path('configs/demo').is_dir() and Path('tools/train.py').is_file()
    return Path() if is_clone else PACKAGE_ROOT


def default_work_dir(quick: bool, seed: int) -> str:
    """Return ``work_dirs/demo`` or ``work_dirs/demo-quick``; another seed than 0 gets a folder of its own."""
    return f'work_dirs/demo{"-quick" if quick else ""}{f"-seed{seed}" if seed else ""}'


def demo_stages(
    quick: bool = False, seed: int = 0, workers: int | None = None, work_dir: str | None = None
) -> list[Stage]:
    """List the demo's commands, in order.

    Every command resumes what an earlier, interrupted run left, so running the list again is cheap.

    Args:
        quick: The short variant: fewer, smaller images and a shorter training.
        seed: Seed of the training. The rendered data keep the seed of their own configs.
        workers: Rendering processes; all cores by default.
        work_dir: Where the training, its results and the report go; see :func:`default_work_dir`.
    """
    root = resource_root()
    name = 'demo_quick' if quick else 'demo'
    folder = name.replace('_', '-')
    data = f'data/{folder}'
    work_dir = work_dir or default_work_dir(quick, seed)
    pose_config = 'dekr_hrnet-w16_1xb6-8e_demo-quick-448x256' if quick else 'dekr_hrnet-w16_1xb6-25e_demo-448x256'
    epochs = 8 if quick else 25
    behavior_config = 'skeleton-gcn_1xb16-8e_demo-quick' if quick else 'skeleton-gcn_1xb64-30e_demo'
    behavior_epochs = 8 if quick else 30
    behavior_dir = f'{work_dir}/behavior'

    def tool(script: str, *arguments: str) -> tuple[str, ...]:
        return (str(root / 'tools' / script), *arguments)

    def config(*parts: str) -> str:
        return str(root.joinpath('configs', *parts))

    def generate(domain: str) -> tuple[str, ...]:
        out = ('--out', f'{data}/{domain}', '--workers', str(workers or os.cpu_count()), '--resume')
        return tool('generate.py', config('generate', f'{name}_{domain}.py'), *out)

    def test(suffix: str, folder: str = work_dir) -> tuple[str, ...]:
        checkpoint = f'{work_dir}/epoch_{epochs}.pth'
        return tool('test.py', config('demo', f'{pose_config}{suffix}.py'), checkpoint, '--work-dir', folder, *seeded)

    def poses(loader: str, results: str) -> str:
        return f'{loader}_dataloader.dataset.predictions={results}/predictions.json'

    def classify(suffix: str, split: str) -> tuple[str, ...]:
        checkpoint = f'{behavior_dir}/epoch_{behavior_epochs}.pth'
        names = (config('behavior', f'{behavior_config}{suffix}.py'), checkpoint)
        found = poses('test', f'{work_dir}/results/{split}')
        return tool('test.py', *names, '--work-dir', behavior_dir, *seeded, found)

    seeded = ('--cfg-options', f'randomness.seed={seed}')
    behavior_train = (config('behavior', f'{behavior_config}.py'), '--work-dir', behavior_dir, '--resume', *seeded)
    annotations = f'{data}/source/annotations'
    return [
        Stage('render the source set', generate('source')),
        Stage('render the target-camera set', generate('target')),
        Stage(
            'fit box margins on the training labels',
            tool('fit_margins.py', f'{annotations}/train.json', '--out', f'{annotations}/margins.json'),
        ),
        Stage(
            'train',
            tool('train.py', config('demo', f'{pose_config}.py'), '--work-dir', work_dir, '--resume', *seeded),
        ),
        Stage('test on held-out scenes', test('')),
        Stage('test on the target camera', test('_target')),
        Stage('find the poses of the training images', test('_train', f'{behavior_dir}/poses')),
        Stage(
            'train the behavior classifier',
            tool('train.py', *behavior_train, poses('train', f'{behavior_dir}/poses/results/train')),
        ),
        Stage('name behaviors on held-out scenes', classify('', 'val')),
        Stage('name behaviors on the target camera', classify('_target', 'target')),
        Stage('report', tool('report.py', work_dir)),
    ]


def run_stages(stages: list[Stage], timings_file: str | os.PathLike) -> None:
    """Run the commands one after the other, printing each, and record how long they took.

    Args:
        stages: The commands.
        timings_file: JSON file with ``{'stages': [{'name', 'command', 'seconds'}]}``, written after every stage; the
            seconds of a stage that was interrupted and run again add up.

    Raises:
        subprocess.CalledProcessError: If a command fails; what ran before it stays and is resumed next time.
    """
    timings_file = Path(timings_file)
    spent: dict[str, float] = {}
    if timings_file.is_file():
        earlier = json.loads(timings_file.read_text(encoding='utf-8'))['stages']
        spent = {record['command']: record['seconds'] for record in earlier}
    for number, stage in enumerate(stages, 1):
        print(f'\n[{number}/{len(stages)}] {stage.name}\n$ {stage.text}', flush=True)
        started = time.monotonic()
        try:
            subprocess.run([sys.executable, *stage.command], check=True)
        finally:
            seconds = time.monotonic() - started
            spent[stage.text] = round(spent.get(stage.text, 0.0) + seconds, 1)
            done = [
                {'name': other.name, 'command': other.text, 'seconds': spent[other.text]}
                for other in stages
                if other.text in spent
            ]
            write_json(timings_file, {'stages': done}, indent=2)
        print(f'[{number}/{len(stages)}] {stage.name}: {seconds:.0f} s', flush=True)
