"""A study from its file to its table: plan, run what is missing, write the results folder."""

import os
from collections.abc import Sequence
from pathlib import Path

from synpose.files import atomic_path, write_json
from synpose.reporting.document import render_markdown

from .archive import keep_runs, restore_runs
from .display import Display, format_time
from .figures import read_runs
from .pictures import draw_sheet
from .planning import make_tasks, missing_tasks, row_targets
from .provenance import gather_provenance
from .reading import RESULTS, find_study, read_study
from .scheduling import run_tasks
from .table import make_document, make_records, read_figures
from .tasks import Task, git_commit


class StudyRun:
    """What ``tools/study.py`` does.

    What an earlier run, perhaps on another machine, left in the results folder counts as finished.

    Args:
        name: Of a study in ``projects/synpose/studies``, or the path of its YAML file.
        rows: Names of the rows to run. Default: all. The table always has all.
        out: Results folder. Default: ``projects/synpose/results/NAME``.

    Raises:
        FileNotFoundError: If there is no such study.
        ValueError: If it is not sound, or an earlier run of it does not agree with it.
    """

    def __init__(self, name: str, rows: Sequence[str] | None = None, out: str | os.PathLike | None = None) -> None:
        self.study = read_study(find_study(name))
        self.tasks = make_tasks(self.study)
        self.rows = rows
        self.out = Path(out) if out else RESULTS / self.study.name
        # Studies with one work dir share their runs.
        self.archive = (self.out if out else RESULTS / self.study.work_dir.name) / 'finished'
        self.restored = restore_runs(self.tasks, self.study.work_dir, self.archive)
        self.command = f'python tools/study.py {name}'
        self.missing()  # refuses unknown rows

    def missing(self) -> list[Task]:
        """Return the tasks left to do, in order."""
        return missing_tasks(self.study, self.tasks, self.rows)

    def execute(self, jobs: int = 1) -> dict[str, str]:
        """Run what is missing.

        Args:
            jobs: Processes side by side.

        Returns:
            Why each task that failed did, by name.
        """
        missing = self.missing()
        if self.restored:
            print(f'{self.study.name}: {len(self.restored)} results taken from {self.archive}', flush=True)
        said = f'{len(missing)} commands to run, {jobs} at a time; logs in {self.study.work_dir}'
        print(f'{self.study.name}: {said}', flush=True)
        earlier: dict[str, list[float]] = {}
        for task in self.tasks.values():
            seconds = task.record.get('seconds')
            if seconds and task.finished:
                earlier.setdefault(task.kind, []).append(seconds)
        facts = {'commit': git_commit(), 'threads': 1 if jobs > 1 else os.environ.get('OMP_NUM_THREADS')}
        return run_tasks(missing, jobs, Display(earlier, jobs), facts).failed

    def write(self) -> Path:
        """Write ``table.md``, ``results.json`` and the pictures of what is finished; returns the table's path.

        The results files themselves are kept there too, see :func:`~synpose.studies.archive.keep_runs`.

        Raises:
            ValueError: If a results file is malformed or lacks a column's figure.
        """
        runs = read_runs(self.study)
        figures = read_figures(self.study, runs)
        provenance = gather_provenance(self.study, self.tasks, runs, self.command)
        pictures = [picture for sheet in self.study.pictures for picture in draw_sheet(self.study, sheet, runs)]
        document = make_document(self.study, runs, figures, pictures, provenance)
        for picture in pictures:
            with atomic_path(self.out / picture.name) as temporary:
                temporary.write_bytes(picture.data)
        write_json(self.out / 'results.json', make_records(self.study, runs, figures, provenance), indent=1)
        with atomic_path(self.out / 'table.md') as temporary:
            temporary.write_text(render_markdown(document, '.'), encoding='utf-8')
        keep_runs(self.tasks, self.study.work_dir, self.archive)
        return self.out / 'table.md'

    def describe(self) -> str:
        """Return rows, seeds and stages with their state, a line each."""
        missing = {task.name for task in self.missing()}
        lines = [f'{self.study.name}: {self.study.title}', '', 'stages']
        lines += [f'  {self._state(stage.name, missing):12}{stage.name}' for stage in self.study.stages]
        lines += ['', 'rows']
        for row in self.study.rows:
            lines.append(f'  {row.name}: {row.label}')
            for name in [f'{row.name}/seed{seed}' for seed in row.seeds]:
                lines.append(f'    {self._state(name, missing):12}{name}')
            own = [name for name in row_targets(row, self.tasks) if '/' in name]
            lines += [f'    {self._state(name, missing):12}{name}' for name in own]
        return '\n'.join(lines)

    def _state(self, name: str, missing: set[str]) -> str:
        task = self.tasks[name]
        if task.finished:
            return 'finished'
        if name not in missing:
            return 'not needed'
        cut_off = task.record and not task.record.get('finished')
        return f'cut off {format_time(task.record["seconds"])}' if cut_off else 'to run'
