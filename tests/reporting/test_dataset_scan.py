"""One pass over a dataset folder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from joblib import parallel_config

from synpose.reporting import dataset_scan
from synpose.reporting.dataset_scan import DatasetReader, Scan, check_folder, scan_dataset
from synpose.testing import write_posed_dataset, write_synpose_dataset


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_posed_dataset(tmp_path / 'posed')


def edit(root: Path, change: Callable[[dict], None], file: str = 'annotations/train.json') -> None:
    content = json.loads((root / file).read_text())
    change(content)
    (root / file).write_text(json.dumps(content))


def test_a_clean_dataset(root: Path) -> None:
    scan = scan_dataset(DatasetReader.open(root))
    assert scan.findings == []
    assert scan.num_findings == 0
    assert (scan.total.images, scan.total.people, list(scan.statistics)) == (2, 4, ['train'])
    skipped = {name for name, count in scan.checks.items() if count.skipped or not count.checked}
    assert skipped == {'parts', 'wholebody'}  # which the scene does not have


@pytest.mark.slow  # each process imports everything anew
def test_processes_find_and_count_what_one_does(tmp_path: Path) -> None:
    folder = DatasetReader.open(write_synpose_dataset(tmp_path / 'flat', num_images=3))
    one, two = (scan_dataset(folder, workers=workers) for workers in (1, 2))
    assert one.findings == two.findings
    assert one.checks == two.checks
    assert {name: s.summary() for name, s in one.statistics.items()} == {
        name: s.summary() for name, s in two.statistics.items()
    }


def test_the_order_of_threads_changes_nothing(tmp_path: Path) -> None:
    folder = DatasetReader.open(write_synpose_dataset(tmp_path / 'flat', num_images=3))
    one = scan_dataset(folder, workers=1)
    with parallel_config(backend='threading'):  # processes would import everything anew
        two = scan_dataset(folder, workers=2)
    assert one.findings == two.findings
    assert len(one.findings) > 0  # its bodies are flat
    assert one.total.summary() == two.total.summary()
    assert one.checks == two.checks


def test_findings_of_every_stage_arrive(root: Path) -> None:
    def spoil(content: dict) -> None:
        content['annotations'][0]['area'] += 1  # an array check
        content['annotations'][2]['keypoints_3d'][9][1] += 0.02  # over cameras, and its projection
        content['annotations'][3]['keypoints'].pop()  # a record
        content['annotations'].append({'id': 99, 'image_id': 50})  # the whole file

    edit(root, spoil)
    (root / 'depth' / '000001.png').unlink()  # a file
    scan = scan_dataset(DatasetReader.open(root))
    assert [(f.check, f.annotation, f.field) for f in scan.findings] == [
        ('records', None, 'image_id'),
        ('files', None, 'depth_file'),
        ('records', 4, 'keypoints'),
        ('box', 1, 'area'),
        ('projection', 3, 'keypoints[spine]'),
        ('frames', 3, 'keypoints_3d'),
    ]
    assert {name: count.findings for name, count in scan.checks.items() if count.findings} == {
        **dict.fromkeys(('files', 'box', 'projection', 'frames'), 1),
        'records': 2,
    }
    assert scan.checks['occlusion'].skipped == 3  # no depth: 2 people; no keypoints: 1


def test_an_image_record_that_cannot_be_used(root: Path) -> None:
    edit(root, lambda content: content['images'][0].update(width='wide'))
    scan = scan_dataset(DatasetReader.open(root))
    (finding,) = scan.findings
    assert (finding.file, finding.field, finding.value) == ('000001.png', 'width', "'wide'")
    assert scan.total.images == 1


def test_a_scene_in_two_splits(root: Path) -> None:
    (root / 'annotations' / 'val.json').write_text((root / 'annotations' / 'train.json').read_text())
    (finding,) = check_folder(DatasetReader.open(root)).findings
    assert (finding.split, finding.file, finding.field, finding.value) == ('val', 'val.json', 'scene_id', 0)


def test_fitted_margins_are_no_split(root: Path) -> None:
    (root / 'annotations' / 'margins.json').write_text('{"margins": [0, 0, 0, 0]}')
    assert list(DatasetReader.open(root).splits) == ['train']


def test_a_count_that_is_wrong(root: Path) -> None:
    edit(root, lambda content: content['counts']['train'].update(people=5), 'dataset.json')
    (finding,) = check_folder(DatasetReader.open(root)).findings
    assert (finding.file, finding.field, finding.value) == ('dataset.json', 'counts.train.people', 5)
    assert finding.message == 'but train.json has 4'


@pytest.mark.parametrize(('limit', 'images'), [(None, 12), (12, 12), (6, 6), (3, 3), (1, 3)])
def test_a_limit_takes_images_evenly_from_every_split(tmp_path: Path, limit: int | None, images: int) -> None:
    folder = DatasetReader.open(write_synpose_dataset(tmp_path / 'flat', num_images=4))
    chosen = [split for split, entries in folder.moments(limit) for _ in entries]
    assert len(chosen) == images
    assert set(chosen) == {'train', 'val', 'test'}


def test_kept_findings_are_bounded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_scan, 'MAX_FINDINGS', 1)

    def spoil(content: dict) -> None:
        for annotation in content['annotations']:
            annotation['area'] += 1

    edit(root, spoil)
    scan = scan_dataset(DatasetReader.open(root))
    assert (scan.num_findings, len(scan.findings)) == (4, 1)


def test_what_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'dataset\.json'):
        DatasetReader.open(tmp_path)
    (tmp_path / 'dataset.json').write_text('{')
    with pytest.raises(ValueError, match='not valid JSON'):
        DatasetReader.open(tmp_path)
    (tmp_path / 'dataset.json').write_text('{}')
    with pytest.raises(FileNotFoundError, match='no annotation file'):
        DatasetReader.open(tmp_path)


def test_an_empty_scan_has_no_findings() -> None:
    assert Scan().num_findings == 0
