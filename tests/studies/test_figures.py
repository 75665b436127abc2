"""Cells of the table against numbers worked out by hand."""

import json
import math
from pathlib import Path

import pytest

from synpose.studies import read_study
from synpose.studies.figures import Figure, read_figure, read_runs
from synpose.studies.study import Column


@pytest.mark.parametrize(
    ('values', 'planned', 'style', 'text'),
    [
        # mean 2, sqrt(((-1)^2 + 0 + 1^2) / 2) = 1
        ({0: 1.0, 1: 2.0, 2: 3.0}, 3, '.2f', '2.00 ± 1.00'),
        # mean .35, sqrt(2 * .05^2 / 1) = .0707
        ({0: 0.3, 2: 0.4}, 3, '.3f', '0.350 ± 0.071 (n = 2 of 3)'),
        ({4: 0.5}, 1, '.3f', '0.500'),
        ({4: 0.5}, 2, '.1%', '50.0% (n = 1 of 2)'),
        ({None: 12.34}, 1, '.1f', '12.3'),
        ({}, 3, '.3f', None),
        ({0: 0.3, 1: math.nan}, 2, '.3f', None),
    ],
)
def test_text_of_a_cell(values, planned, style, text):
    assert Figure(values, planned).text(style) == text


def write_metrics(seed, test, **metrics):
    path = Path(f'work/runs/a/seed{seed}/results/{test}/metrics.json')
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({'metrics': metrics, 'provenance': {}}))


def test_a_column_of_a_test_takes_the_seeds_that_are_finished(workspace):
    write_metrics(0, 'target', AP=0.2)
    write_metrics(2, 'target', AP=0.4)
    write_metrics(1, 'val', AP=0.9)
    study = read_study('projects/synpose/studies/small.yaml')
    runs = read_runs(study)
    assert read_figure(study, study.rows[0], study.columns[0], runs['a']).values == {0: 0.2, 2: 0.4}
    assert read_figure(study, study.rows[1], study.columns[0], runs['b']).values == {}
    wrong = Column('AP50', test='target', metric='AP50')
    with pytest.raises(
        ValueError, match=r"column AP50: .*seed0/results/target/metrics.json has no 'AP50', only \['AP'\]"
    ):
        read_figure(study, study.rows[0], wrong, runs['a'])


def test_a_column_of_a_file(workspace):
    study = read_study('projects/synpose/studies/small.yaml')
    row = study.rows[0]
    for seed, value in ((0, 1), (1, None)):
        Path(f'data/a-{seed}.json').write_text(json.dumps({'x': {'y/z': value}}))
    column = Column('probe', file='data/{row}-{seed}.json', key=('x', 'y/z'))
    values = read_figure(study, row, column, {}).values
    assert values[0] == 1.0
    assert math.isnan(values[1])
    assert set(values) == {0, 1}
    with pytest.raises(ValueError, match=r'column probe: data/a-0.json has no x / w'):
        read_figure(study, row, Column('probe', file='data/{row}-{seed}.json', key=('x', 'w')), {})
    with pytest.raises(ValueError, match=r"data/a-0.json: x is \{'y/z': 1\}, not a number"):
        read_figure(study, row, Column('probe', file='data/{row}-{seed}.json', key=('x',)), {})
    shared = Column('shared', file='data/a-0.json', key=('x', 'y/z'))
    assert read_figure(study, row, shared, {}) == Figure({None: 1.0}, 1)
