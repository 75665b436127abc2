import json
from collections.abc import Callable
from pathlib import Path

import pytest

from synpose.evaluation.functional import read_margins
from synpose.skeletons import CROWDPOSE14_NAMES
from synpose.testing import write_synpose_dataset


def test_margins_are_printed_and_written(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    root = write_synpose_dataset(tmp_path / 'data', num_images=4, num_people=6, splits=['train'])
    ann_file, out = root / 'annotations/train.json', tmp_path / 'deep' / 'margins.json'
    assert run_tool('fit_margins.py', ann_file, '--skeleton', 'crowdpose14', '--out', out) == 0
    printed = capsys.readouterr().out
    content = json.loads(out.read_text())
    assert content['skeleton'] == 'crowdpose14'
    assert content['num_people'] == 24
    margins, joints = read_margins(out)
    assert list(margins) == pytest.approx(content['margins'])
    assert joints == list(CROWDPOSE14_NAMES)
    assert f'left {content["margins"][0]:.4f}' in printed
    assert f'AP50 {content["with_margins"]["AP50"]:.3f}' in printed


def test_empty_file_is_one_line(tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / 'empty.json'
    path.write_text('{"images": [], "annotations": []}')
    assert run_tool('fit_margins.py', path, '--out', tmp_path / 'margins.json') == 1
    assert capsys.readouterr().err.strip() == f'error: {path}: images: no image, so the split is empty'
    assert not (tmp_path / 'margins.json').exists()
