"""Protocols that differ between benchmarks, by hand; perfect files are scored where the writer is tested."""

import json
from pathlib import Path

import numpy as np
import pytest

from synpose.reporting.submissions.archive import write_archive
from synpose.reporting.submissions.scoring import score_submission


def write_crowdpose(folder: Path) -> tuple[Path, Path]:
    """An easy, a medium and a hard image of one person; nobody is found on the medium one."""
    joints = np.column_stack([np.arange(14) * 5.0 + 3, np.arange(14) * 7.0 + 2, np.full(14, 2)])
    images = [{'id': number, 'crowdIndex': index} for number, index in ((1, 0.1), (2, 0.5), (3, 0.9))]
    person = {'category_id': 1, 'iscrowd': 0, 'bbox': [0, 0, 80, 100], 'keypoints': joints.ravel().tolist()}
    people = [{'id': number, 'image_id': number, 'num_keypoints': 14, **person} for number in (1, 2, 3)]
    labels = folder / 'labels.json'
    content = {'images': images, 'annotations': people, 'categories': [{'id': 1, 'name': 'person'}]}
    labels.write_text(json.dumps(content))
    records = [
        {'image_id': number, 'category_id': 1, 'keypoints': person['keypoints'], 'score': 0.5} for number in (1, 3)
    ]
    return write_archive(folder, 'crowdpose_test_a_results.json', json.dumps(records).encode()), labels


def test_crowd_levels(tmp_path: Path) -> None:
    figures = score_submission(*write_crowdpose(tmp_path))
    assert [figures[f'AP({level})'] for level in 'EMH'] == [1, 0, 1]
    assert figures['AP'] == pytest.approx(67 / 101)  # precision 1 up to recall 2/3


def test_what_cannot_be_scored(tmp_path: Path) -> None:
    _, labels = write_crowdpose(tmp_path)
    record = {'image_id': 9, 'category_id': 1, 'keypoints': [1.0] * 42, 'score': 0.5}
    path = write_archive(tmp_path, 'crowdpose_test_a_results.json', json.dumps([record]).encode())
    with pytest.raises(ValueError, match=r'record 0: image_id: no image of the test set has the id 9 \(1 problems'):
        score_submission(path, labels)
    path = write_archive(tmp_path, 'pred_keypoints_mpii.mat', b'')
    with pytest.raises(ValueError, match='mpii-single keeps its labels'):
        score_submission(path, labels)
