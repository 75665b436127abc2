"""Run a study: trainings, tests and what they need, then one table with spread, pictures and provenance.

Interrupted? Run it again: what is finished stays, what was cut off goes on.
"""

import argparse
import sys

EXAMPLES = """\
examples:
  python tools/study.py adapt_look --list                    what there is, and what is missing
  python tools/study.py adapt_look --dry-run                 the commands that would run
  python tools/study.py adapt_look --jobs 2                  run them, two one-thread processes at a time
  python tools/study.py adapt_look --rows source,ctgan       these rows only
  python tools/study.py adapt_look --table-only              write the table of what is finished

NAME is projects/synpose/studies/NAME.yaml (or the path of such a file); table.md, results.json and pictures go to
projects/synpose/results/NAME/, logs and checkpoints to the study's work dir. The results folder keeps the results file
of each finished run too (finished/): a clone that has it does not make that run again.

exit codes: 0 done, 1 a command failed (the others ran), 2 an error in the study, 130 interrupted
"""


def main() -> int:
    """Parse the arguments and run; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('name', metavar='NAME', help='the study')
    parser.add_argument('--jobs', type=int, default=1, metavar='J', help='processes side by side (default 1)')
    parser.add_argument('--rows', metavar='A,B', help='names of rows; default: all')
    parser.add_argument('--out', metavar='DIR', help='where table and pictures go')
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument('--list', action='store_true', help='list rows, seeds and stages with their state, and stop')
    mode.add_argument('--dry-run', action='store_true', help='print the missing commands, in order, and stop')
    mode.add_argument('--table-only', action='store_true', help='run nothing; write the table of what is finished')
    args = parser.parse_args()
    if args.jobs < 1:
        parser.error('--jobs must be at least 1')
    from synpose.studies import StudyRun  # takes seconds: --help should not wait for it

    try:
        run = StudyRun(args.name, args.rows.split(',') if args.rows else None, args.out)
        if args.list:
            print(run.describe())
            return 0
        if args.dry_run:
            print('\n'.join(task.text for task in run.missing()))
            return 0
        failed = {} if args.table_only else run.execute(args.jobs)
        print(run.write())
    except KeyboardInterrupt:
        print('\ninterrupted: run the same command again to go on', file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    for name, reason in failed.items():
        print(f'failed: {name}: {reason}', file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
