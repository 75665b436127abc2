"""tools/report.py as a user calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from synpose.testing import write_posed_dataset


def test_a_report_into_another_folder(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / 'run' / 'results' / 'val'
    folder.mkdir(parents=True)
    (folder / 'metrics.json').write_text('{"metrics": {"bbox_iou/AP": 0.5}, "provenance": {}}')
    assert run_tool('report.py', str(tmp_path / 'run'), '--out', str(tmp_path / 'out')) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / 'out' / 'report.html')
    assert json.loads((tmp_path / 'out' / 'report.json').read_text()) == {'val': {'bbox_iou/AP': 0.5}}


@pytest.mark.parametrize(('name', 'message'), [('none', 'no such folder'), ('', 'tools/test.py CONFIG CHECKPOINT')])
def test_errors_are_one_message(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture, name: str, message: str
) -> None:
    assert run_tool('report.py', str(tmp_path / name)) == 2
    said = capsys.readouterr().err
    assert said.startswith('error: ')
    assert message in said


def test_a_dataset_is_told_by_its_dataset_json(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    root = write_posed_dataset(tmp_path / 'posed')
    assert run_tool('report.py', root, '--out', tmp_path / 'out', '--limit', 2, '--sheets', 1) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == ['2 images, 4 people: no findings', str(tmp_path / 'out' / 'report.html')]
    assert (tmp_path / 'out' / 'report_files' / 'room-1-labels.jpg').is_file()
    assert not (root / 'report.html').exists()


def test_an_audit_fails_on_findings_only(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    root = write_posed_dataset(tmp_path / 'posed')
    assert run_tool('report.py', root, '--audit-only') == 0
    (root / 'depth' / '000002.png').unlink()
    capsys.readouterr()
    assert run_tool('report.py', root, '--audit-only') == 1
    assert capsys.readouterr().out.splitlines()[:2] == [
        'files: 1 findings in 2 checked',
        '2 images, 4 people: 1 findings',
    ]
    assert run_tool('report.py', root) == 0


@pytest.mark.parametrize('option', ['--limit', '--workers'])
def test_numbers_that_make_no_sense(tmp_path: Path, run_tool: Callable[..., int], option: str) -> None:
    assert run_tool('report.py', tmp_path, option, '0') == 2


def test_a_broken_annotation_file_is_one_message(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    root = write_posed_dataset(tmp_path / 'posed')
    (root / 'annotations' / 'train.json').write_text('{"images": [')
    assert run_tool('report.py', root) == 2
    said = capsys.readouterr().err
    assert said.startswith('error: ')
    assert 'train.json: not valid JSON' in said
