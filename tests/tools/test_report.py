"""tools/report.py as a user calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest


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
    assert run_tool('report.py', str(tmp_path / name)) == 1
    said = capsys.readouterr().err
    assert said.startswith('error: ')
    assert message in said
