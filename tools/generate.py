"""Render a labeled dataset of synthetic people in the SynPose format."""

import argparse
import sys
import time
from typing import Any

from mmengine.config import Config, ConfigDict, DictAction

EPILOG = """
examples:
  python tools/generate.py configs/generate/demo_source.py --out data/demo/source --workers 2
  python tools/generate.py configs/generate/demo_source.py --out data/look --num-images 6
  python tools/generate.py configs/generate/demo_source.py --out data/night \\
      --cfg-options generator.style.light.lamp="(0.5,1)" generator.seed=9

how long will it take, how large will it be? (renders a few images, writes nothing)
  python tools/generate.py configs/generate/synpose.py --estimate --workers 64

batch jobs that fill one folder of a shared file system; the last to finish puts the annotations together:
  sbatch --array=1-50 --wrap 'python tools/generate.py configs/generate/synpose.py --out /data/synpose \\
      --workers -1 --resume --shard $SLURM_ARRAY_TASK_ID/50'

a Ray or Dask cluster (pip install synpose[cluster]); without --address one is started on this machine:
  python tools/generate.py configs/generate/synpose.py --out /data/synpose --backend ray --address auto
  python tools/generate.py configs/generate/synpose.py --out /data/synpose --backend dask --address tcp://head:8786

a run that was killed, or found the disk full, goes on where it was:
  python tools/generate.py configs/generate/synpose.py --out /data/synpose --workers -1 --resume

a dataset again, bit for bit, from its own description:
  python tools/generate.py data/demo/source/dataset.json --out data/again

The folder gets images/, stencils/ (16-bit, person numbers), depth/ (16-bit, millimetres), annotations/<split>.json
(COCO keypoints), dataset.json (configuration and versions), README.md and croissant.json (its card). The same
configuration and seed give the same bytes with any number of workers, on a cluster, in shards, and after an
interruption and --resume.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'config', help='a config with generator=dict(type=..., ...), e.g. from configs/generate/, or a dataset.json'
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument('--out', metavar='DIR', help='dataset folder to write; must be new or empty')
    task.add_argument(
        '--estimate', action='store_true', help='say images, people, hours, cores and gigabytes instead of rendering'
    )
    parser.add_argument(
        '--num-images',
        type=int,
        metavar='N',
        help="render only N of the config's images, spread over splits and scenes",
    )
    parser.add_argument(
        '--workers', type=int, metavar='W', help='processes; -1 for all cores (default: 1, or all cores of a cluster)'
    )
    parser.add_argument('--resume', action='store_true', help='continue a run that was cut off in DIR')
    parser.add_argument('--shard', metavar='I/N', help='render part I of N, beside other jobs that write the same DIR')
    parser.add_argument('--backend', default='loky', help='loky (this machine, default), ray or dask')
    parser.add_argument('--address', metavar='URL', help='of the Ray or Dask cluster (default: start one here)')
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


def summarize(counts: dict[str, dict[str, Any]], seconds: float) -> str:
    """Say in a line a split, and one for all, what was written."""
    from synpose.generation.jobs.fields import split_redrawn

    lines = [f'{split}: {numbers}' for split, numbers in counts.items()]
    images, people = (sum(numbers[key] for numbers in counts.values()) for key in ('images', 'people'))
    drawn = [split_redrawn(numbers['redrawn']) for numbers in counts.values()]
    redrawn, empty = sum(sum(again.values()) for again, _ in drawn), sum(places for _, places in drawn)
    people_text = f'{people} people ({people / max(images, 1):.1f} an image)'
    lines.append(f'{images} images, {people_text}, {redrawn} redrawn, {empty} places left empty, {seconds:.0f} s')
    return '\n'.join(lines)


def main() -> int:
    """Run the generator the config names."""
    args = parse_args()
    if args.estimate and (args.resume or args.shard or args.address):
        return fail('--estimate writes nothing: --resume, --shard and --address do not go with it')
    from synpose.registry import GENERATORS  # after parsing: --help answers at once

    try:
        generator = GENERATORS.build(read_config(args))
    except (ImportError, KeyError, OSError, TypeError, ValueError) as error:
        return fail(error.args[0] if isinstance(error, KeyError) else error)
    from synpose.generation.jobs.estimate import estimate, format_estimate
    from synpose.generation.jobs.shards import Shard

    start = time.perf_counter()
    try:
        if args.estimate:
            print(format_estimate(estimate(generator), args.workers))
            return 0
        shard = Shard.parse(args.shard) if args.shard else None
        counts = generator.run(args.out, args.workers, args.resume, args.backend, args.address, shard)
    except (ImportError, OSError, ValueError) as error:
        return fail(error)
    except KeyboardInterrupt:
        return fail('interrupted' if args.estimate else f'interrupted; {args.out} can be continued with --resume')
    if counts:
        print(summarize(counts, time.perf_counter() - start))
    return 0


if __name__ == '__main__':
    sys.exit(main())
