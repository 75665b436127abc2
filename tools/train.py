"""Train a pose model: MMPose's own train.py with its options, after `import synpose`.

python tools/train.py CONFIG [--work-dir DIR] [--resume] [--amp] [--cfg-options KEY=VALUE ...] [--launcher ...]
"""

from synpose.mmpose_tools import run_mmpose_tool

if __name__ == '__main__':
    run_mmpose_tool('train.py')
