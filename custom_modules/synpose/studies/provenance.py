"""Where a study's figures come from: commands, data by hash, seeds, versions, machine, commit."""

import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from synpose.provenance import describe_machine, describe_versions
from synpose.reporting.document import Block, Section, Table, Text
from synpose.reporting.work_dir import TestResult

from .display import format_time
from .study import Study
from .tasks import Task, git_commit, hash_files


def gather_provenance(study: Study, tasks: Mapping[str, Task], runs: Mapping[str, Any], command: str) -> dict[str, Any]:
    """Collect what a reader needs to repeat the study or to doubt it.

    Args:
        study: The study.
        tasks: All its tasks by name.
        runs: What :func:`~synpose.studies.figures.read_runs` returned.
        command: The one command that repeats everything.

    Returns:
        ``command``, ``written``, ``commit``, ``study`` (file and hash), ``budget``, ``data`` (annotation file to
        SHA-256, as the trainings and tests read it), ``tasks`` (command, start, seconds, commit and state of each),
        ``versions`` and ``machines`` (each different one once), ``notes`` (what does not agree).
    """
    results: list[TestResult] = [test for seeds in runs.values() for tests in seeds.values() for test in tests.values()]
    records = {name: task.record for name, task in tasks.items()}
    data: dict[str, str] = {}
    notes = []
    for name, record in records.items():
        for file, digest in record.get('data', {}).items():
            if data.setdefault(file, digest) != digest:
                notes.append(f'{name} read another {file} than the runs before it')
    for file, digest in hash_files(tuple(data)).items():
        if digest != data[file]:
            notes.append(f'{file} has changed since it was read')
    for name, task in tasks.items():
        made = records[name].get('command')
        if made and task.kind in ('stage', 'after') and made != task.text:
            notes.append(f'{name} was made by another command: {made}')
    return {
        'command': command,
        'written': datetime.now().isoformat(timespec='seconds'),
        'commit': git_commit(),
        'study': hash_files((str(study.path),)),
        'budget': dict(study.budget),
        'data': data,
        'tasks': {
            name: {
                'command': task.text,
                'finished': task.finished or records[name].get('finished', False),  # perhaps on another machine
                **{key: records[name].get(key) for key in ('started', 'seconds', 'threads', 'commit')},
            }
            for name, task in tasks.items()
        },
        'versions': _different([result.provenance.get('versions') for result in results], describe_versions()),
        'machines': _different([result.provenance.get('machine') for result in results], describe_machine()),
        'notes': notes,
    }


def provenance_section(study: Study, provenance: Mapping[str, Any]) -> Section:
    """Return the provenance as a section of the table's document."""

    def spent(name: str) -> str:
        seconds = provenance['tasks'][name]['seconds']
        if seconds is None:
            return 'made before' if provenance['tasks'][name]['finished'] else 'not run'
        return format_time(seconds) if provenance['tasks'][name]['finished'] else 'not finished'

    budget = _settings(provenance['budget']) or 'as the configs say'
    commits = sorted({str(task['commit']) for task in provenance['tasks'].values() if task['commit']})
    trainings = tuple(
        (
            row.label,
            f'`{row.config}`',
            _settings(row.options) or 'none',
            ', '.join(map(str, row.seeds)),
            ', '.join(spent(f'{row.name}/seed{seed}') for seed in row.seeds),
        )
        for row in study.rows
        if row.config
    )
    stages = tuple((stage.name, f'`python {shlex.join(stage.command)}`', spent(stage.name)) for stage in study.stages)
    data = tuple((f'`{file}`', f'`{digest}`') for file, digest in provenance['data'].items())
    tables = (
        Table('Trainings', ('row', 'config', 'options', 'seeds', 'time of each'), trainings),
        Table('Stages', ('stage', 'command', 'time'), stages),
        Table('Data', ('file', 'SHA-256'), data),
    )
    again = f'One command runs what is missing and writes this page: `{provenance["command"]}`.'
    blocks: list[Block] = [
        Text(f'{again} Budget of every row: {budget}.'),
        *(table for table in tables if table.rows),
        Text(f'Commit of the runs: {", ".join(commits) or "not recorded"}.'),
        *(Text(f'Versions: {_listed(versions)}.') for versions in provenance['versions']),
        *(Text(f'Machine: {_listed(machine)}.') for machine in provenance['machines']),
        *(Text(f'Note: {note}.') for note in provenance['notes']),
    ]
    return Section('How it was made', tuple(blocks))


def _different(found: list[Any], default: Any) -> list[Any]:
    unique: list[Any] = []
    for value in found:
        if value and value not in unique:
            unique.append(value)
    return unique or [default]


def _listed(values: Mapping[str, Any]) -> str:
    return ', '.join(f'{key.replace("_", " ")} {value or "none"}' for key, value in values.items())


def _settings(values: Mapping[str, Any]) -> str:
    return ', '.join(f'`{key}={value}`' for key, value in values.items())
