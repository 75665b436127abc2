"""Write predictions in a format that another tool opens: COCO results, Ultralytics pose files, a table."""

import argparse
import sys

EPILOG = """
examples:
  results of a test, as COCO results for any COCO evaluator
    python tools/export_predictions.py work_dirs/demo/results/val/predictions.json --to coco --out results.json

  Ultralytics pose files, one an image: class x y w h, then x y score of each joint, parts of the image
    python tools/export_predictions.py predictions.json --to ultralytics --out labels \\
        --images data/coco/annotations/person_keypoints_val2017.json

  a row a person, with the joints' names in the head
    python tools/export_predictions.py drawn/predictions.json --to csv --out people.csv --joints coco17

Predictions are those of tools/predict.py, of the results folder of a test, or a submission's JSON or zip. Image names
and sizes come from --images, or from the pictures that the predictions name.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('predictions', help='a predictions.json, or a submission')
    parser.add_argument('--to', required=True, choices=('coco', 'ultralytics', 'csv'), help='the format')
    parser.add_argument('--out', required=True, help='file to write; for ultralytics, folder')
    parser.add_argument('--images', metavar='JSON', help='COCO-style file with the images: names and sizes')
    skeletons = ('coco17', 'crowdpose14', 'mpii16', 'wholebody133', 'synpose59')
    parser.add_argument('--joints', choices=skeletons, help='of csv (default: as the metrics.json of the test says)')
    parser.add_argument('--person-score', action='store_true', help='of ultralytics: end each line with it')
    return parser.parse_args()


def export(args: argparse.Namespace) -> str:
    """Write; returns what to tell about it."""
    from synpose.reporting import prediction_export as formats  # takes seconds: --help should not wait for it

    people = formats.read_people(args.predictions)
    images = formats.read_images(args.images) if args.images else {}
    if args.to == 'coco':
        formats.write_coco_results(people, args.out)
    elif args.to == 'csv':
        formats.write_csv(people, images, args.out, formats.joint_names_of(args.predictions, args.joints))
    else:
        count = formats.write_ultralytics(people, images, args.out, args.person_score)
        return f'{args.out}: {len(people)} people in {count} files'
    return f'{args.out}: {len(people)} people'


def main() -> int:
    """Export; returns the exit code."""
    args = parse_args()
    try:
        print(export(args))
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
