"""The tools as functions of their arguments: a process of its own would import torch and MMPose once a call."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / 'tools'


@pytest.fixture
def run_tool(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """``run_tool('report.py', work_dir, '--out', folder)`` runs ``tools/report.py``; returns its exit status."""

    def run(name: str, *arguments: object) -> int:
        monkeypatch.setattr('sys.argv', [str(TOOLS / name), *map(str, arguments)])
        try:
            runpy.run_path(str(TOOLS / name), run_name='__main__')
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    return run
