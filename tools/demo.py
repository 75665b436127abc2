"""Run the main job end to end: render, train, test, report. `make demo` calls it.

Interrupted? Run it again: rendering and training go on where they stopped.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from synpose.demo import default_work_dir, demo_stages, run_stages


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--quick', action='store_true', help='few images, short training: the flow in about 4 minutes')
    parser.add_argument('--seed', type=int, default=0, help='seed of the training (default: %(default)s)')
    parser.add_argument('--workers', type=int, help='rendering processes (default: all cores)')
    parser.add_argument('--work-dir', help='checkpoints, results, report (default: work_dirs/demo[-quick][-seedN])')
    parser.add_argument('--dry-run', action='store_true', help='print the commands and stop')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    work_dir = args.work_dir or default_work_dir(args.quick, args.seed)
    stages = demo_stages(args.quick, args.seed, args.workers, work_dir)
    if args.dry_run:
        print('\n'.join(stage.text for stage in stages))
        return
    try:
        run_stages(stages, Path(work_dir) / 'timings.json')
    except subprocess.CalledProcessError as error:
        sys.exit(f'demo: this command failed (its own message is above): python {" ".join(error.cmd[1:])}')
    print(f'\nReport: {work_dir}/report.html')


if __name__ == '__main__':
    main()
