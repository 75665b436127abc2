import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.files import write_json
from synpose.reporting import write_report
from synpose.reporting.behavior import behavior_blocks, draw_students, is_behavior, read_student_results
from synpose.reporting.document import Gallery, Table, Text
from synpose.reporting.name_tags import MISSED_COLOR, RIGHT_COLOR, WRONG_COLOR
from synpose.reporting.work_dir import read_results
from synpose.skeletons import COCO17_NAMES


def test_table_pictures_and_counts(tmp_path: Path, dataset: Path, behavior_writer: Callable) -> None:
    behavior_writer(tmp_path, 'val', dataset)
    results = read_results(tmp_path)
    assert [is_behavior(result) for result in results] == [True]
    blocks = behavior_blocks(results)
    table = next(block for block in blocks if isinstance(block, Table))
    assert table.rows == (('val', 1 / 3, 1 / 2, 2 / 3, None),)
    text = next(block.text for block in blocks if isinstance(block, Text))
    assert '`val` (classroom/val): 5 of 15 students on 5 images are recognized, 5 have no pose.' in text
    (gallery,) = (block for block in blocks if isinstance(block, Gallery))
    assert [picture.name for picture in gallery.pictures] == [
        'behavior-val-confusion.png',
        'behavior-val-best.jpg',
        'behavior-val-median.jpg',
        'behavior-val-worst.jpg',
    ]
    assert gallery.pictures[1].caption.endswith('1 of 3 students recognized')


def test_colors_say_right_wrong_and_missed(tmp_path: Path, dataset: Path, behavior_writer: Callable) -> None:
    records = behavior_writer(tmp_path, 'val', dataset)
    students = [s for s in read_student_results(read_results(tmp_path)[0]) if s.image_id == records[0]['image_id']]
    assert [student.right for student in students] == [True, False, False]
    for shown, color in zip(students, (RIGHT_COLOR, MISSED_COLOR, WRONG_COLOR)):
        image = np.zeros((256, 384, 3), np.uint8)
        draw_students(image, [shown], ['hand_raised', 'reading', 'writing'], COCO17_NAMES, 2.0)
        for other in (RIGHT_COLOR, MISSED_COLOR, WRONG_COLOR):
            assert bool((image == other[::-1]).all(axis=2).sum() > 50) == (other == color)


def test_a_demo_ends_with_its_students(work_dir: Path, dataset: Path, behavior_writer: Callable) -> None:
    behavior_writer(work_dir / 'behavior', 'val', dataset)
    write_report(work_dir)
    figures = json.loads((work_dir / 'report.json').read_text())
    assert list(figures) == ['val', 'target', 'behavior/val']
    assert figures['behavior/val']['behavior/Top1'] == pytest.approx(1 / 3)
    page, text = (work_dir / 'report.html').read_text(), (work_dir / 'report.md').read_text()
    assert '>Student behavior</h2>' in page
    assert text.index('## Predictions') < text.index('## Student behavior') < text.index('## Provenance')
    assert '| behavior/val | 0.333 | 0.500 | 0.667 | n/a |' in text
    assert 'report_files/behavior-val-median.jpg' in text
    data = np.frombuffer((work_dir / 'report_files/behavior-val-median.jpg').read_bytes(), np.uint8)
    assert cv2.imdecode(data, cv2.IMREAD_COLOR).shape[1] > 300


def test_a_report_of_a_classifier_alone(tmp_path: Path, dataset: Path, behavior_writer: Callable) -> None:
    behavior_writer(tmp_path / 'gcn', 'val', dataset)
    write_report(tmp_path / 'gcn')
    text = (tmp_path / 'gcn' / 'report.md').read_text()
    assert '## Student behavior' in text
    assert '## Predictions' not in text
    assert 'No result holds a box AP' not in text


def test_damaged_results_become_a_sentence(tmp_path: Path, dataset: Path, behavior_writer: Callable) -> None:
    records = behavior_writer(tmp_path, 'val', dataset)
    path = tmp_path / 'results/val/predictions.json'
    del records[1]['label']
    write_json(path, records)
    for message in ('entry 1: label: missing or not of type int', 'predictions.json: no such file'):
        (text,) = (block.text for block in behavior_blocks(read_results(tmp_path)) if isinstance(block, Text))
        assert text.startswith('The students of val cannot be shown:')
        assert message in text
        path.unlink(missing_ok=True)
