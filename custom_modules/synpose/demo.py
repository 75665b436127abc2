"""The main job as a list of commands: generate, train, test, report. Each is one a user could type."""

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


def resource_root() -> Path:
    """Return the folder that holds ``configs`` and ``tools``: the current one in a clone, else the package."""
    is_clone = Path('configs/demo').is_dir() and Path('tools/train.py').is_file()
    return Path() if is_clone else PACKAGE_ROOT


def demo_stages(
    quick: bool = False, seed: int = 0, workers: int | None = None, work_dir: str | None = None
) -> list[Stage]:
    """List the demo's commands, in order.

    Every command resumes what an earlier, interrupted run left, so running the list again is cheap.

    Args:
        quick: The three-minute variant: fewer, smaller images and a shorter training.
        seed: Seed of the training. The rendered data keep the seed of their own configs.
        workers: Rendering processes; all cores by default.
        work_dir: Where the training, its results and the report go; ``work_dirs/demo`` (or ``demo-quick``) by default.
    """
    root = resource_root()
    name = 'demo_quick' if quick else 'demo'
    data = f'data/{name.replace("_", "-")}'
    work_dir = work_dir or f'work_dirs/{name.replace("_", "-")}'
    pose_config = 'dekr_hrnet-w16_1xb6-8e_demo-quick-448x256' if quick else 'dekr_hrnet-w16_1xb6-20e_demo-448x256'
    epochs = 8 if quick else 20

    def tool(script: str, *arguments: str) -> tuple[str, ...]:
        return (str(root / 'tools' / script), *arguments)

    def config(*parts: str) -> str:
        return str(root.joinpath('configs', *parts))

    def generate(domain: str) -> tuple[str, ...]:
        out = ('--out', f'{data}/{domain}', '--workers', str(workers or os.cpu_count()), '--resume')
        return tool('generate.py', config('generate', f'{name}_{domain}.py'), *out)

    def test(suffix: str) -> tuple[str, ...]:
        checkpoint = f'{work_dir}/epoch_{epochs}.pth'
        return tool('test.py', config('demo', f'{pose_config}{suffix}.py'), checkpoint, '--work-dir', work_dir, *seeded)

    seeded = ('--cfg-options', f'randomness.seed={seed}')
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
        Stage('report', tool('report.py', work_dir)),
    ]


def run_stages(stages: list[Stage], timings_file: str | os.PathLike) -> None:
    """Run the commands one after the other, printing each, and record how long they took.

    Args:
        stages: The commands.
        timings_file: JSON file that receives ``{'stages': [{'name', 'command', 'seconds'}]}``, before the last stage
            (so that a report can show it) and after it.

    Raises:
        subprocess.CalledProcessError: If a command fails; what ran before it stays and is resumed next time.
    """
    records: list[dict[str, str | float]] = []
    for number, stage in enumerate(stages, 1):
        command = f'python {shlex.join(stage.command)}'
        print(f'\n[{number}/{len(stages)}] {stage.name}\n$ {command}', flush=True)
        if number == len(stages):
            write_json(timings_file, {'stages': records}, indent=2)
        started = time.monotonic()
        subprocess.run([sys.executable, *stage.command], check=True)
        records.append({'name': stage.name, 'command': command, 'seconds': round(time.monotonic() - started, 1)})
        print(f'[{number}/{len(stages)}] {stage.name}: {records[-1]["seconds"]:.0f} s', flush=True)
    write_json(timings_file, {'stages': records}, indent=2)
