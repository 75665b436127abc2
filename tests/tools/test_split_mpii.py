"""What the tool refuses; what it writes is tested where the work is done."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('--test',), '--test needs --groups'),
        ((), 'error: none.mat: annotation file does not exist'),
        (('--test', '--groups', 'groups.mat'), 'error: none.mat: annotation file does not exist'),
    ],
)
def test_what_is_missing_is_named(
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    run_tool: Callable[..., int],
    capsys: pytest.CaptureFixture,
) -> None:
    assert run_tool('split_mpii.py', 'none.mat', '--images', tmp_path, '--out', tmp_path / 'out', *arguments) == 2
    assert message in capsys.readouterr().err
