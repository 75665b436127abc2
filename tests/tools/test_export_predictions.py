import json
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    record = {'image_id': 3, 'category_id': 1, 'keypoints': [5, 6, 1] * 17, 'score': 0.5}
    path = tmp_path / 'predictions.json'
    path.write_text(json.dumps([record]))
    return path


def test_every_format(
    predictions: Path, tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    images = tmp_path / 'images.json'
    images.write_text(json.dumps({'images': [{'id': 3, 'file_name': 'a.jpg', 'width': 50, 'height': 60}]}))
    for name, out in (('coco', 'r.json'), ('ultralytics', 'labels'), ('csv', 'r.csv')):
        given = ('--to', name, '--out', tmp_path / out, '--images', images, '--joints', 'coco17')
        assert run_tool('export_predictions.py', predictions, *given) == 0
    assert capsys.readouterr().out.count(': 1 people') == 3
    assert json.loads((tmp_path / 'r.json').read_text())[0]['keypoints'] == [5, 6, 1] * 17
    assert (tmp_path / 'labels/a.txt').read_text().startswith('0 0.1 0.1 0 0 0.1 0.1 1 ')
    assert (tmp_path / 'r.csv').read_text().splitlines()[1].startswith('3,a.jpg,1,0.5,5.0,6.0,0.0,0.0,5.0,6.0,1.0,')


def test_what_is_missing_is_named(
    predictions: Path, tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    for path, name, message in (
        (predictions, 'csv', 'names the joints; give --joints'),
        (predictions, 'ultralytics', 'image 3: no file name'),
        ('none.json', 'coco', 'error: none.json: no such file'),
    ):
        assert run_tool('export_predictions.py', path, '--to', name, '--out', tmp_path / 'out') == 2
        assert message in capsys.readouterr().err
