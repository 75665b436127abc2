"""What importing the package costs."""

import subprocess
import sys

import pytest

from synpose import reporting

SCRIPT = """
import sys
import synpose.reporting.dataset_report, synpose.reporting.report
print([name for name in sys.modules if name.startswith('synpose.generation')])
"""


def test_reports_need_no_generator() -> None:
    command = [sys.executable, '-c', SCRIPT]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1] == '[]'


def test_reports_are_imported_when_asked_for() -> None:
    for name in reporting.__all__:
        assert getattr(reporting, name).__name__ == name
    with pytest.raises(AttributeError, match='write_poem'):
        reporting.write_poem  # noqa: B018
