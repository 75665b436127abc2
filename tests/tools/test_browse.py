"""tools/browse.py as a user calls it."""

from collections.abc import Callable
from pathlib import Path

from synpose.testing import write_synpose_dataset


def test_pages_of_a_file(tmp_path: Path, run_tool: Callable[..., int], capsys) -> None:
    write_synpose_dataset(tmp_path, 2, 2, (64, 48), ('train',))
    ann_file = tmp_path / 'annotations' / 'train.json'
    arguments = (ann_file, '--images', tmp_path / 'images', '--out', tmp_path / 'pages', '--per-page', '1')
    assert run_tool('browse.py', *arguments, '--pages', '3') == 0
    assert len(list((tmp_path / 'pages').iterdir())) == 3
    assert run_tool('browse.py', *arguments, '--pages', 'all') == 0
    assert len(list((tmp_path / 'pages').iterdir())) == 4
    assert '4 of 4 pages, 4 people' in capsys.readouterr().out
    assert run_tool('browse.py', tmp_path / 'none.json', *arguments[1:]) == 1
    assert 'error: ' in capsys.readouterr().err
