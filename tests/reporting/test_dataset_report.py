"""The report of a dataset folder as a whole."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.reporting import write_dataset_report
from synpose.testing import write_posed_dataset, write_synpose_dataset


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_posed_dataset(tmp_path / 'posed')


def test_a_clean_dataset(root: Path, tmp_path: Path) -> None:
    path, scan = write_dataset_report(root, tmp_path / 'out')
    assert path == tmp_path / 'out' / 'report.html'
    assert scan.num_findings == 0
    markdown = (tmp_path / 'out' / 'report.md').read_text()
    assert '2 images with 4 people, made by `posed_scene`; domain: synthetic. The audit found nothing.' in markdown
    assert '| people per image | 2 | 35.2 |' in markdown
    assert '| identities | 2 | 551 |' in markdown
    assert 'Nothing was found.' in markdown
    linked = {line.split('(report_files/')[1][:-1] for line in markdown.splitlines() if '(report_files/' in line}
    assert linked == {picture.name for picture in (tmp_path / 'out' / 'report_files').iterdir()}
    assert {'people-per-image.png', 'joints.png', 'pose-map.png', 'room-1-depth.jpg'} <= linked
    values = json.loads((tmp_path / 'out' / 'report.json').read_text())
    assert values['audit']['findings'] == []
    assert values['splits']['train'] == values['total']
    assert values['paper']['people per image'] == 35.2


def test_findings_are_listed_and_pictured(root: Path) -> None:
    stencil = cv2.imread(str(root / 'stencils' / '000002.png'), cv2.IMREAD_UNCHANGED)
    stencil[:4, :4] = 77
    cv2.imwrite(str(root / 'stencils' / '000002.png'), stencil)
    content = json.loads((root / 'annotations' / 'train.json').read_text())
    content['annotations'][0]['area'] = 12
    (root / 'annotations' / 'train.json').write_text(json.dumps(content))
    path, scan = write_dataset_report(root, audit_only=True)
    assert scan.num_findings == 2
    html = path.read_text()
    assert 'stencil_ids: 1 findings' in html
    assert 'Rooms' not in html
    values = json.loads((root / 'report.json').read_text())
    assert list(values) == ['audit']
    first, second = sorted(values['audit']['findings'], key=lambda finding: finding['check'])
    assert first == {
        'check': 'box',
        'split': 'train',
        'file': '000001.png',
        'image': 1,
        'annotation': 1,
        'field': 'area',
        'value': 12.0,
        'message': first['message'],
    }
    assert (second['file'], second['annotation'], second['value']) == ('000002.png', None, 77)
    assert values['audit']['checks']['box'] == {
        'about': values['audit']['checks']['box']['about'],
        'checked': 4,
        'skipped': 0,
        'findings': 1,
    }
    pictures = {picture.name for picture in (root / 'report_files').iterdir()}
    assert pictures == {'finding-box-1.jpg', 'finding-stencil_ids-1.jpg'}


def test_a_dataset_without_people(tmp_path: Path) -> None:
    root = write_synpose_dataset(tmp_path / 'empty', num_images=2, num_people=0)
    path, scan = write_dataset_report(root)
    assert scan.total.people == 0
    assert 'The annotations hold none of this.' in path.read_text()


def test_real_photos_with_boxes_only(tmp_path: Path) -> None:
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'images').mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'images' / 'a.png'), noise)
    content = {
        'images': [{'id': 1, 'file_name': 'a.png', 'width': 40, 'height': 30}],
        'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [1, 2, 10, 20], 'area': 200}],
        'categories': [{'id': 1, 'name': 'person'}],
    }
    (tmp_path / 'annotations' / 'test.json').write_text(json.dumps(content))
    (tmp_path / 'dataset.json').write_text('{}')
    path, scan = write_dataset_report(tmp_path)
    assert scan.num_findings == 0
    assert scan.checks['occlusion'].skipped == 1
    text = path.read_text()
    assert 'domain: not stated' in text
    assert 'Skipped are images and people' in text
