"""Turn a labeled dataset into another one with the same labels: translated to the look of your photos, or restyled."""

import argparse
import os
import sys

from mmengine.config import DictAction

EPILOG = """
examples:
  a dataset through a trained translator (configs/adapt/ctgan says how to train one on your photos)
    python tools/adapt.py configs/adapt/ctgan/NAME.py work_dirs/NAME/epoch_200.pth --out data/demo/translated

  a dataset restyled by statistics, which need no checkpoint
    python tools/adapt.py configs/adapt/stylize/NAME.py --out data/demo/stylized

  on four GPUs
    torchrun --nproc-per-node 4 tools/adapt.py CONFIG CHECKPOINT --out DIR --launcher pytorch

  another source, and JPEG instead of PNG (data_root and ann_files stand in the config for dataset and writer)
    python tools/adapt.py CONFIG CHECKPOINT --out DIR --cfg-options test_evaluator.suffix=.jpg \\
        test_evaluator.data_root=data/mine test_dataloader.dataset.data_root=data/mine

The folder gets images/ with the same stems and sizes, the annotations with another file_name and domain, stencils/ and
depth/ as links to the source's, dataset.json (model, source, versions, counts) and README.md. A job that was killed, or
found the disk full, goes on where it was when the same command is given again.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help="a config with test_cfg=dict(type='DatasetJobLoop'), e.g. from configs/adapt/")
    parser.add_argument('checkpoint', nargs='?', help='weights of the model, if it has any to load')
    parser.add_argument('--out', metavar='DIR', help="dataset folder to write (default: the config's out_root)")
    parser.add_argument('--work-dir', metavar='DIR', help='folder of the logs (default: work_dirs/NAME_OF_CONFIG)')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, help='settings to override, as key=value'
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none', help='job launcher')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def main() -> int:
    """Run the job; returns the exit code."""
    args = parse_args()
    from synpose.adaptation.running import run_job  # takes seconds: --help should not wait for it

    try:
        run_job(args.config, args.checkpoint, args.out, args.work_dir, args.cfg_options, args.launcher)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
