import math

from synpose.reporting.tables import (
    all_metrics_table,
    box_table,
    mapping_table,
    meanings,
    oks_table,
    provenance_table,
    subset_table,
)
from synpose.reporting.work_dir import TestResult


def result(split: str, metrics: dict, **provenance: object) -> TestResult:
    return TestResult(split, metrics, dict(provenance), None)


VAL = result('val', {'bbox_iou_margin/AP50': 0.8, 'bbox_iou/AP': 0.3, 'bbox_iou/AP_b75': 0.1, 'coco/AP .5': 0.4})
REAL = result('real', {'bbox_iou/AP': math.nan, 'coco/AP50': 0.2, 'PCK': 0.5})


def test_box_table_puts_each_figure_in_its_column() -> None:
    table = box_table([VAL, REAL])
    assert table is not None
    assert table.header == ('split', 'scoring', 'AP', 'AP50', 'AP75', 'AR', 'AP_s', 'AP_m', 'AP_l', 'AP_f', 'AP_b')
    assert [row[:4] for row in table.rows[:2]] == [
        ('val', 'tight boxes', 0.3, None),
        ('val', 'with margins', None, 0.8),
    ]
    assert table.rows[2][:2] == ('real', 'tight boxes')
    assert math.isnan(table.rows[2][2])  # type: ignore[arg-type]
    assert table.numeric == (False, False, *[True] * 9)


def test_unknown_box_metrics_keep_their_prefix() -> None:
    table = box_table([result('val', {'bbox_iou_extra/AP': 0.5})])
    assert table is not None
    assert table.rows[0][:3] == ('val', 'bbox_iou_extra', 0.5)


def test_subset_table_has_only_rows_with_subsets() -> None:
    table = subset_table([VAL, REAL])
    assert table is not None
    assert len(table.rows) == 1
    assert dict(zip(table.header, table.rows[0]))['AP_b75'] == 0.1
    assert subset_table([REAL]) is None


def test_oks_table_reads_either_name_of_a_figure() -> None:
    table = oks_table([VAL, REAL])
    assert table is not None
    assert [dict(zip(table.header, row))['AP50'] for row in table.rows] == [0.4, 0.2]
    assert oks_table([result('val', {'bbox_iou/AP': 0.1})]) is None


def test_every_metric_of_every_split() -> None:
    table = all_metrics_table([VAL, REAL])
    assert ('`PCK`', None, 0.5) in table.rows
    assert len(table.rows) == 6


def test_meanings_cover_what_is_shown_only() -> None:
    terms = [term for term, _ in meanings([box_table([VAL]), oks_table([VAL])]).items]
    assert terms[:2] == ['AP', 'AP50, AP75']
    assert 'with margins' in terms
    assert 'ceiling: true keypoints' not in terms
    assert 'OKS AP' in terms
    assert 'OKS AP' not in [term for term, _ in meanings([box_table([VAL]), None]).items]


def test_provenance_says_what_is_not_recorded() -> None:
    table = provenance_table([result('val', {}, seed=0, seconds=1.25), result('real', {})])
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows['seed'] == ('0', 'not recorded')
    assert rows['wall time (s)'] == ('1.2', 'not recorded')


def test_equal_mappings_share_a_column() -> None:
    machine = {'cpu_cores': 2, 'gpus': []}
    results = [
        result('a', {}, machine=machine),
        result('b', {}, machine={'cpu_cores': 8}),
        result('c', {}, machine=machine),
    ]
    table = mapping_table(results, 'machine', 'Machines')
    assert table is not None
    columns = dict(zip(table.header[1:], zip(*(row[1:] for row in table.rows))))
    assert columns == {'a, c': ('2', 'none'), 'b': ('8', 'not recorded')}
    assert mapping_table(results, 'versions', 'Versions') is None
