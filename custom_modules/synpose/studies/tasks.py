"""One command of a study, what it waits for, and the record it leaves beside its log."""

import inspect
import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mmengine.runner import Runner

from synpose.files import sha256, write_json

# `work_dir` is given on the command line.
RUNNER_SETTINGS = {*inspect.signature(Runner).parameters, 'find_unused_parameters', 'custom_imports'} - {'work_dir'}


def is_finished(path: Path) -> bool:
    """Tell whether a file (or folder) is there and complete.

    A checkpoint of a training counts when MMEngine's ``last_checkpoint`` beside it names it, or is newer: a process
    that is killed while it saves leaves a damaged checkpoint behind. The ``dataset.json`` of a dataset counts when it
    has ``counts``, which come last.
    """
    if not path.exists():
        return False
    if path.name == 'dataset.json':
        return 'counts' in json.loads(path.read_bytes())  # its own, not those of the source it was made of
    last = path.parent / 'last_checkpoint'
    if path.suffix != '.pth' or not last.is_file():
        return True
    named = Path(last.read_text(encoding='utf-8').strip()).name
    return named == path.name or last.stat().st_mtime_ns > path.stat().st_mtime_ns


@dataclass(frozen=True)
class Task:
    """One command.

    Attributes:
        name: Unique in the study: a stage's name, ``ROW/seedN`` for a training, ``ROW/seedN/...`` for what follows it.
        kind: ``'stage'``, ``'train'``, ``'test'`` or ``'after'``.
        command: Arguments after the Python interpreter.
        done: The file that shows that it is finished.
        log: Where its output goes; its record has the same name with ``.task.json``.
        needs: Names of the tasks that come before.
        settings: The whole config in effect, of a training or test; of a stage those that its command names.
        data: Annotation files it reads.
    """

    name: str
    kind: str
    command: tuple[str, ...]
    done: Path
    log: Path
    needs: tuple[str, ...] = ()
    settings: Mapping[str, Any] | None = field(default=None, repr=False)
    data: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The command as a user would type it."""
        return f'python {shlex.join(self.command)}'

    @property
    def begun(self) -> bool:
        """Whether there is something that a start would go on from or replace: a checkpoint, or the result."""
        return (self.done.with_name('last_checkpoint') if self.done.suffix == '.pth' else self.done).exists()

    @property
    def start_command(self) -> tuple[str, ...]:
        """The command that starts it now: a training that was cut off goes on from its last checkpoint."""
        if self.kind != 'train' or not self.begun:
            return self.command
        # An option load_from would take the place of the checkpoint that --resume finds.
        return (*(part for part in self.command if not part.startswith('load_from=')), '--resume')

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return is_finished(self.done)

    @property
    def record_path(self) -> Path:
        """Where its record is."""
        return self.log.with_suffix('.task.json')

    @property
    def record(self) -> dict[str, Any]:
        """What an earlier start left: command, start, seconds, commit, data, settings; empty without one.

        With ``finished`` it comes from an archive, perhaps of another machine.

        Raises:
            ValueError: If the file is damaged.
        """
        path = self.record_path
        if not path.is_file():
            return {}
        try:
            return json.loads(path.read_text(encoding='utf-8'))
        except ValueError as error:
            raise ValueError(f'{path}: not valid JSON ({error})') from error

    def begin(self, **facts: Any) -> None:
        """Write the record of a start; a training that goes on keeps its start and its seconds.

        Args:
            facts: More to record.

        Raises:
            ValueError: If a training would go on with other settings or other data than it began with.
        """
        self.check_settings()
        record, data = self.record if self.kind == 'train' and self.begun else {}, hash_files(self.data)
        changed = next((file for file, digest in record.get('data', {}).items() if data.get(file) != digest), None)
        if changed:
            raise ValueError(
                f'{changed} has changed since this training began; remove {self.log.parent} to do it again'
            )
        write_json(
            self.record_path,
            {
                'command': self.text,
                'started': record.get('started', datetime.now().isoformat(timespec='seconds')),
                'seconds': record.get('seconds', 0.0),
                **facts,
                'data': data,
                'settings': self.settings,
            },
            indent=1,
        )

    def end(self, seconds: float) -> None:
        """Add to the record how long the command ran, s."""
        record = self.record
        write_json(self.record_path, {**record, 'seconds': round(record.get('seconds', 0.0) + seconds, 1)}, indent=1)

    def check_settings(self) -> None:
        """Refuse to go on with, or to take the results of, a training or test that another config began.

        Raises:
            ValueError: Naming the task and the settings that differ.
        """
        keys = self.changed_settings(self.record) if self.begun else {}
        if keys:
            shown = ', '.join(f'{key} = {before!r}, now {now!r}' for key, (before, now) in list(keys.items())[:3])
            more = f' and {len(keys) - 3} more' if len(keys) > 3 else ''
            place = self.log.parent if self.kind == 'train' else self.done.parent
            raise ValueError(f'{self.name}: begun with other settings: {shown}{more}; remove {place} to do it again')

    def changed_settings(self, record: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Return each setting, by its dotted key, that is not as a record says: what it was, and what it is now."""
        if self.settings is None or record.get('settings') is None:
            return {}
        before, now = flatten(read_settings(record['settings'])), flatten(read_settings(self.settings))
        return {
            key: (before.get(key), now.get(key)) for key in sorted({*before, *now}) if before.get(key) != now.get(key)
        }


def read_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a config what a run reads: a variable that only helped to write the config may come and go.

    Args:
        settings: A config, or configs by their paths, as in :attr:`Task.settings`.
    """
    if any(key.endswith('.py') for key in settings):
        return {path: read_settings(config) for path, config in settings.items()}
    return {key: value for key, value in settings.items() if key in RUNNER_SETTINGS}


def flatten(value: Any, prefix: str = '') -> dict[str, Any]:
    """Return nested dicts and lists as one dict with dotted keys.

    Example:
        >>> flatten({'a': {'b': [1, 2]}})
        {'a.b.0': 1, 'a.b.1': 2}
    """
    if not isinstance(value, (Mapping, list)) or not value:
        return {prefix: value}
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    flat: dict[str, Any] = {}
    for name, part in items:
        flat.update(flatten(part, f'{prefix}.{name}' if prefix else str(name)))
    return flat


def hash_files(files: tuple[str, ...]) -> dict[str, str]:
    """Return the SHA-256 of those files that exist."""
    return {file: sha256(file) for file in files if Path(file).is_file()}


def git_commit() -> str | None:
    """Return the commit of the folder's clone, with ``-modified`` where tracked files differ; None outside a clone."""
    command = ('git', 'describe', '--always', '--abbrev=12', '--exclude=*', '--dirty=-modified')
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
