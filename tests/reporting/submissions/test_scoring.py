"""Protocols that differ between benchmarks, by hand; perfect files are scored where the writer is tested."""

import json
from pathlib import Path

import numpy as np
import pytest

from synpose.reporting.submissions import BENCHMARKS
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


def write_person(
    folder: Path, benchmark: str, labeled: np.ndarray, found: np.ndarray, area: float
) -> tuple[Path, Path]:
    """One person of a box of 100 x 80 px: labeled joints ``(K, 3)``, and those that were found ``(K, 2)``."""
    kind = BENCHMARKS[benchmark]
    person = {'id': 1, 'image_id': 1, 'category_id': 1, 'iscrowd': 0, 'bbox': [0, 0, 100, 80], 'area': area}
    record = {'image_id': 1, 'category_id': 1, 'score': 0.5}
    ends = np.cumsum(list(kind.fields.values()))[:-1]
    both = labeled, np.column_stack([found, np.ones(len(found))])
    for field, *parts in zip(kind.fields, *(np.split(joints, ends) for joints in both)):
        person[field], record[field] = (part.ravel().tolist() for part in parts)
    person['num_keypoints'] = int((labeled[:, 2] > 0).sum())
    labels = folder / 'labels.json'
    images, categories = [{'id': 1, 'crowdIndex': 0.5}], [{'id': 1, 'name': 'person'}]
    labels.write_text(json.dumps({'images': images, 'annotations': [person], 'categories': categories}))
    name = kind.file_name_of('a')
    return write_archive(folder, name, json.dumps([record]).encode()), labels


COCO_FALLOFF = [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]
CROWDPOSE_FALLOFF = [79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89, 79, 79]


@pytest.mark.parametrize(
    ('benchmark', 'falloff', 'scale'),
    [
        ('ochuman', COCO_FALLOFF, 2000.0),  # the label's area
        ('crowdpose', CROWDPOSE_FALLOFF, 0.53 * 100 * 80),  # whatever area the label states
    ],
)
@pytest.mark.parametrize('shift', [1.0, 3.0, 6.0])
def test_falloffs_and_areas(benchmark: str, falloff: list[int], scale: float, shift: float, tmp_path: Path) -> None:
    """All joints a shift apart: AP is the share of the ten thresholds that the object keypoint similarity reaches."""
    labeled = np.column_stack([np.random.default_rng(0).uniform(0, 80, (len(falloff), 2)), np.full(len(falloff), 2)])
    figures = score_submission(*write_person(tmp_path, benchmark, labeled, labeled[:, :2] + (shift, 0), 2000.0))
    similarity = np.exp(-(shift**2) / (2 * scale * (2 * np.array(falloff) / 1000) ** 2)).mean()
    assert figures['AP'] == pytest.approx((similarity >= np.linspace(0.5, 0.95, 10)).mean())


def test_parts_of_whole_bodies(tmp_path: Path) -> None:
    """Half of the joints of the feet and a whole hand are far off, the face is not labeled."""
    labeled = np.column_stack([np.random.default_rng(0).uniform(0, 80, (133, 2)), np.full(133, 2)])
    found = labeled[:, :2].copy()
    labeled[23:91] = 0
    found[17:20] += 5000
    found[91:112] += 5000
    figures = score_submission(*write_person(tmp_path, 'coco-wholebody', labeled, found, 4000.0))
    assert figures['foot/AP'] == pytest.approx(0.1)  # three of six: .5, the lowest threshold
    assert [figures[f'{part}/AP'] for part in ('lefthand', 'righthand', 'body')] == pytest.approx([0, 1, 1])
    assert figures['face/AP'] == -1  # nobody to find
    assert figures['AP'] == pytest.approx(0.3)  # 41 of the 65 labeled joints: .63
