"""Bring datasets into the SynPose format or to plain COCO, take subsets, turn annotations to Arrow and back."""

import argparse
import sys

DESCRIPTION = """\
Bring datasets into the SynPose format: images/, annotations/<split>.json (COCO keypoints with 59 named joints) and
dataset.json, for SynPoseDataset, SynPose17Dataset, SynPose14Dataset, tools/report.py and every COCO tool.

formats (TASK ANNOTATIONS):
  coco       COCO keypoints, or any file like it that names its joints in its categories
  wholebody  COCO-WholeBody; feet, faces and hands too
  crowdpose  CrowdPose, as published or as MMPose has it
  halpe      Halpe with 26 or all 136 joints
  aic        AI Challenger, keypoint_*_annotations_*.json
  mpii       MPII, mpii_human_pose_v1_u12_1.mat (training images) or MMPose's mpii_*.json
  synpose    the GTA-rendered release of SynPose, by the joint names in its files

other tasks:
  subset     part of a SynPose dataset: as many images, or as many people, as another dataset has
  arrow      the memory-mapped store of a COCO-style json (datasets also make it at their first use)
  json       the json back from such a store: equal records, grouped by image
  coco17     a SynPose json as plain COCO: its 17 joints by name, no whole-body fields
  coco133    a SynPose json with whole-body fields as plain COCO-WholeBody, which CocoWholeBodyDataset reads
"""
EPILOG = """\
examples:
  python tools/convert.py coco annotations/person_keypoints_train2017.json --images train2017 --out data/coco59
  python tools/convert.py coco annotations/person_keypoints_val2017.json --images val2017 --out data/coco59 --split val
  python tools/convert.py mpii mpii_human_pose_v1_u12_1.mat --images images --out data/mpii59
  python tools/convert.py aic keypoint_train_annotations_20170909.json --images keypoint_train_images_20170902 \\
      --out data/aic59 --on-error skip
  python tools/convert.py synpose mini_synpose14.json --images images --out data/gta --rename Neck_1=neck

the same number of training images as COCO, of people as CrowdPose (seeded; the same subset each time):
  python tools/convert.py subset data/synpose/annotations/train.json --out data/synpose_as_coco \\
      --reference data/coco/annotations/person_keypoints_train2017.json --match-by images
  python tools/convert.py subset data/synpose/annotations/train.json --out data/synpose_as_crowdpose \\
      --reference data/crowdpose/annotations/mmpose_crowdpose_trainval.json --match-by people --seed 1

  python tools/convert.py arrow data/coco/annotations/person_keypoints_train2017.json
  python tools/convert.py json train.arrow --out train_again.json

  python tools/convert.py coco133 data/study/wholebody/annotations/train.json \\
      --out data/study/wholebody/coco133/train.json

Joints go by name. Those that a source lacks are absent (visibility 0), nothing is guessed; a line says which.
Visibility becomes 0 absent, 1 occluded, 2 visible, whatever the source's flags are. Sizes come from the pictures where
the source has none. Pictures are linked, so keep them, or use --copy. A dataset folder may get several splits, one a
run; a split that exists is never overwritten.

exit codes: 0 done, 2 an error
"""
_PLAIN = ('coco17', 'coco133')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    formats = ('coco', 'wholebody', 'crowdpose', 'halpe', 'aic', 'mpii', 'synpose')
    parser.add_argument(
        'task', choices=(*formats, 'subset', 'arrow', 'json', *_PLAIN), metavar='TASK', help='see above'
    )
    parser.add_argument('annotations', help='the annotation file; for json, the Arrow file')
    parser.add_argument(
        '--out', help='folder to write; for arrow, json, coco17 and coco133 the file (arrow: beside the json)'
    )
    folder = parser.add_argument_group('formats and subset')
    folder.add_argument('--split', help='name of the annotation file (default: train; for subset, as it was)')
    folder.add_argument('--copy', action='store_true', help='copy the pictures instead of linking them')
    source = parser.add_argument_group('formats only')
    source.add_argument('--images', help='folder that the file names of the source start from')
    source.add_argument(
        '--rename', nargs='+', default=[], metavar='THEIRS=OURS', help="joints of the source by names of ours' 59"
    )
    source.add_argument(
        '--on-error', choices=('raise', 'skip'), default='raise', help='stop at a bad record (default), or leave it out'
    )
    subset = parser.add_argument_group('subset only')
    subset.add_argument('--reference', metavar='JSON', help='COCO-style file of the dataset to be as large as')
    subset.add_argument('--match-by', choices=('images', 'people'), default='images', help='default: images')
    subset.add_argument('--seed', type=int, default=0, help='same seed, same subset (default: 0)')
    args = parser.parse_args()
    own = {'subset': ('out', 'reference'), 'arrow': (), 'json': ('out',), **dict.fromkeys(_PLAIN, ('out',))}
    needed = own.get(args.task, ('out', 'images'))
    for name in needed:
        if getattr(args, name) is None:
            parser.error(f'{args.task} needs --{name}')
    if wrong := [text for text in args.rename if text.count('=') != 1]:
        parser.error(f'--rename: {wrong[0]!r} is not THEIRS=OURS')
    return args


def run(args: argparse.Namespace) -> str:
    """Do the task; returns what to tell about it."""
    from synpose.datasets import conversion  # takes seconds: --help should not wait for it

    if args.task == 'arrow':
        from synpose.datasets.columnar import open_store

        store = open_store(args.annotations, args.out)
        return f'{store.path}: {store.num_images} images, {int(store.first[-1])} annotations'
    if args.task == 'json':
        images, people = conversion.write_store_json(args.annotations, args.out)
        return f'{args.out}: {images} images, {people} annotations'
    if args.task in _PLAIN:
        images, people, absent = conversion.write_plain_coco(args.annotations, args.out, args.task == 'coco133')
        return f'{args.out}: {images} images, {people} annotations; joints absent: {", ".join(absent) or "none"}'
    if args.task == 'subset':
        told = conversion.take_subset(
            args.annotations, args.reference, args.out, args.match_by, args.seed, args.split, args.copy
        )
        return (
            f'{args.reference}: {told["reference_images"]} images, {told["reference_people"]} people\n'
            f'{args.out}: {told["images"]} images, {told["people"]} people '
            f'(matched by {told["match_by"]}, seed {told["seed"]})'
        )
    renames = dict(text.split('=') for text in args.rename)
    split = args.split or 'train'
    return str(
        conversion.convert(args.task, args.annotations, args.images, args.out, split, renames, args.copy, args.on_error)
    )


def main() -> int:
    """Run the task; returns the exit code."""
    args = parse_args()
    try:
        print(run(args))
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('error: interrupted; run it again, what is linked or copied stays', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
