"""From a study to its commands: what each row trains and tests, in which order, and what of it is missing."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction

from synpose.demo import resource_root

from .study import Row, Stage, Study
from .tasks import Task


def make_tasks(study: Study) -> dict[str, Task]:
    """Work out all commands of a study.

    Args:
        study: As read.

    Returns:
        Tasks by name, those that others need first; otherwise in the order of the file.

    Raises:
        ValueError: If a config cannot be read, an option names no part of it, tests share a name, a stage is unknown
            or stages need each other in a circle; if a run on disk was begun with other settings. The message names
            file, row and field.
    """
    tasks = {stage.name: _stage_task(study, stage) for stage in study.stages}
    for row in study.rows:
        where = f'{study.path}: row {row.name}'
        for field in ('needs', 'measures'):
            _check_needs(getattr(row, field), {stage.name for stage in study.stages}, f'{where}: {field}')
        for task in _row_tasks(study, row, where):
            tasks[task.name] = task
    for task in tasks.values():
        _check_needs(task.needs, tasks, f'{study.path}: stage {task.name}: needs')
    try:
        TopologicalSorter({name: task.needs for name, task in tasks.items()}).prepare()
    except CycleError as error:
        raise ValueError(f'{study.path}: stages: need each other in a circle: {" -> ".join(error.args[1])}') from error
    for column in study.columns:
        if column.test and not any(name.endswith(f'/test_{column.test}') for name in tasks):
            where = f'{study.path}: column {column.header}: test'
            raise ValueError(f'{where}: no test writes results named {column.test!r}')
    for task in tasks.values():
        task.check_settings()
    ordered: dict[str, Task] = {}

    def visit(name: str) -> None:
        for need in tasks[name].needs:
            visit(need)
        ordered.setdefault(name, tasks[name])

    for name in tasks:
        visit(name)
    return ordered


def missing_tasks(study: Study, tasks: Mapping[str, Task], rows: Collection[str] | None = None) -> list[Task]:
    """Return what is left to do, in order.

    A training whose results are all there is finished, whatever became of its checkpoint and of the stages before it.

    Args:
        study: As read.
        tasks: What :func:`make_tasks` returned.
        rows: Names of the rows wanted. Default: all.

    Raises:
        ValueError: If there is no row of such a name.
    """
    unknown = sorted(set(rows or ()) - {row.name for row in study.rows})
    if unknown:
        raise ValueError(f'{study.path}: there is no row {unknown[0]!r}; rows: {", ".join(r.name for r in study.rows)}')
    wanted: set[str] = set()
    chosen = [row for row in study.rows if rows is None or row.name in rows]
    pending = [name for row in chosen for name in row_targets(row, tasks)]
    while pending:
        name = pending.pop()
        if name not in wanted and not tasks[name].finished:
            wanted.add(name)
            pending += tasks[name].needs
    return [task for name, task in tasks.items() if name in wanted]


def row_targets(row: Row, tasks: Mapping[str, Task]) -> list[str]:
    """Return the names of the tasks whose files are a row's results."""
    own = [name for name, task in tasks.items() if name.startswith(f'{row.name}/') and task.kind in ('test', 'after')]
    return [*own, *row.measures, *(() if row.config else row.needs)]


def _check_needs(names: Sequence[str], known: Collection[str], where: str) -> None:
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        shown = ', '.join(sorted(name for name in known if '/' not in name)) or 'none'
        raise ValueError(f'{where}: there is no stage {unknown!r}; stages: {shown}')


def _stage_task(study: Study, stage: Stage) -> Task:
    log = study.work_dir / 'logs' / f'{stage.name}.log'
    # What its configs say now must be what they said when it began, as for a training.
    paths = [part for part in stage.command[1:] if part.endswith('.py') and Path(part).is_file()]
    where = f'{study.path}: stage {stage.name}: command'
    settings = {path: _as_json(load_config(path, {}, where).to_dict()) for path in paths} or None
    return Task(stage.name, 'stage', stage.command, Path(stage.done), log, stage.needs, settings)


