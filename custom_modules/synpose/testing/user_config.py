"""The lines that a user adds to a config, tried on a small model and a few pictures."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from .small_dekr import shrink_dekr


def readme_config(readme: str | os.PathLike, section: str) -> list[str]:
    """Return the lines of the first Python example in a section of a README."""
    text = Path(readme).read_text(encoding='utf-8').split(f'## {section}\n')[1]
    return text.split('```python\n')[1].split('```')[0].strip().splitlines()


def small_user_config(
    folder: Path, base: Config, lines: Sequence[str], data: Path, batch_size: int, changes: Mapping[str, str]
) -> Config:
    """Let the lines of a user change a small DEKR instead of MMPose's.

    Args:
        folder: Where both configs are written.
        base: A config of DEKR; it stays as it is.
        lines: The user's config; the first names its base.
        data: Dataset folder to train on.
        batch_size: Of the training.
        changes: Texts of the lines, and what stands there instead.

    Returns:
        The user's config, for one process, without validation and test.

    Raises:
        ValueError: If a text is not in the lines.
    """
    small = shrink_dekr(base)
    small.train_dataloader.update(batch_size=batch_size, num_workers=0, persistent_workers=False)
    small.train_dataloader.dataset.data_root = str(data)
    small.dump(folder / 'base.py')
    text = '\n'.join(["_base_ = ['base.py']", *lines[1:]])
    for given, wanted in changes.items():
        if given not in text:
            raise ValueError(f'{given!r} is not in the lines')
        text = text.replace(given, wanted)
    (folder / 'user.py').write_text(text)
    config = Config.fromfile(folder / 'user.py')
    for kind in ('val', 'test'):
        config.update({f'{kind}_{part}': None for part in ('dataloader', 'cfg', 'evaluator')})
    return config


class Interrupt(Hook):
    """Ctrl-C after the first epoch, when its checkpoint is written."""

    priority = 'LOWEST'

    def after_train_epoch(self, runner: Runner) -> None:
        """Interrupt."""
        if runner.epoch == 0:
            raise KeyboardInterrupt


def train_two_epochs(config: Config, work_dir: Path, interrupt: bool = False, resume: bool = False) -> Runner:
    """Train a copy of a config; return the Runner after it.

    Args:
        config: See :func:`small_user_config`.
        work_dir: Of the training.
        interrupt: Whether to break it off after the first epoch.
        resume: Whether to go on from the last checkpoint in the work dir.
    """
    own = Config(config.to_dict())
    own.merge_from_dict(
        {'work_dir': str(work_dir), 'train_cfg': {'max_epochs': 2}, 'resume': resume, 'log_level': 'ERROR'}
    )
    runner = Runner.from_cfg(own)
    if interrupt:
        runner.register_hook(Interrupt())
    with contextlib.suppress(KeyboardInterrupt):
        runner.train()
    return runner
