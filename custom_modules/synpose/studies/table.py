"""The table of a study, as a document and as records."""

from collections.abc import Mapping, Sequence
from typing import Any

from synpose.reporting.document import Cell, Document, Gallery, Picture, Section, Table, Text
from synpose.reporting.work_dir import TestResult

from .figures import Figure, read_figure
from .provenance import provenance_section
from .study import Row, Study

Runs = Mapping[str, dict[int, dict[str, TestResult]]]


def read_figures(study: Study, runs: Runs) -> dict[str, list[Figure]]:
    """Return the cells of every row, in the order of the columns."""
    return {
        row.name: [read_figure(study, row, column, runs[row.name]) for column in study.columns] for row in study.rows
    }


def finished_seeds(study: Study, row: Row, runs: Runs) -> list[int]:
    """Return the seeds of a row that have at least one result."""
    return [seed for seed in row.seeds if runs[row.name].get(seed)]


def seeds_text(study: Study, row: Row, runs: Runs) -> str | None:
    """Say how many trainings a row's figures rest on; None for a row without training."""
    if row.config is None:
        return None
    done = finished_seeds(study, row, runs)
    if not done:
        return f'none of {len(row.seeds)} yet'
    if len(done) < len(row.seeds):
        return f'{len(done)} of {len(row.seeds)} so far'
    return 'one, no spread' if len(done) == 1 else str(len(done))


def make_document(
    study: Study, runs: Runs, figures: Mapping[str, Sequence[Figure]], pictures: Sequence[Picture], provenance: Any
) -> Document:
    """Build the page: the table, each seed's figures, the pictures, the provenance."""
    header = tuple(column.header for column in study.columns)
    rows = tuple(
        (row.label, seeds_text(study, row, runs), *(f.text(c.format) for f, c in zip(figures[row.name], study.columns)))
        for row in study.rows
    )
    spread = 'Mean ± sample standard deviation over trainings of different seeds; a row of one training has no spread.'
    blocks: list[Any] = [Table(study.title, ('', 'seeds', *header), rows), Text(spread)]
    by_seed = _rows_by_seed(study, figures)
    if by_seed:
        blocks.append(Table('Each training', ('', 'seed', *header), by_seed, folded=True))
    sections = [Section('Results', tuple(blocks))]
    if pictures:
        sections.append(Section('Pictures', (Gallery(tuple(pictures), 1),)))
    return Document(study.title, study.about, (*sections, provenance_section(study, provenance)))


def _rows_by_seed(study: Study, figures: Mapping[str, Sequence[Figure]]) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    for row in study.rows:
        for seed in row.seeds:
            values = [figure.values.get(seed) for figure in figures[row.name]]
            if any(value is not None for value in values):
                cells = [None if v is None else f'{v:{c.format}}' for v, c in zip(values, study.columns)]
                rows.append((row.label, seed, *cells))
    return tuple(rows)


def make_records(study: Study, runs: Runs, figures: Mapping[str, Sequence[Figure]], provenance: Any) -> dict[str, Any]:
    """Return everything as JSON: rows with their cells and with every figure of every test, and the provenance."""
    return {
        'title': study.title,
        'columns': [column.header for column in study.columns],
        'rows': [
            {
                'name': row.name,
                'label': row.label,
                'config': row.config,
                'options': dict(row.options),
                'seeds': list(row.seeds),
                'finished': finished_seeds(study, row, runs),
                'cells': {
                    column.header: {'mean': f.mean, 'sd': f.sd, 'n': len(f.values), 'values': list(f.values.values())}
                    for column, f in zip(study.columns, figures[row.name])
                },
                'tests': {
                    str(seed): {name: result.metrics for name, result in tests.items()}
                    for seed, tests in runs[row.name].items()
                },
            }
            for row in study.rows
        ],
        'provenance': provenance,
    }
