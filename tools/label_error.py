"""Measure whole-body labels against the truth: coverage, NME, PCK, OKS of each part, and error against confidence."""

import argparse
import sys

EPILOG = """
example:
  python tools/label_error.py data/study/wholebody/coco133/train.json \\
      data/study/wholebody_labeled/coco17/train.json --out work_dirs/study/wholebody/label_error.json

Both files hold COCO-WholeBody's fields of the same people (same ids, images and boxes). The picture, beside the json or
where --picture says, shows error and number of points against confidence (keypoint_scores of the labels).

exit codes: 0 done, 2 an error
"""
_COLUMNS = ('parts', 'points', 'coverage', 'spurious', 'NME', 'PCK@0.1', 'OKS')


def main() -> int:
    """Compare, print a table, and write it where asked; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('truth', help='json with true points, e.g. of a rendered set')
    parser.add_argument('labels', help='json with the labels to measure')
    parser.add_argument('--out', help='json file to write')
    parser.add_argument('--picture', help='png file to write (default: beside --out)')
    args = parser.parse_args()
    from pathlib import Path

    from synpose.evaluation.label_comparison import compare_labels
    from synpose.files import atomic_path, write_json
    from synpose.reporting.label_error_plots import draw_label_errors

    try:
        errors = compare_labels(args.truth, args.labels)
        picture = args.picture or (Path(args.out).with_suffix('.png') if args.out else None)
        if picture:
            with atomic_path(picture) as temporary:
                temporary.write_bytes(draw_label_errors(errors))
        if args.out:
            write_json(args.out, {'truth': args.truth, 'labels': args.labels, **errors}, indent=2)
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    print(f'{errors["people"]} people')
    print(f'{"":10}' + ''.join(f'{name:>10}' for name in _COLUMNS))
    for part, figures in errors['parts'].items():
        print(f'{part:10}' + ''.join(f'{_shown(figures[name]):>10}' for name in _COLUMNS))
    return 0


def _shown(value: float | int | None) -> str:
    if value is None:
        return '-'
    return str(value) if isinstance(value, int) else f'{value:.3f}'


if __name__ == '__main__':
    sys.exit(main())
