import json
from pathlib import Path

import numpy as np
import pytest

from synpose.evaluation.functional import expand_boxes
from synpose.evaluation.margin_fitting import fit_annotation_margins
from synpose.testing import write_synpose_dataset

PLANTED = (0.2, 0.3, 0.1, 0.4)


@pytest.fixture
def ann_file(tmp_path: Path) -> Path:
    """People whose boxes are the boxes of their neck, nose and pelvis plus the planted margins."""
    path = write_synpose_dataset(tmp_path, num_images=5, num_people=6, splits=['train']) / 'annotations/train.json'
    content = json.loads(path.read_text())
    columns = [content['categories'][0]['keypoints'].index(name) for name in ('neck', 'nose', 'pelvis')]
    for person in content['annotations']:
        triples = np.reshape(person['keypoints'], (-1, 3))
        triples[columns, 2] = 2
        jitter = np.random.default_rng(person['id']).random((3, 2))
        points = triples[columns, :2] = np.array([[80, 60], [90, 65], [88, 75]]) + jitter
        tight = np.concatenate([points.min(axis=0), np.ptp(points, axis=0)])[None]
        person['keypoints'] = triples.ravel().tolist()
        person['bbox'] = expand_boxes(tight, PLANTED, (192, 128))[0].tolist()
    path.write_text(json.dumps(content))
    return path


def test_planted_margins_are_found(ann_file: Path) -> None:
    fitted = fit_annotation_margins(ann_file, ['neck', 'nose', 'pelvis'])
    np.testing.assert_allclose(fitted['margins'], PLANTED, atol=1e-3)
    assert fitted['num_people'] == 30
    assert fitted['with_margins']['AR'] == 1.0
    assert fitted['tight']['AR'] < 0.2


def test_files_without_people_or_joints_are_refused(ann_file: Path) -> None:
    with pytest.raises(ValueError, match=r'train.json: annotations: bbox, keypoints: .* at least one pose'):
        fit_annotation_margins(ann_file, ['nose'])  # one joint spans no box
    content = json.loads(ann_file.read_text())
    for person in content['annotations']:
        del person['keypoints']
    ann_file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r'train.json: image 1: annotations: keypoints'):
        fit_annotation_margins(ann_file, ['neck', 'nose'])
    ann_file.write_text(json.dumps({**content, 'annotations': []}))
    with pytest.raises(ValueError, match=r'train.json: annotations: bbox, keypoints'):
        fit_annotation_margins(ann_file, ['neck', 'nose'])
