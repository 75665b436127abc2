"""Split MPII for people in close proximity: groups held out for validation, or those of the multi-person benchmark."""

import argparse
import sys

EPILOG = """
examples:
  343 groups held out at random, their images left out of the training set (Learning to Train with Synthetic Humans)
    python tools/split_mpii.py mpii_human_pose_v1_u12_1.mat --images images --out data/mpii_groups

  the same from the groups that MPII's toolkit lists, instead of those found by distance
    python tools/split_mpii.py mpii_human_pose_v1_u12_1.mat --images images --out data/mpii_groups \\
        --groups groups_v12.mat

  the benchmark's test groups, for tools/submit.py --benchmark mpii-multi
    python tools/split_mpii.py mpii_human_pose_v1_u12_1.mat --images images --out data/mpii_groups \\
        --groups groups_v12.mat --test

annotations/train.json holds whole images, val.json and test.json one crop a group, all with MPII's 16 joints by name,
px from 0. MPIIMultiPersonMetric(ann_file=.../val.json) measures on the crops of val.json.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('annotations', help='mpii_human_pose_v1_u12_1.mat')
    parser.add_argument('--images', required=True, metavar='DIR', help='folder of its images')
    parser.add_argument('--out', required=True, metavar='DIR', help='dataset folder to write')
    parser.add_argument('--groups', metavar='MAT', help="groups_v12.mat of MPII's toolkit (default: by distance)")
    parser.add_argument('--test', action='store_true', help="cut the benchmark's groups out; needs --groups")
    parser.add_argument('--num-groups', type=int, default=343, help='groups held out (default: 343)')
    parser.add_argument('--seed', type=int, default=0, help='same seed, same groups (default: 0)')
    parser.add_argument(
        '--reach', type=float, default=1.0, help='people are close nearer than this many person heights (default: 1)'
    )
    parser.add_argument(
        '--border', type=float, default=0.75, help="of a crop around the people's centers, in heights (default: .75)"
    )
    parser.add_argument(
        '--on-error', choices=('raise', 'skip'), default='raise', help='stop at a bad person (default), or leave it out'
    )
    args = parser.parse_args()
    if args.test and not args.groups:
        parser.error('--test needs --groups')
    return args


def main() -> int:
    """Split; returns the exit code."""
    args = parse_args()
    from synpose.datasets.conversion import cut_test_groups, split_mpii  # takes seconds: --help should not wait for it

    files = (args.annotations, args.images, args.out)
    try:
        if args.test:
            print(f'{args.out}: {cut_test_groups(*files, args.groups, args.border)} groups to predict')
        else:
            options = (args.groups, args.num_groups, args.seed, args.reach, args.border, args.on_error)
            counts = split_mpii(*files, *options)
            print(f'{args.out}: ' + ', '.join(f'{count} {name.replace("_", " ")}' for name, count in counts.items()))
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
