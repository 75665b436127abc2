"""Assemble the report of a work dir and write it as HTML, Markdown and JSON."""

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from synpose.files import atomic_path, write_json
from synpose.reporting.behavior import behavior_blocks, is_behavior
from synpose.reporting.document import Document, Section, render_html, render_markdown
from synpose.reporting.sections import (
    data_blocks,
    describe_splits,
    open_data,
    prediction_blocks,
    provenance_blocks,
    results_blocks,
    training_blocks,
)
from synpose.reporting.work_dir import TestResult, find_configs, read_results, read_training_log

PICTURE_FOLDER = 'report_files'
BEHAVIOR_FOLDER = 'behavior'


def write_report(work_dir: str | os.PathLike, out: str | os.PathLike | None = None) -> Path:
    """Write ``report.html``, ``report.md`` (figures in ``report_files/``) and ``report.json``.

    ``report.json`` maps each split to its metrics, names to numbers; one that is not defined (nan, or COCO's -1) is
    ``null``. The results of a behavior classifier trained on the poses of this model, in ``<work_dir>/behavior``, are
    reported too, as ``behavior/<split>``.

    Args:
        work_dir: A folder with ``results/<split>/metrics.json``, as ``ResultsHook`` leaves them, of a pose model or of
            a behavior classifier.
        out: Folder of the report. Default: ``work_dir``.

    Returns:
        The HTML file, which is written last.

    Raises:
        FileNotFoundError: If ``work_dir`` is missing or has no results.
        ValueError: If a results or log file is malformed.
    """
    work_dir = Path(work_dir)
    out = Path(out) if out else work_dir
    if not work_dir.is_dir():
        raise FileNotFoundError(f'{work_dir}: no such folder')
    results = read_results(work_dir)
    if not results:
        raise FileNotFoundError(
            f'{work_dir}: no results/<split>/metrics.json to report. Run `python tools/test.py CONFIG CHECKPOINT '
            f'--work-dir {work_dir}` first, with a ResultsHook in the config'
        )
    nested = [
        replace(result, split=f'{BEHAVIOR_FOLDER}/{result.split}')
        for result in read_results(work_dir / BEHAVIOR_FOLDER)
    ]
    return write_document(build_document(work_dir, results, nested), out, metrics_json([*results, *nested]))


def write_document(document: Document, out: Path, values: Any) -> Path:
    """Write a document as ``report.html``, ``report.md`` (figures in ``report_files/``), and ``report.json``.

    Args:
        document: The report.
        out: Folder of the report.
        values: Content of ``report.json``.

    Returns:
        The HTML file, which is written last.
    """
    for picture in document.pictures:
        with atomic_path(out / PICTURE_FOLDER / picture.name) as path:
            path.write_bytes(picture.data)
    current = {picture.name for picture in document.pictures}
    for left_over in (out / PICTURE_FOLDER).glob('*'):  # of an earlier report
        if left_over.suffix in ('.jpg', '.png') and left_over.name not in current:
            left_over.unlink()
    write_text(out / 'report.md', render_markdown(document, PICTURE_FOLDER))
    write_json(out / 'report.json', values, indent=2)
    write_text(out / 'report.html', render_html(document))
    return out / 'report.html'


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding='utf-8')


def metrics_json(results: Iterable[TestResult]) -> dict[str, dict[str, float | None]]:
    """Return ``{split: {metric: number}}`` with None for what is not finite, so that it is valid JSON."""
    return {
        result.split: {name: value if math.isfinite(value) else None for name, value in result.metrics.items()}
        for result in results
    }


def build_document(work_dir: Path, results: list[TestResult], behavior: Sequence[TestResult] = ()) -> Document:
    """Assemble the report; a piece that is missing becomes a sentence that says so.

    Args:
        work_dir: The folder reported.
        results: Its results, at least one.
        behavior: Those of a behavior classifier on the poses of this model.

    Raises:
        ValueError: If the training log is malformed.
    """
    log = read_training_log(work_dir)
    configs = find_configs(work_dir, log)
    data = open_data(results, configs)
    poses = [result for result in results if not is_behavior(result)]
    behavior = [*(result for result in results if is_behavior(result)), *behavior]
    sections = {
        'Results': results_blocks(poses) if poses else [],
        'Training': training_blocks(log, data),
        'Data': data_blocks(data),
        'Predictions': prediction_blocks(poses, data) if poses else [],
        'Student behavior': behavior_blocks(behavior) if behavior else [],
        'Provenance': provenance_blocks(work_dir, [*poses, *behavior], log, configs),
    }
    return Document(
        title=f'Report of {work_dir.resolve().name}',
        lead=describe_splits(results, data),
        sections=tuple(Section(title, tuple(blocks)) for title, blocks in sections.items() if blocks),
    )