def _row_tasks(study: Study, row: Row, where: str) -> Iterator[Task]:
    """List the trainings of a row and what follows each."""
    if row.config is None:
        return
    tool = resource_root() / 'tools'
    options = {**study.budget, **row.options}
    config = load_config(row.config, options, f'{where}: config')
    checkpoint_name = last_checkpoint_name(config, f'{where}: config')
    tests: dict[str, tuple[str, Config]] = {}
    for path in row.tests:
        tested = load_config(path, options, f'{where}: tests: {path}')
        split = _results_name(tested, f'{where}: tests: {path}')
        if split in tests:
            raise ValueError(f'{where}: tests: {path}: another test also writes results named {split!r}')
        tests[split] = path, tested
    for seed in row.seeds:
        name, folder = f'{row.name}/seed{seed}', study.run_dir(row, seed)
        checkpoint = folder / checkpoint_name
        shared = ('--work-dir', str(folder), *_options({**options, 'randomness.seed': seed}))
        config.merge_from_dict({'randomness.seed': seed})
        yield Task(
            name,
            'train',
            (str(tool / 'train.py'), row.config, *shared),
            checkpoint,
            folder / 'train.log',
            row.needs,
            _as_json(config.to_dict()),
            _files(config, 'train_dataloader'),
        )
        for split, (path, tested) in tests.items():
            yield Task(
                f'{name}/test_{split}',
                'test',
                (str(tool / 'test.py'), path, str(checkpoint), *shared),
                folder / 'results' / split / 'metrics.json',
                folder / f'test_{split}.log',
                (name,),
                _as_json({key: tested.get(key) for key in ('model', 'test_dataloader', 'test_evaluator')}),
                _files(tested, 'test_dataloader', 'test_evaluator'),
            )
        values = {'row': row.name, 'seed': seed, 'config': row.config, 'work_dir': folder, 'checkpoint': checkpoint}
        siblings = {*(stage.name for stage in row.after), *(f'test_{split}' for split in tests)}
        for stage in (stage.filled(**values) for stage in row.after):
            needs = (f'{name}/{need}' if need in siblings else need for need in stage.needs)
            log = folder / f'{stage.name}.log'
            yield Task(f'{name}/{stage.name}', 'after', stage.command, Path(stage.done), log, (name, *needs))


def load_config(path: str, options: Mapping[str, Any], where: str) -> Config:
    """Read a config and change it as ``--cfg-options`` would.

    Raises:
        ValueError: If it cannot be read, or an option names no part of it; the message starts with ``where``.
    """
    try:
        config = Config.fromfile(path)
    except Exception as error:  # a config is a program: anything can go wrong inside
        raise ValueError(f'{where}: {path} cannot be read as a config ({error})') from error
    unknown = next((key for key in options if key.split('.')[0] not in config), None)
    if unknown is not None:
        raise ValueError(f'{where}: option {unknown!r}: {path} has no {unknown.split(".")[0]!r}')
    try:
        config.merge_from_dict({key: DictAction._parse_iterable(_option(value)) for key, value in options.items()})
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f'{where}: options {dict(options)} do not fit {path} ({error})') from error
    return config


def last_checkpoint_name(config: Config, where: str) -> str:
    """Return the name MMEngine gives the last checkpoint of a training.

    Raises:
        ValueError: If the config does not say how long it trains.
    """
    train = config.get('train_cfg') or {}
    by_epoch = train.get('by_epoch', train.get('type') != 'IterBasedTrainLoop')
    count = train.get('max_epochs' if by_epoch else 'max_iters')
    if count is None:
        raise ValueError(f'{where}: train_cfg names neither max_epochs nor max_iters')
    return f'epoch_{count}.pth' if by_epoch else f'iter_{count}.pth'


def annotation_files(node: Any) -> Iterator[str]:
    """Find the annotation files that a part of a config reads, joined to their ``data_root``, and its poses."""
    if isinstance(node, Mapping):
        if isinstance(node.get('ann_file'), str):
            yield os.path.join(node.get('data_root') or '', node['ann_file'])
        if isinstance(node.get('predictions'), str):
            yield node['predictions']
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for part in node:
            yield from annotation_files(part)


def _files(config: Config, *parts: str) -> tuple[str, ...]:
    """Return what stands for the data: annotation files, and ``dataset.json``, which says how the images were made."""
    found = [Path(file) for part in parts for file in annotation_files(config.get(part))]
    made = [file.parent.parent / 'dataset.json' for file in found if file.parent.name == 'annotations']
    return tuple(dict.fromkeys(str(file) for file in (*found, *made)))


def _results_name(config: Config, where: str) -> str:
    names = [hook.get('name', 'test') for hook in config.get('custom_hooks') or [] if hook['type'] == 'ResultsHook']
    if len(names) != 1:
        raise ValueError(f'{where}: needs one ResultsHook in custom_hooks, has {len(names)}')
    return names[0]


def _options(options: Mapping[str, Any]) -> tuple[str, ...]:
    return ('--cfg-options', *(f'{key}={_option(value)}' for key, value in options.items()))


def _option(value: Any) -> str:
    return f'[{",".join(map(_option, value))}]' if isinstance(value, (list, tuple)) else str(value)


def _as_json(node: Any) -> Any:
    """Return a part of a config as JSON can hold it: tuples become lists, types their names."""
    if isinstance(node, Mapping):
        return {str(key): _as_json(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_as_json(value) for value in node]
    return node if node is None or isinstance(node, (str, int, float, bool)) else str(node)
