"""Results of finished runs, kept beside a study's table: another clone has them without training again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synpose.files import write_json

from .tasks import Task


def keep_runs(tasks: Mapping[str, Task], work_dir: Path, archive: Path) -> None:
    """Copy the results files of finished tasks, and the record of every finished task.

    Files keep their place below the work dir. Paths of this machine are cut from what they tell about their commands.

    Args:
        tasks: The tasks by name.
        work_dir: The study's work dir.
        archive: Folder to copy to.
    """
    for task in tasks.values():
        if not task.finished or not task.record:
            continue
        _copy({**task.record, 'finished': True}, task.record_path, work_dir, archive)
        if task.done.suffix == '.json' and task.done.is_relative_to(work_dir):
            _copy(json.loads(task.done.read_text(encoding='utf-8')), task.done, work_dir, archive)


def restore_runs(tasks: Mapping[str, Task], work_dir: Path, archive: Path) -> list[str]:
    """Copy back what the work dir lacks: results files of tests and stages, each with its record.

    A run that was made with other settings than the study has now is left in the archive.

    Args:
        tasks: The tasks by name.
        work_dir: The study's work dir.
        archive: Folder that :func:`keep_runs` copied to.

    Returns:
        Names of the tasks that are finished now.

    Raises:
        ValueError: If a file of the archive is damaged.
    """
    restored = []
    for name, task in tasks.items():
        kept = archive / task.record_path.relative_to(work_dir)
        if task.record or not kept.is_file():
            continue
        record = _read(kept)
        if task.changed_settings(record):
            continue
        done = archive / task.done.relative_to(work_dir) if task.done.is_relative_to(work_dir) else None
        if done is not None and done.is_file() and not task.finished:
            write_json(task.done, _read(done), indent=1)
            restored.append(name)
        write_json(task.record_path, record, indent=1)
    return restored


def _copy(content: Any, path: Path, work_dir: Path, archive: Path) -> None:
    text = json.dumps(content).replace(json.dumps(str(Path.cwd()))[1:-1] + '/', '')
    write_json(archive / path.relative_to(work_dir), json.loads(text), indent=1)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'{path}: not valid JSON ({error})') from error
