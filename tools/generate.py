"""Render a labelled dataset of synthetic classrooms in the SynPose format."""

import argparse
import sys

from mmengine.config import Config, ConfigDict, DictAction

EPILOG = """
examples:
  python tools/generate.py configs/generate/demo_source.py --out data/demo/source --workers 2
  python tools/generate.py configs/generate/demo_source.py --out data/look --num-images 6
  python tools/generate.py configs/generate/demo_source.py --out data/night \\
      --cfg-options generator.style.light.lamp="(0.5,1)" generator.seed=9

The folder gets images/, stencils/ (16-bit, person numbers), depth/ (16-bit, millimetres), annotations/<split>.json
(COCO keypoints) and dataset.json (configuration and versions). The same configuration and seed give the same bytes
with any number of workers, also after an interruption and --resume.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a config with generator=dict(type=..., ...), e.g. from configs/generate/')
    parser.add_argument('--out', required=True, metavar='DIR', help='dataset folder to write; must be new or empty')
    parser.add_argument(
        '--num-images',
        type=int,
        metavar='N',
        help="render only N of the config's images, spread over splits and scenes",
    )
    parser.add_argument('--workers', type=int, default=1, metavar='W', help='processes; -1 for all cores (default: 1)')
    parser.add_argument('--resume', action='store_true', help='continue a run that was cut off in DIR')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE', help='overrides, e.g. generator.seed=3'
    )
    return parser.parse_args()


def read_config(args: argparse.Namespace) -> ConfigDict:
    """Return the generator's config with the command line's changes."""
    config = Config.fromfile(args.config)
    if 'generator' not in config:
        raise ValueError(f'{args.config}: has no generator=dict(type=...)')
    config.merge_from_dict(args.cfg_options or {})
    if args.num_images is not None:
        config.merge_from_dict({'generator.num_images': args.num_images})
    return config.generator


def fail(message: object) -> int:
    """Print one line about what went wrong and return the exit status."""
    print(f'error: {message}', file=sys.stderr)
    return 2


def main() -> int:
    """Run the generator the config names."""
    args = parse_args()
    from synpose.registry import GENERATORS  # after parsing: --help answers at once

    try:
        generator = GENERATORS.build(read_config(args))
    except (ImportError, KeyError, OSError, TypeError, ValueError) as error:
        return fail(error.args[0] if isinstance(error, KeyError) else error)
    try:
        counts = generator.run(args.out, workers=args.workers, resume=args.resume)
    except (ImportError, OSError, ValueError) as error:
        return fail(error)
    except KeyboardInterrupt:
        return fail(f'interrupted; {args.out} can be continued with --resume')
    print('\n'.join(f'{split}: {numbers}' for split, numbers in counts.items()) or f'{args.out}: complete already')
    return 0


if __name__ == '__main__':
    sys.exit(main())
