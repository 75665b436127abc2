import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from synpose.evaluation.functional import read_margins
from synpose.testing import write_synpose_dataset

TOOL = Path(__file__).parents[2] / 'tools' / 'fit_margins.py'


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run the tool in this process, which has paid for the imports already."""

    def run_tool(*arguments: str | Path) -> None:
        monkeypatch.setattr(sys, 'argv', [str(TOOL), *map(str, arguments)])
        runpy.run_path(str(TOOL), run_name='__main__')

    return run_tool


def test_margins_are_printed_and_written(
    tmp_path: Path, run: Callable[..., None], capsys: pytest.CaptureFixture
) -> None:
    root = write_synpose_dataset(tmp_path / 'data', num_images=4, num_people=6, splits=['train'])
    ann_file, out = root / 'annotations/train.json', tmp_path / 'deep' / 'margins.json'
    run(ann_file, '--skeleton', 'crowdpose14', '--out', out)
    printed = capsys.readouterr().out
    content = json.loads(out.read_text())
    assert content['skeleton'] == 'crowdpose14'
    assert content['num_people'] == 24
    assert list(read_margins(out)) == pytest.approx(content['margins'])
    assert f'left {content["margins"][0]:.4f}' in printed
    assert f'AP50 {content["with_margins"]["AP50"]:.3f}' in printed


def test_empty_file_is_one_line(tmp_path: Path, run: Callable[..., None], capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / 'empty.json'
    path.write_text('{"images": [], "annotations": []}')
    with pytest.raises(SystemExit) as stop:
        run(path, '--out', tmp_path / 'margins.json')
    assert stop.value.code == 1
    assert capsys.readouterr().err.strip() == f'error: {path}: images: no image, so the split is empty'
    assert not (tmp_path / 'margins.json').exists()
