"""Run the command-line tools that an MMPose installation brings."""

import runpy
from pathlib import Path

import mmpose


def run_mmpose_tool(name: str) -> None:
    """Run ``mmpose/.mim/tools/<name>`` in this process, with this process's arguments.

    synpose is imported first, so a config may name its plugins and MMPose finds the operators it needs.

    Args:
        name: File name of the tool, e.g. ``'train.py'``.

    Raises:
        FileNotFoundError: If the MMPose installation has no tools (it was not installed from a wheel).
    """
    path = Path(mmpose.__file__).parent / '.mim' / 'tools' / name
    if not path.is_file():
        raise FileNotFoundError(f'{path} does not exist: install mmpose from a wheel, or run its own tools/{name}')
    runpy.run_path(str(path), run_name='__main__')
