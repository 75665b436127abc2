"""Draw the poses a model finds on any photos, and save them as COCO results.

python tools/predict.py CONFIG CHECKPOINT IMAGES... --out DIR [--device cpu] [--score-thr 0.3] [--batch-size 1]
"""

import argparse
import sys

from mmengine.config import DictAction

from synpose.reporting.prediction import find_images, load_model, plan_drawings, predict_images


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description='Draw the poses a model finds on any photos.')
    parser.add_argument('config', help='config file of the model')
    parser.add_argument('checkpoint', help='checkpoint file or URL')
    parser.add_argument('images', nargs='+', help='image files, folders or quoted globs')
    parser.add_argument('--out', required=True, help='folder for the drawings and predictions.json')
    parser.add_argument('--device', default='cpu', help='torch device (default: cpu)')
    parser.add_argument(
        '--score-thr', type=float, default=0.3, help='draw poses and joints from this score (default: .3)'
    )
    parser.add_argument('--batch-size', type=int, default=1, help='more than 1 needs a head that decodes batches')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='settings to override, as key=value')
    args = parser.parse_args()
    if args.batch_size < 1:
        parser.error('--batch-size must be at least 1')
    return args


def main() -> int:
    """Predict; returns the exit code, 1 if any image failed."""
    args = parse_args()
    try:
        paths = find_images(args.images)
        plan_drawings(paths, args.out)  # refuses to overwrite an input before the model is loaded
        model = load_model(args.config, args.checkpoint, args.device, args.cfg_options)
        summary = predict_images(model, paths, args.out, args.score_thr, args.batch_size)
    except (FileNotFoundError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    for failure in summary.failures:
        print(f'error: {failure}', file=sys.stderr)
    print(f'{summary.num_people} people on {summary.num_images} images in {args.out}, {len(summary.failures)} failed')
    return 1 if summary.failures else 0


if __name__ == '__main__':
    sys.exit(main())
