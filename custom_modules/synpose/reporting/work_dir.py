"""What MMEngine and ``ResultsHook`` leave in a work dir, read into plain records."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mmengine.config import Config

from synpose.reporting.annotations import read_json


@dataclass(frozen=True)
class TestResult:
    """One ``results/<split>`` folder.

    Attributes:
        split: Name of the split.
        metrics: Metric names to numbers; nan where a figure is not defined (COCO's -1 included).
        provenance: Data, config, command, seed, versions, machine and times of the test.
        predictions: The keypoint results file, or None where it is missing.
    """

    split: str
    metrics: dict[str, float]
    provenance: dict[str, Any]
    predictions: Path | None

    __test__ = False  # not a test case, whatever its name


@dataclass(frozen=True)
class TrainingLog:
    """The scalars of a training, joined over its interruptions.

    Attributes:
        train: One record a logging interval: ``step``, ``loss`` and its terms, ``lr``, ``time``, ...
        val: One record a validation: ``step`` and metrics.
        runs: The folders of the runs that trained.
        seconds: Wall time summed over the runs' log files, or None where a log has no times.
    """

    train: list[dict[str, float]]
    val: list[dict[str, float]]
    runs: list[Path]
    seconds: float | None


def read_stages(work_dir: Path) -> list[dict[str, Any]]:
    """Read the commands a demo ran and how long they took: ``name``, ``command``, ``seconds``; empty without a demo.

    Raises:
        ValueError: If ``timings.json`` is malformed.
    """
    path = work_dir / 'timings.json'
    if not path.is_file():
        return []
    content = read_json(path)
    stages = content.get('stages') if isinstance(content, dict) else None
    if not isinstance(stages, list) or not all({'name', 'command', 'seconds'} <= set(stage) for stage in stages):
        raise ValueError(f'{path}: expected a list "stages" of objects with name, command and seconds')
    return stages


def read_results(work_dir: Path) -> list[TestResult]:
    """Read every finished test of a work dir: ``val``, ``target``, then the others by name.

    Raises:
        ValueError: If a ``metrics.json`` is malformed; names file and field.
    """
    results = []
    for path in sorted(work_dir.glob('results/*/metrics.json')):
        content = read_json(path)
        metrics = content.get('metrics') if isinstance(content, dict) else None
        if not isinstance(metrics, dict) or not isinstance(content.get('provenance', {}), dict):
            raise ValueError(f'{path}: expected the objects "metrics" and "provenance"')
        for name, value in metrics.items():
            if value is not None and not isinstance(value, (int, float)):
                raise ValueError(f'{path}: metrics: {name} is {value!r}, not a number')
        numbers = {name: _defined(name, value) for name, value in metrics.items()}
        predictions = path.with_name('predictions.json')
        results.append(
            TestResult(
                split=path.parent.name,
                metrics=numbers,
                provenance=content.get('provenance', {}),
                predictions=predictions if predictions.is_file() else None,
            )
        )
    return sorted(results, key=lambda result: (result.split != 'val', result.split != 'target', result.split))


def _defined(name: str, value: float | None) -> float:
    # COCO's evaluators say -1 where a figure is not defined, e.g. AP of medium people where there are none.
    undefined = value is None or (value == -1 and name.rsplit('/', 1)[-1].startswith(('AP', 'AR')))
    return float('nan') if undefined or value is None else float(value)


def read_training_log(work_dir: Path) -> TrainingLog:
    """Read the ``scalars.json`` of every run that trained, in time order.

    A resumed run repeats the steps since the checkpoint it started from: what came after its first step is dropped.

    Raises:
        ValueError: If a line is not JSON (the last one may be cut off by a kill, and is left out).
    """
    train: list[dict[str, float]] = []
    val: list[dict[str, float]] = []
    runs, seconds = [], []
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        records = _read_lines(path)
        own_train = [record for record in records if 'loss' in record]
        if not own_train:
            continue
        train = _join(train, own_train)
        val = _join(val, [record for record in records if 'loss' not in record and 'step' in record])
        runs.append(path.parent.parent)
        seconds.append(_wall_seconds(path.parent.parent))
    known = [value for value in seconds if value is not None]
    return TrainingLog(train, val, runs, sum(known) if known and len(known) == len(seconds) else None)


def _join(earlier: list[dict[str, float]], later: list[dict[str, float]]) -> list[dict[str, float]]:
    return [record for record in earlier if not later or record['step'] < later[0]['step']] + later


def _read_lines(path: Path) -> list[dict[str, float]]:
    lines = [line for line in path.read_text(encoding='utf-8').splitlines() if line.strip()]
    records = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            if number == len(lines):
                break
            raise ValueError(f'{path}: line {number} is not valid JSON ({error})') from error
        if 'step' in record or 'iter' in record:
            records.append({'step': record.get('iter', record.get('step')), **record})
    return records


def _wall_seconds(run: Path) -> float | None:
    """Return the time between the first and the last dated line of a run's log."""
    log = run / f'{run.name}.log'
    if not log.is_file():
        return None
    stamps = re.findall(
        r'^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) - ', log.read_text(encoding='utf-8', errors='replace'), re.M
    )
    if not stamps:
        return None
    first, last = (datetime.strptime(stamp, '%Y/%m/%d %H:%M:%S') for stamp in (stamps[0], stamps[-1]))
    return (last - first).total_seconds()


def find_configs(work_dir: Path, log: TrainingLog) -> list[Path]:
    """Return the dumped configs, those of the training runs first, each text once."""
    paths = [run / 'vis_data' / 'config.py' for run in log.runs] + sorted(work_dir.glob('*.py'))
    by_text: dict[str, Path] = {}
    for path in paths:
        if path.is_file():
            by_text.setdefault(path.read_text(encoding='utf-8'), path)
    return list(by_text.values())


def training_datasets(config: Path) -> list[dict[str, str]]:
    """Find the datasets a dumped config trains on, also inside wrappers such as ``CombinedDataset``.

    Args:
        config: A dumped config.

    Returns:
        One dict a dataset: ``ann_file`` and ``img_prefix``, joined to the data root as MMEngine joins them, and
        ``data_root``. Empty when the config trains on nothing that has an annotation file.

    Raises:
        ValueError: If the file is not a config.
    """
    try:
        loaded = Config.fromfile(config, import_custom_modules=False)
        dataset = (loaded.get('train_dataloader') or {}).get('dataset') or {}
    except Exception as error:  # a config is a program: anything can go wrong inside
        raise ValueError(f'{config}: cannot be read as a config ({error})') from error
    return [_join_root(found) for found in _leaf_datasets(dataset) if found.get('ann_file')]


def _leaf_datasets(dataset: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if 'datasets' in dataset:
        for child in dataset['datasets']:
            yield from _leaf_datasets(child)
    elif 'dataset' in dataset:
        yield from _leaf_datasets(dataset['dataset'])
    else:
        yield dataset


def _join_root(dataset: Mapping[str, Any]) -> dict[str, str]:
    root = dataset.get('data_root') or ''
    # SynPose datasets look into images/ where a config names no folder.
    default = 'images' if os.path.isdir(os.path.join(root, 'images')) else ''
    prefix = (dataset.get('data_prefix') or {}).get('img', default)
    # os.path.join leaves an absolute second part alone, as MMEngine does.
    return {
        'ann_file': os.path.join(root, dataset['ann_file']),
        'img_prefix': os.path.join(root, prefix),
        'data_root': root,
    }
