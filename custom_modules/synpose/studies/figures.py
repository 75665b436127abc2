"""The figures of a study: read from results files, one a seed, with their mean and spread."""

import math
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from synpose.reporting.annotations import read_json
from synpose.reporting.work_dir import TestResult, read_results

from .study import Column, Row, Study, fill


@dataclass(frozen=True)
class Figure:
    """One cell of the table.

    Attributes:
        values: The figure of each seed that is finished; of the key None where all seeds share it.
        planned: Seeds that the row is to have.
    """

    values: dict[int | None, float] = field(default_factory=dict)
    planned: int = 1

    @property
    def mean(self) -> float | None:
        """Mean over the seeds; None without a value, nan where a value is not defined."""
        return statistics.fmean(self.values.values()) if self.values else None

    @property
    def sd(self) -> float | None:
        """Sample standard deviation (n - 1) over the seeds; None with fewer than two."""
        values = list(self.values.values())
        if len(values) < 2:
            return None
        # statistics.stdev raises on nan
        return statistics.stdev(values) if all(map(math.isfinite, values)) else math.nan

    def text(self, style: str) -> str | None:
        """Return ``mean ± sd``, with ``n`` where seeds are missing; None where there is no defined value.

        Args:
            style: Format of the numbers.
        """
        if self.mean is None or not math.isfinite(self.mean):
            return None
        spread = '' if self.sd is None else f' ± {self.sd:{style}}'
        short = None not in self.values and len(self.values) < self.planned
        return f'{self.mean:{style}}{spread}{f" (n = {len(self.values)} of {self.planned})" if short else ""}'


def read_runs(study: Study) -> dict[str, dict[int, dict[str, TestResult]]]:
    """Read the finished tests of all rows: ``{row: {seed: {name of the test: result}}}``.

    Raises:
        ValueError: If a results file is malformed.
    """
    return {
        row.name: {
            seed: {result.split: result for result in read_results(study.run_dir(row, seed))} for seed in row.seeds
        }
        for row in study.rows
    }


def read_figure(study: Study, row: Row, column: Column, runs: dict[int, dict[str, TestResult]]) -> Figure:
    """Return the cell of a row and column.

    Args:
        study: The study.
        row: One of its rows.
        column: One of its columns.
        runs: The row's entry of :func:`read_runs`.

    Raises:
        ValueError: If a results file lacks the figure; names both.
    """
    where = f'{study.path}: column {column.header}'
    values: dict[int | None, float] = {}
    if column.test is not None:
        for seed, results in runs.items():
            if column.test in results:
                metrics = results[column.test].metrics
                if column.metric not in metrics:
                    file = study.run_dir(row, seed) / 'results' / column.test / 'metrics.json'
                    raise ValueError(f'{where}: {file} has no {column.metric!r}, only {sorted(metrics)}')
                values[seed] = metrics[column.metric]
        return Figure(values, len(row.seeds))
    keys: tuple[int | None, ...] = row.seeds if column.by_seed else (None,)
    for key in keys:
        folder = study.work_dir if key is None else study.run_dir(row, key)
        path = Path(fill(str(column.file), row=row.name, seed=key, work_dir=folder))
        if path.is_file():
            values[key] = _look_up(path, column.key, where)
    return Figure(values, len(row.seeds) if column.by_seed else 1)


def _look_up(path: Path, keys: tuple[str, ...], where: str) -> float:
    node = read_json(path)
    for key in keys:
        if not isinstance(node, dict) or key not in node:
            raise ValueError(f'{where}: {path} has no {" / ".join(keys)}')
        node = node[key]
    if node is None:
        return math.nan
    if isinstance(node, bool) or not isinstance(node, (int, float)):
        raise ValueError(f'{where}: {path}: {" / ".join(keys)} is {node!r}, not a number')
    return float(node)
