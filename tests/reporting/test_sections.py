from pathlib import Path

import pytest

from synpose.reporting.document import Block, Gallery, Text
from synpose.reporting.sections import (
    data_blocks,
    describe_domains,
    describe_splits,
    open_data,
    prediction_blocks,
    results_blocks,
    training_blocks,
)
from synpose.reporting.work_dir import TestResult, TrainingLog, find_configs, read_results, read_training_log


def texts(blocks: list[Block]) -> str:
    return '\n'.join(block.text for block in blocks if isinstance(block, Text))


def galleries(blocks: list[Block]) -> list[Gallery]:
    return [block for block in blocks if isinstance(block, Gallery)]


@pytest.mark.parametrize(
    ('domains', 'expected'),
    [
        (['synthetic'], 'generated images (domain: synthetic)'),
        (['real'], 'real photos (domain: real)'),
        (['translated'], 'images of which some are generated or altered (domain: translated)'),
        (['synthetic', 'real'], 'images of which some are generated or altered (domain: real, synthetic)'),
        ([], 'images whose origin the annotation file does not state'),
    ],
)
def test_describe_domains(domains: list[str], expected: str) -> None:
    assert describe_domains(domains) == expected


def test_generated_data_is_called_generated(work_dir: Path) -> None:
    results = read_results(work_dir)
    real = TestResult('street', {}, {'ann_file': 'x/y.json', 'num_images': 4, 'domain': ['real']}, None)
    lead = describe_splits([*results, real], open_data(results, []))
    assert '`val` was measured on classroom/val: 5 generated images (domain: synthetic).' in lead
    assert '`street` was measured on x/y.json: 4 real photos (domain: real).' in lead
    assert lead.endswith('Figures on `val` and `target` say nothing about real cameras.')


def test_each_dataset_is_shown_once(work_dir: Path) -> None:
    results = read_results(work_dir)
    data = open_data([*results, results[0]], find_configs(work_dir, read_training_log(work_dir)))
    assert data.problems == []
    blocks = data_blocks(data)
    assert len(galleries(blocks)) == 3
    assert '`training`: classroom/train, 5 images and 15 labeled people; generated images' in texts(blocks)
    # The training set was also tested: one sheet with both uses.
    again = open_data([TestResult('val', {}, {'ann_file': data.training[0].path}, None)], [work_dir / 'tiny.py'])
    assert '`training, val`: classroom/train' in texts(data_blocks(again))


def test_predictions_of_each_split(work_dir: Path) -> None:
    results = read_results(work_dir)
    blocks = prediction_blocks(results, open_data(results, []))
    names = [picture.name for gallery in galleries(blocks) for picture in gallery.pictures]
    assert names[:6] == [
        f'val-{rank}-{what}.jpg' for rank in ('best', 'median', 'worst') for what in ('labels', 'predictions')
    ]
    assert len(names) == 12
    assert '`val` (classroom/val): mean OKS over 5 images' in texts(blocks)


def test_missing_pieces_become_sentences(work_dir: Path, dataset: Path) -> None:
    (work_dir / 'results' / 'val' / 'predictions.json').unlink()
    (dataset / 'annotations' / 'target.json').unlink()
    results = read_results(work_dir)
    data = open_data(results, [])
    assert 'The data of target cannot be shown' in texts(data.problems)
    assert 'no dumped config' in texts(data.problems)
    found = texts(prediction_blocks(results, data))
    assert 'Predictions on val cannot be shown: results/val/predictions.json: no such file.' in found
    assert 'Predictions on target cannot be shown: its labels could not be read.' in found
    assert 'There is no training log' in texts(training_blocks(TrainingLog([], [], [], None), data))
    assert 'No result holds a box AP' in texts(results_blocks([TestResult('val', {'PCK': 0.5}, {}, None)]))


def test_a_missing_image_is_named(work_dir: Path, dataset: Path) -> None:
    for image in (dataset / 'images').glob('*.png'):
        image.unlink()
    results = read_results(work_dir)
    data = open_data(results, [])
    assert 'Samples of classroom/val cannot be shown' in texts(data_blocks(data))
    assert '.png: no such image' in texts(prediction_blocks(results, data))
