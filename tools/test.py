"""Test a pose model: MMPose's own test.py with its options, after `import synpose`.

python tools/test.py CONFIG CHECKPOINT [--work-dir DIR] [--show-dir DIR] [--cfg-options KEY=VALUE ...] [--launcher ...]
"""

from synpose.mmpose_tools import run_mmpose_tool

if __name__ == '__main__':
    run_mmpose_tool('test.py')
