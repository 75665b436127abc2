"""Measure how far two image sets are apart: FID and KID, or the same under a pose model's features.

Examples:
    # two folders of photos or videos, with the Inception weights that torch-fidelity downloads, or from a file
    python tools/fid.py data/photos data/other_photos --extractor inception --kid
    python tools/fid.py data/photos data/other_photos --extractor inception --weights weights-inception.pth

    # an annotation file's images of dataset folders, as a pose model's backbone sees them: FD_demo-backbone
    python tools/fid.py data/demo/source data/demo/target --ann-a annotations/train.json --ann-b annotations/test.json
        --config configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py --checkpoint work_dirs/demo/epoch_25.pth
        --name demo-backbone --out work_dirs/fid/source_target.json

    # a figure that has a config of its own
    python tools/fid.py configs/adapt/fid/fd_demo-backbone_demo.py

The first set is measured against the second, the reference. FID is what the ported Inception weights give; under any
other features the figure is FD_<name>. Both fall as sets grow: compare figures of equal numbers of images, and on fewer
than 2048 look at KID (KD_<name>), which does not depend on the number.
"""

import argparse
import json
import os
import sys
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.dist import is_main_process

import synpose  # noqa: F401 - registers what configs name
from synpose.evaluation.image_set_distance import distance_config, image_set, measure
from synpose.files import write_json


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('images', help='folder of photos and videos, or dataset folder; or a config, alone')
    parser.add_argument('reference', nargs='?', help='the folder to compare with')
    parser.add_argument(
        '--ann-a', metavar='FILE', help='annotation file, below the first folder, that names its images'
    )
    parser.add_argument('--ann-b', metavar='FILE', help='likewise, of the second folder')
    parser.add_argument(
        '--extractor', choices=['inception', 'pose'], help='default: pose with --config, else inception'
    )
    parser.add_argument('--weights', help="Inception weights (default: torch-fidelity's own, downloaded once)")
    parser.add_argument('--config', help='config of a pose model')
    parser.add_argument('--checkpoint', help='its weights')
    parser.add_argument('--name', help='what the figure is called: FD_<name> (not with the ported Inception weights)')
    parser.add_argument('--kid', action='store_true', help='the kernel distance too; keeps all features in memory')
    parser.add_argument(
        '--probe', action='store_true', help='how well a linear classifier of the features tells the sets apart, too'
    )
    parser.add_argument('--statistics', metavar='NPZ', help="the reference's statistics: read if there, else written")
    parser.add_argument('--on-error', choices=['raise', 'skip'], help='what a bad picture does (default: raise)')
    parser.add_argument('--batch-size', type=int, help='images loaded at a time (default: 8)')
    parser.add_argument('--num-workers', type=int, help='processes that load images (default: 1)')
    parser.add_argument('--out', help='JSON file for the figures and where they came from')
    parser.add_argument('--work-dir', help='folder for logs (default: work_dirs/fid)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='settings to override, as key=value')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.reference is None and not args.images.endswith('.py'):
        parser.error('give two folders, or one config')
    of_folders = (
        'ann_a',
        'ann_b',
        'extractor',
        'config',
        'checkpoint',
        'weights',
        'name',
        'kid',
        'probe',
        'statistics',
    )
    given = [name for name in (*of_folders, 'on_error', 'batch_size', 'num_workers') if getattr(args, name)]
    if args.reference is None and given:
        parser.error(f'--{given[0].replace("_", "-")}: a config says what to measure; change it by --cfg-options')
    if args.extractor is None:
        args.extractor = 'pose' if args.config else 'inception'
    if args.extractor == 'pose' and not (args.config and args.checkpoint):
        parser.error('--extractor pose needs --config and --checkpoint')
    if args.extractor == 'inception' and (args.config or args.checkpoint):
        parser.error('--config and --checkpoint belong to --extractor pose')
    return args


def extractor_config(args: argparse.Namespace) -> dict[str, Any]:
    """Return the config of the feature extractor."""
    name = {'name': args.name} if args.name else {}
    if args.extractor == 'inception':
        return dict(type='InceptionFeatures', weights=args.weights, **name)
    return dict(type='PoseBackboneFeatures', config=args.config, checkpoint=args.checkpoint, **name)


def main() -> int:
    """Measure; returns the exit code."""
    args = parse_args()
    try:
        if args.reference is None:
            config = Config.fromfile(args.images)
        else:
            config = distance_config(
                image_set(args.images, args.ann_a, args.on_error or 'raise'),
                image_set(args.reference, args.ann_b, args.on_error or 'raise'),
                extractor_config(args),
                args.kid,
                args.statistics,
                8 if args.batch_size is None else args.batch_size,
                1 if args.num_workers is None else args.num_workers,
                args.probe,
            )
        work_dir = args.work_dir or config.get('work_dir') or 'work_dirs/fid'
        config.merge_from_dict({'work_dir': work_dir, 'launcher': args.launcher, **(args.cfg_options or {})})
        record = measure(config)
        if is_main_process() and args.out:
            write_json(args.out, record, indent=2)
    except (ImportError, OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    if is_main_process():
        print(json.dumps(record['metrics'], indent=2))
    return 0


if __name__ == '__main__':
    sys.exit(main())
