"""The driver of `make bench`: ratios, growth and the table; nothing is timed."""

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / 'benchmarks'


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module('bench')


def test_a_ratio_tells_how_many_times_better_ours_is(bench):
    assert bench.ratio_of(bench.Case('', 6.0, 2.0)) == 3
    assert bench.ratio_of(bench.Case('', 2.0, 6.0, unit='images/s')) == 3
    assert bench.ratio_of(bench.Case('', None, 2.0)) is None


@pytest.mark.parametrize(
    ('costs', 'unit', 'expected'),
    [
        ((1.0, 9.0), 'ms', 'no more than linear'),
        ((1.0, 20.0), 'ms', 'MORE than linear'),
        ((2.0, 2.1), 'images/s', 'no more than linear'),
        ((2.0, 1.0), 'images/s', 'MORE than linear'),
    ],
)
def test_growth_is_told(bench, costs, unit, expected):
    cases = [bench.Case('', None, cost, unit, series='n', size=10.0**i) for i, cost in enumerate(costs)]
    (line,) = bench.growth_lines('work', cases)
    assert expected in line


def test_the_table_says_what_missed(bench):
    cases = [
        bench.Case('small', 30.0, 1.0, aim=15),
        bench.Case('large', 10.0, 1.0, aim=15),
        bench.Case('huge', None, 1),
    ]
    text = bench.tables({'row': cases}, bench.Options(), 90, {'row': 'work'}, 1)
    assert '| work | small | **30x** | >= 15x met | 30 | 1 | ms |' in text
    assert '| work | large | **10x** | >= 15x MISSED |' in text
    assert '| work | huge |  |  |  | 1 | ms |' in text


def test_the_readme_keeps_what_is_around_the_table(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(bench, 'README', tmp_path / 'README.md')
    bench.README.write_text('# Head\n', encoding='utf-8')
    bench.write_readme('first')
    bench.README.write_text(bench.README.read_text(encoding='utf-8') + '\ntail\n', encoding='utf-8')
    bench.write_readme('second')
    text = bench.README.read_text(encoding='utf-8')
    assert text.startswith('# Head\n') and text.endswith('\ntail\n')  # noqa: PT018
    assert 'second' in text and 'first' not in text  # noqa: PT018


def test_turns_are_taken_until_there_are_three(bench):
    common = importlib.import_module('bench_rows.common')
    calls = []
    times = common.alternate(lambda: calls.append('stock'), lambda: calls.append('ours'), common.Options(quick=True))
    assert len(times) == 2 and min(times) >= 0  # noqa: PT018
    assert {'stock', 'ours'} == set(calls)
