"""tools/report.py as a user calls it."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / 'tools' / 'report.py'


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The tool as a function of its arguments."""

    def run(*args: str) -> int:
        monkeypatch.setattr('sys.argv', [str(TOOL), *args])
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(TOOL), run_name='__main__')
        return int(stop.value.code or 0)

    return run


def test_a_report_into_another_folder(
    tmp_path: Path, report: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / 'run' / 'results' / 'val'
    folder.mkdir(parents=True)
    (folder / 'metrics.json').write_text('{"metrics": {"bbox_iou/AP": 0.5}, "provenance": {}}')
    assert report(str(tmp_path / 'run'), '--out', str(tmp_path / 'out')) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / 'out' / 'report.html')
    assert json.loads((tmp_path / 'out' / 'report.json').read_text()) == {'val': {'bbox_iou/AP': 0.5}}


@pytest.mark.parametrize(('name', 'message'), [('none', 'no such folder'), ('', 'tools/test.py CONFIG CHECKPOINT')])
def test_errors_are_one_message(
    tmp_path: Path, report: Callable[..., int], capsys: pytest.CaptureFixture, name: str, message: str
) -> None:
    assert report(str(tmp_path / name)) == 1
    said = capsys.readouterr().err
    assert said.startswith('error: ')
    assert message in said
