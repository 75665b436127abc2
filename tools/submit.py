"""Write a benchmark's submission, check one before it is uploaded, or score one against public labels."""

import argparse
import os
import sys

from mmengine.config import DictAction

BENCHMARKS = ('coco', 'coco-wholebody', 'crowdpose', 'ochuman', 'mpii-single', 'mpii-multi')
EPILOG = """
examples:
  predict a test set and write the zip; the images are those of the config's test set
    python tools/submit.py CONFIG CHECKPOINT --benchmark coco --alg my-method --out submissions \\
        --images data/coco/annotations/image_info_test-dev2017.json \\
        --cfg-options test_dataloader.dataset.ann_file=annotations/image_info_test-dev2017.json \\
                      test_dataloader.dataset.data_prefix.img=test2017/

  read a file back and list what the server would refuse; exit code 1 if there is anything
    python tools/submit.py --check submissions/person_keypoints_test-dev2017_my-method_results.zip \\
        --images data/coco/annotations/image_info_test-dev2017.json

  score a file by its benchmark's own protocol (COCO-WholeBody, CrowdPose, OCHuman, COCO val)
    python tools/submit.py --score submissions/crowdpose_test_my-method_results.zip \\
        --labels data/crowdpose/annotations/mmpose_crowdpose_test.json

files:
  coco            person_keypoints_SPLIT_ALG_results.json, the 20 best people of an image
  coco-wholebody  coco-wholebody_SPLIT_ALG_results.json; body, feet, face and hands (no server: scored by --score)
  crowdpose       crowdpose_SPLIT_ALG_results.json, 14 joints (no server)
  ochuman         ochuman_SPLIT_ALG_results.json, COCO's 17 joints (no server)
  mpii-single     pred_keypoints_mpii.mat: preds n x 16 x 2, px from 1; --images is MMPose's mpii_test.json; with
                  --release also the structs that MPII's toolkit reads, which is what its organizers take
  mpii-multi      pred_keypoints_mpii_multi.mat: pred(group).annorect(person).annopoints.point; --images, and the
                  config's test set, are the crops of groups that tools/split_mpii.py writes

Joints go by name: a model that lacks one of the benchmark's is refused before it runs. A model that was trained with
MMPose's MpiiDataset, which leaves joints as MPII counts them, needs --first-pixel 1.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', nargs='?', help='config of the model; its test set is predicted')
    parser.add_argument('checkpoint', nargs='?', help="the model's weights")
    parser.add_argument('--benchmark', choices=BENCHMARKS, help='with --check and --score told by the file name')
    parser.add_argument('--check', metavar='FILE', help='read a submission back instead')
    parser.add_argument('--score', metavar='FILE', help='score a submission instead, by --labels')
    parser.add_argument('--labels', metavar='JSON', help='public labels, for --score')
    parser.add_argument('--images', metavar='JSON', help='the images (MPII: people, groups) of the test set')
    parser.add_argument('--out', metavar='DIR', default='submissions', help='folder of the zip (default: submissions)')
    parser.add_argument('--alg', default='synpose', help="the method's name, part of the file's (default: synpose)")
    parser.add_argument('--split', help="the set predicted (default: the benchmark's first, as test-dev2017)")
    parser.add_argument(
        '--first-pixel', type=int, choices=(0, 1), default=0, help="number of the first pixel in the model's output"
    )
    parser.add_argument('--release', metavar='MAT', help="of mpii-single: the authors' mpii_human_pose_v1_u12_1.mat")
    parser.add_argument(
        '--on-error', choices=('raise', 'skip'), default='raise', help='what a prediction that is not finite does'
    )
    parser.add_argument('--work-dir', metavar='DIR', help='folder of the logs (default: OUT/logs)')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, help='settings to override, as key=value'
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none', help='job launcher')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if sum(value is not None for value in (args.config, args.check, args.score)) != 1:
        parser.error('give CONFIG and CHECKPOINT, or --check FILE, or --score FILE')
    if args.config and not (args.checkpoint and args.benchmark):
        parser.error('CONFIG needs CHECKPOINT and --benchmark')
    if args.score and not args.labels:
        parser.error('--score needs --labels')
    return args


def write(args: argparse.Namespace) -> int:
    """Predict and write the zip."""
    from synpose.reporting.submissions.job import write_submission

    writer = {
        'benchmark': args.benchmark,
        'out_dir': args.out,
        'alg': args.alg,
        'split': args.split,
        'ann_file': args.images,
        'first_pixel': args.first_pixel,
        'release': args.release,
        'on_error': args.on_error,
    }
    write_submission(args.config, args.checkpoint, writer, args.work_dir, args.cfg_options, args.launcher)
    return 0


def check(args: argparse.Namespace) -> int:
    """List a file's problems."""
    from synpose.reporting.submissions import check_submission

    problems = check_submission(args.check, args.benchmark, args.images)
    for problem in problems:
        print(problem)
    unknown = '' if args.images else ' (without --images unknown images go unnoticed)'
    print(f'{args.check}: {len(problems)} problems{unknown}')
    return 1 if problems else 0


def score(args: argparse.Namespace) -> int:
    """Print a file's figures."""
    from synpose.reporting.submissions.scoring import score_submission

    for name, value in score_submission(args.score, args.labels, args.benchmark).items():
        print(f'{name:<20} {value:.4f}')
    return 0


def main() -> int:
    """Do what is asked; returns the exit code: 0 done, 1 problems found, 2 an error."""
    args = parse_args()
    import synpose  # noqa: F401 - registers what configs name; takes seconds: --help should not wait for it

    try:
        return check(args) if args.check else score(args) if args.score else write(args)
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
