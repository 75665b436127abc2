"""Label feet, faces and hands of people whose bodies are annotated, or all 133 joints of people in plain photos."""

import argparse
import os
import sys
from typing import Any

from mmengine.config import DictAction

EPILOG = """
examples:
  COCO's training set with published models (the paths stand in the config)
    python tools/pseudo_label.py configs/wholebody/pseudo-label_rtmpose-halpe26_hrnetv2-300w_rtmpose-hand5_coco.py

  a file and a folder of your own
    python tools/pseudo_label.py CONFIG --ann mine/keypoints.json --images mine/photos --out mine-labeled

  photos without any annotation; OUT-source/ gets the list of them
    python tools/pseudo_label.py configs/wholebody/pseudo-label_rtmdet-m_rtmpose-l-wholebody_photos.py \\
        --images holiday/ --out holiday-labeled

  on four GPUs
    torchrun --nproc-per-node 4 tools/pseudo_label.py CONFIG --launcher pytorch

The folder gets the annotation files as COCO-WholeBody has them, pictures as links, dataset.json (models, checkpoints,
thresholds, counts) and README.md. A job that was killed goes on with the next picture when the same command is given
again. tools/browse.py shows the labels and writes the ids of bad ones: give that file as --rejected, with the same
command, to take their labels back.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a config of configs/wholebody/pseudo-label_*.py')
    parser.add_argument('--ann', metavar='FILE', help="annotation file (default: the config's)")
    parser.add_argument('--images', metavar='DIR', help='folder that its file_name starts from; alone: plain photos')
    parser.add_argument('--out', metavar='DIR', help="dataset folder to write (default: the config's out_root)")
    parser.add_argument('--rejected', metavar='FILE', help='ids of annotations whose labels are taken back, one a line')
    parser.add_argument('--work-dir', metavar='DIR', help='folder of the logs (default: work_dirs/NAME_OF_CONFIG)')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, help='settings to override, as key=value'
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none', help='job launcher')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.ann and not args.images:
        parser.error('--ann needs --images, the folder of its pictures')
    if args.images and not args.out:
        parser.error('--images needs --out, the folder to write')
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def source_options(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that name the source; photos without annotations are listed first."""
    from synpose.adaptation.photo_listing import ANN_FILE, list_photos

    if not args.images:
        return {}
    if args.ann:
        root = os.path.commonpath([os.path.abspath(path) for path in (os.path.dirname(args.ann) or '.', args.images)])
        ann_file, images = (os.path.relpath(path, root) for path in (args.ann, args.images))
    else:
        root, ann_file, images = f'{args.out.rstrip("/")}-source', ANN_FILE, 'images'
        list_photos(args.images, root)
    source = {'data_root': root, 'ann_files': [ann_file], 'data_prefix': {'img': f'{images}/'}}
    places = ('test_dataloader.dataset', 'test_evaluator')
    return {f'{place}.{key}': value for place in places for key, value in source.items()}


def main() -> int:
    """Run the job; returns the exit code."""
    args = parse_args()
    from synpose.adaptation.running import run_job  # takes seconds: --help should not wait for it

    try:
        options = {**source_options(args), **args.cfg_options}
        if args.rejected:
            options['test_evaluator.rejected'] = args.rejected
        run_job(args.config, None, args.out, args.work_dir, options, args.launcher)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
