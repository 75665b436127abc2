"""Fit how a detector's boxes differ from people's, by the pose of the person, for PoseGuidedProposals.

Example:
    python tools/fit_proposals.py data/coco/annotations/person_keypoints_train2017.json \
        data/coco/person_detection_results/COCO_train2017_detections.json --out data/coco/annotations/proposals.json
"""

import argparse

from synpose.datasets.proposals.fitting import fit_proposals
from synpose.files import write_json


def main() -> None:
    """Fit, print what came out, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('ann_file', help='COCO-style annotations with boxes and keypoints; never the evaluated set')
    parser.add_argument('det_file', help='COCO-style list of detections in the same images')
    parser.add_argument('--out', required=True, help='JSON file to write; PoseGuidedProposals(fitted=...) reads it')
    parser.add_argument('--num-poses', type=int, default=16, help='atomic poses (default 16)')
    parser.add_argument('--components', type=int, default=3, help='Gaussians an atomic pose, at most (default 3)')
    parser.add_argument('--min-iou', type=float, default=0.5, help='of a detection and its person (default 0.5)')
    parser.add_argument('--min-score', type=float, default=0.0, help='of a detection (default 0)')
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    options = {key: value for key, value in vars(args).items() if key not in ('ann_file', 'det_file', 'out')}
    try:
        fitted = fit_proposals(args.ann_file, args.det_file, **options)
    except (FileNotFoundError, ValueError) as error:
        parser.exit(1, f'error: {error}\n')
    print('pairs  Gaussians  mean shift of left, top, right, bottom, of the box')
    for atom in fitted.atomic_poses:
        mean = atom.offsets.weights @ atom.offsets.means
        print(f'{atom.count:5d}  {len(atom.offsets.weights):9d}  {", ".join(f"{value:+.4f}" for value in mean)}')
    write_json(
        args.out, {'ann_file': args.ann_file, 'det_file': args.det_file, **options, **fitted.to_json()}, indent=2
    )
    print(f'written to {args.out}')


if __name__ == '__main__':
    main()
