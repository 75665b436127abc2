"""The tables of a report, and in words what their columns mean."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from synpose.reporting.document import Table, Terms
from synpose.reporting.work_dir import TestResult

BOX_COLUMNS = ('AP', 'AP50', 'AP75', 'AR', 'AP_s', 'AP_m', 'AP_l', 'AP_f', 'AP_b')
SUBSETS = ('s', 'm', 'l', 'f', 'b')
BOX_ROWS = {
    'bbox_iou': 'tight boxes',
    'bbox_iou_margin': 'with margins',
    'bbox_iou_ceiling': 'ceiling: true keypoints',
}
# COCO's own evaluators name their figures with spaces; the first name that a result holds is shown.
OKS_COLUMNS = {
    'AP': ('AP',),
    'AP50': ('AP .5', 'AP50'),
    'AP75': ('AP .75', 'AP75'),
    'AP (M)': ('AP (M)',),
    'AP (L)': ('AP (L)',),
    'AR': ('AR',),
}

MEANINGS = (
    (
        'AP',
        'Average precision: the mean over thresholds .50 to .95 of the area below the precision-recall curve. 1 is '
        'perfect; people missed, invented or badly placed all lower it.',
    ),
    ('AP50, AP75', 'The same at one threshold: a prediction counts when it overlaps a label by 50% or 75%.'),
    ('AR', 'Average recall: the share of labeled people found, mean over the same thresholds.'),
    ('AP_s, AP_m, AP_l', 'AP over the images of small, medium and large rooms. Not a split by the size of people.'),
    ('AP_f, AP_b', 'AP over the images of cameras that see the people from the front, and from the back.'),
    (
        'tight boxes',
        'The box around the predicted joints against the labeled box. Joints lie inside the body, so even perfect '
        'poses score well below 1.',
    ),
    (
        'with margins',
        'The pose box is first widened by fixed margins, fractions of its size that were fitted on training labels.',
    ),
    (
        'ceiling: true keypoints',
        "What the labels' own keypoints reach under the same rules: the best a pose model could score on this data.",
    ),
    (
        'OKS AP',
        'AP by object keypoint similarity: predicted joints against labeled joints, their distance measured relative '
        'to the size of the person and to how precisely people label each joint.',
    ),
    ('AP (M), AP (L)', 'OKS AP of the people who cover 32 x 32 to 96 x 96 px, and of the larger ones.'),
)


def box_table(results: Sequence[TestResult]) -> Table | None:
    """Return the headline table of box AP, a row a split and scoring; None where nothing was scored against boxes."""
    rows = [
        (result.split, label, *(result.metrics.get(f'{prefix}/{name}') for name in BOX_COLUMNS))
        for result in results
        for prefix, label in _box_prefixes(result.metrics).items()
    ]
    return Table('Poses scored against boxes', ('split', 'scoring', *BOX_COLUMNS), tuple(rows)) if rows else None


def subset_table(results: Sequence[TestResult]) -> Table | None:
    """Return AP50 and AP75 of every image subset; None where no result has subsets."""
    names = tuple(f'AP_{subset}{threshold}' for threshold in (50, 75) for subset in SUBSETS)
    rows = [
        (result.split, label, *(result.metrics.get(f'{prefix}/{name}') for name in names))
        for result in results
        for prefix, label in _box_prefixes(result.metrics).items()
        if any(f'{prefix}/{name}' in result.metrics for name in names)
    ]
    return Table('The image subsets at single thresholds', ('split', 'scoring', *names), tuple(rows)) if rows else None


def oks_table(results: Sequence[TestResult]) -> Table | None:
    """Return the table of OKS AP (names below ``coco/``); None where no result has one."""
    rows = []
    for result in results:
        if any(name.startswith('coco/') for name in result.metrics):
            found = [
                next((result.metrics[f'coco/{n}'] for n in names if f'coco/{n}' in result.metrics), None)
                for names in OKS_COLUMNS.values()
            ]
            rows.append((result.split, *found))
    return Table('Poses scored against keypoints (OKS)', ('split', *OKS_COLUMNS), tuple(rows)) if rows else None


def all_metrics_table(results: Sequence[TestResult]) -> Table:
    """Return every recorded metric by name, a column a split."""
    names = dict.fromkeys(name for result in results for name in result.metrics)
    rows = tuple((f'`{name}`', *(result.metrics.get(name) for result in results)) for name in names)
    return Table('Every recorded figure', ('metric', *(result.split for result in results)), rows, folded=True)


def meanings(tables: Iterable[Table | None]) -> Terms:
    """Return what the columns and rows of the tables mean, leaving out what none of them shows."""
    shown: set[str] = set()
    for table in tables:
        if table:
            shown |= {*table.header, *(str(row[1]) for row in table.rows)}
            shown |= {'OKS AP'} if 'OKS' in table.caption else set()
    return Terms(tuple((term, text) for term, text in MEANINGS if any(part in shown for part in term.split(', '))))


def provenance_table(results: Sequence[TestResult], caption: str = 'Tests') -> Table:
    """Return where each split's figures come from, a column a split."""
    fields = ('config', 'checkpoint', 'ann_file', 'num_images', 'seed', 'started', 'seconds')
    names = {'num_images': 'images', 'ann_file': 'labels', 'seconds': 'wall time (s)'}
    rows = tuple(
        (names.get(field, field), *(_text(result.provenance.get(field)) for result in results)) for field in fields
    )
    return Table(caption, ('', *(result.split for result in results)), rows)


def mapping_table(results: Sequence[TestResult], field: str, caption: str) -> Table | None:
    """Return an object of the provenance (``'versions'``, ``'machine'``) as a table, a column for each different one.

    None where no result records it.
    """
    columns: dict[str, dict[str, Any]] = {}
    for result in results:
        value = result.provenance.get(field)
        if isinstance(value, dict) and value:
            same = next((name for name, other in columns.items() if other == value), None)
            columns[f'{same}, {result.split}' if same else result.split] = columns.pop(same) if same else value
    if not columns:
        return None
    keys = dict.fromkeys(key for value in columns.values() for key in value)
    rows = tuple((key, *(_text(value.get(key)) for value in columns.values())) for key in keys)
    return Table(caption, ('', *columns), rows)


def _box_prefixes(metrics: Mapping[str, float]) -> dict[str, str]:
    present = dict.fromkeys(name.rsplit('/', 1)[0] for name in metrics if name.startswith('bbox_iou'))
    order = [*(prefix for prefix in BOX_ROWS if prefix in present), *(p for p in present if p not in BOX_ROWS)]
    return {prefix: BOX_ROWS.get(prefix, prefix) for prefix in order}


def _text(value: Any) -> str:
    if value is None or value == '':
        return 'not recorded'
    if isinstance(value, (list, tuple)):
        return ', '.join(map(str, value)) or 'none'
    return f'{value:.1f}' if isinstance(value, float) else str(value)
