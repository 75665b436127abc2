"""The sections of a report, each a list of blocks. What is missing or damaged becomes a sentence that says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from synpose.reporting.annotations import LabelFile, read_predictions
from synpose.reporting.curves import draw_training_curves
from synpose.reporting.document import Block, Code, Gallery, Picture, Text
from synpose.reporting.pictures import draw_comparison, draw_label_tile, judge_images, sample_evenly
from synpose.reporting.tables import (
    all_metrics_table,
    box_table,
    mapping_table,
    meanings,
    oks_table,
    provenance_table,
    subset_table,
)
from synpose.reporting.work_dir import TestResult, TrainingLog, read_stages, training_datasets

SHEET_SIZE = 4  # labeled samples shown of each dataset

LEGEND = (
    'Samples chosen evenly over each set. Boxes have one color a person; limbs are green on the left, orange on the '
    'right and blue on the midline. A full dot is a visible joint, one with a white center an occluded joint. Below an '
    'image, where the set has them: its stencils tinted by person, and its depth (bright is near).'
)
QUALITY = (
    'Images are ranked by a quality that serves only this choice. Where joints are labeled it is the mean OKS: over '
    'the labeled people of an image, the mean of the best object keypoint similarity that any drawn pose reaches. '
    'Where only boxes are labeled it is the F1 score, at IoU .5, of the tight boxes of the drawn poses. Drawn are the '
    'poses from the score upwards that gives the highest box F1 over the whole split. Crowd regions are left out.'
)


@dataclass(frozen=True)
class ReportData:
    """The annotation files a report shows.

    Attributes:
        splits: Of each results split whose labels could be read.
        training: Of the training datasets.
        problems: What could not be read.
    """

    splits: dict[str, LabelFile]
    training: list[LabelFile]
    problems: list[Block]


def open_data(results: list[TestResult], configs: list[Path]) -> ReportData:
    """Open the labels of every split and of the training set, which the first config names."""
    splits: dict[str, LabelFile] = {}
    training: list[LabelFile] = []
    problems: list[Block] = []

    def open_split(result: TestResult) -> list[Block]:
        source = result.provenance
        if not source.get('ann_file'):
            raise ValueError(f'the metrics.json of {result.split} names no ann_file')
        splits[result.split] = LabelFile(
            source['ann_file'], source.get('img_prefix') or '', source.get('data_root') or ''
        )
        return []

    def open_training() -> list[Block]:
        if not configs:
            return [Text('There is no dumped config in this folder, so the training data is not known.')]
        for source in training_datasets(configs[0]):
            training.append(LabelFile(source['ann_file'], source['img_prefix'], source['data_root']))
        return [] if training else [Text(f'The config {configs[0].name} names no annotated training data.')]

    problems += _guard('The training data', open_training)
    for result in results:
        problems += _guard(f'The data of {result.split}', open_split, result)
    return ReportData(splits, training, problems)


def _guard(what: str, build: Callable[..., list[Block]], *args: Any) -> list[Block]:
    try:
        return build(*args)
    except (FileNotFoundError, ValueError) as error:
        return [Text(f'{what} cannot be shown: {error}.')]


def describe_domains(domains: Iterable[str]) -> str:
    """Say in words where images come from, given the ``domain`` values they state."""
    domains = sorted(domains)
    if not domains:
        return 'images whose origin the annotation file does not state'
    kinds = {'synthetic': 'generated images', 'real': 'real photos'}
    kind = kinds.get(domains[0]) if len(domains) == 1 else None
    return f'{kind or "images of which some are generated or altered"} (domain: {", ".join(domains)})'


def describe_splits(results: list[TestResult], data: ReportData) -> str:
    """Say on what the figures of each split were measured, and what they therefore cannot say."""
    sentences = []
    generated = []
    for result in results:
        labels = data.splits.get(result.split)
        domains = result.provenance.get('domain') or (sorted(labels.domains) if labels else [])
        name = labels.name if labels else result.provenance.get('ann_file') or 'an unnamed dataset'
        count = f'{result.provenance["num_images"]} ' if result.provenance.get('num_images') else ''
        sentences.append(f'`{result.split}` was measured on {name}: {count}{describe_domains(domains)}.')
        if domains and 'real' not in domains:
            generated.append(f'`{result.split}`')
    if generated:
        sentences.append(f'Figures on {" and ".join(generated)} say nothing about real cameras.')
    return ' '.join(sentences)


def results_blocks(results: list[TestResult]) -> list[Block]:
    """Return the headline tables, what their columns mean, and every recorded figure."""
    headline = [table for table in (box_table(results), oks_table(results)) if table]
    subsets = subset_table(results)
    blocks: list[Block] = [*headline]
    if not headline:
        blocks.append(Text('No result holds a box AP or an OKS AP; every recorded figure stands below.'))
    blocks.append(meanings([*headline, subsets]))
    if subsets:
        blocks.append(subsets)
    return [*blocks, all_metrics_table(results)]


def training_blocks(log: TrainingLog, data: ReportData) -> list[Block]:
    """Return the training curves."""
    if not log.train:
        return [Text('There is no training log (`<run>/vis_data/scalars.json` with losses) in this folder.')]
    names = ' and '.join(labels.name for labels in data.training) or 'data that could not be read'
    time = f' in {log.seconds / 60:.1f} minutes' if log.seconds is not None else ''
    caption = (
        f'Training on {names}: {log.train[-1]["step"]} iterations{time}; values as MMEngine logged them '
        f'(runs: {", ".join(run.name for run in log.runs)})'
    )
    curves = Picture('training-curves.png', draw_training_curves(log), caption, 'Training curves')
    return [Gallery((curves,), columns=1)]


def data_blocks(data: ReportData) -> list[Block]:
    """Return a contact sheet of each dataset, each annotation file once."""
    uses: dict[Path, list[str]] = {}
    files: dict[Path, LabelFile] = {}
    for use, labels in [*(('training', labels) for labels in data.training), *data.splits.items()]:
        path = labels.path.resolve()
        uses.setdefault(path, []).append(use)
        files.setdefault(path, labels)
    blocks: list[Block] = [Text(LEGEND), *data.problems]
    for number, (path, labels) in enumerate(files.items(), 1):
        text = (
            f'`{", ".join(uses[path])}`: {labels.name}, {len(labels.images)} images and {labels.num_people} labeled '
            f'people; {describe_domains(labels.domains)}.'
        )
        if labels.problems:
            text += f' {len(labels.problems)} damaged records are left out; the first: {labels.problems[0]}.'
        blocks.append(Text(text))
        blocks += _guard(f'Samples of {labels.name}', _sheet, labels, f'data-{number}')
    return blocks


def _sheet(labels: LabelFile, name: str) -> list[Block]:
    chosen = sample_evenly(labels, SHEET_SIZE)
    pictures = [draw_label_tile(labels, image_id, f'{name}-{i}') for i, image_id in enumerate(chosen, 1)]
    return [Gallery(tuple(pictures))] if pictures else [Text('It has no image with labeled people.')]


def prediction_blocks(results: list[TestResult], data: ReportData) -> list[Block]:
    """Return predictions beside labels for the best, median and worst image of each split."""
    blocks: list[Block] = [Text(QUALITY)]
    for result in results:
        blocks += _guard(f'Predictions on {result.split}', _comparisons, result, data.splits.get(result.split))
    return blocks


def _comparisons(result: TestResult, labels: LabelFile | None) -> list[Block]:
    names = tuple(result.provenance.get('metainfo_joint_names') or ())
    if labels is None:
        raise ValueError('its labels could not be read')
    if result.predictions is None:
        raise FileNotFoundError(f'results/{result.split}/predictions.json: no such file')
    if not names:
        raise ValueError(f'results/{result.split}/metrics.json: provenance: metainfo_joint_names: missing')
    predictions = read_predictions(result.predictions, len(names))
    quality = judge_images(labels, predictions, names)
    if not quality.by_image:
        return [Text(f'`{result.split}`: {labels.name} has no labeled people to compare with.')]
    pictures = [
        replace(picture, name=f'{result.split}-{picture.name}')
        for rank, image_id in quality.ranked()
        for picture in draw_comparison(labels, predictions, names, quality, rank, image_id)
    ]
    values = sorted(quality.by_image.values())
    text = (
        f'`{result.split}` ({labels.name}): {quality.measure} over {len(values)} images, mean '
        f'{sum(values) / len(values):.3f}, from {values[0]:.3f} to {values[-1]:.3f}; poses drawn from score '
        f'{quality.threshold:.3f}.'
    )
    return [Text(text), Gallery(tuple(pictures))]


def provenance_blocks(work_dir: Path, results: list[TestResult], log: TrainingLog, configs: list[Path]) -> list[Block]:
    """Return data, config, seed, times, machine, versions and commands behind the figures."""
    blocks: list[Block] = [provenance_table(results)]
    if log.seconds is not None:
        blocks.append(Text(f'Training took {log.seconds:.0f} s of wall time, validations and checkpoints included.'))
    for field, caption in (('machine', 'Machine of the tests'), ('versions', 'Versions')):
        blocks.append(mapping_table(results, field, caption) or Text(f'The results record no {field}.'))
    stages = read_stages(work_dir)
    if stages:
        lines = [f'# {stage["name"]}: {stage["seconds"]:.0f} s\n{stage["command"]}' for stage in stages]
        blocks.append(
            Code('Commands of the whole job, with their wall times, summed over interruptions', '\n'.join(lines), 'sh')
        )
    commands = dict.fromkeys(str(r.provenance['command']) for r in results if r.provenance.get('command'))
    if commands:
        blocks.append(Code('Commands of the tests', '\n'.join(commands), 'sh'))
    for config in configs:
        text = config.read_text(encoding='utf-8').rstrip()
        blocks.append(Code(f'Config {config.relative_to(work_dir).as_posix()}', text, 'python'))
    if not configs:
        blocks.append(Text('There is no dumped config in this folder.'))
    return blocks
