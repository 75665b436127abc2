"""Fit the margins that turn a box of joints into a box of the person, on training annotations.

Example:
    python tools/fit_margins.py data/demo/source/annotations/train.json --out data/demo/source/annotations/margins.json
"""

import argparse

from synpose.evaluation.margin_fitting import SKELETONS, fit_annotation_margins
from synpose.files import write_json


def main() -> None:
    """Fit, print, and write the margins where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('ann_file', help='COCO-style annotations with boxes and keypoints; never the evaluated set')
    parser.add_argument('--skeleton', choices=sorted(SKELETONS), default='coco17', help="the model's joints")
    parser.add_argument('--out', help='JSON file to write; BBoxIoUAPMetric(margins=...) reads it')
    args = parser.parse_args()
    try:
        fitted = fit_annotation_margins(args.ann_file, SKELETONS[args.skeleton])
    except (FileNotFoundError, ValueError) as error:
        parser.exit(1, f'error: {error}\n')
    names = ('left', 'top', 'right', 'bottom')
    print('margins:', ', '.join(f'{name} {value:.4f}' for name, value in zip(names, fitted['margins'])))
    for label in ('tight', 'with_margins'):
        print(f'ceiling, {label}:', ', '.join(f'{key} {value:.3f}' for key, value in fitted[label].items()))
    if args.out:
        write_json(args.out, {'ann_file': args.ann_file, 'skeleton': args.skeleton, **fitted}, indent=2)
        print(f'written to {args.out}')


if __name__ == '__main__':
    main()
