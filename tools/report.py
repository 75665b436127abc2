"""Write a report as report.html, report.md (figures in report_files/) and report.json.

python tools/report.py WORK_DIR   what a training and its tests left: tables, curves, predictions beside labels
python tools/report.py DATASET    what a dataset folder holds: statistics, contact sheets of its rooms, and an audit
"""

import argparse
import sys
from pathlib import Path

DESCRIPTION = """\
Write a report as report.html (one self-contained page), report.md and report.json.

A folder with a dataset.json is a dataset in the SynPose format. Its report has
  - statistics, beside what the SynPose paper states of its set,
  - contact sheets: the first frame of each room from all its cameras,
  - an audit: every image is read and its boxes, stencils, depth, joints, cameras and
    people are checked against each other. What is found is listed by file, annotation
    and field, with pictures of the first few; report.json has all.
Any other folder is a work dir: results/<split>/metrics.json, as tools/test.py leaves them.
"""
EXAMPLES = """\
examples:
  python tools/report.py work_dirs/demo                          results of a training
  python tools/report.py data/demo/source                        a dataset, all of it
  python tools/report.py data/big --limit 500 --workers -1       500 images, all cores
  python tools/report.py data/big --audit-only --out audit       fails if anything is found

exit codes: 0 done, 1 --audit-only found something, 2 an error
"""


def main() -> int:
    """Parse the arguments and write the report; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=DESCRIPTION, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', help='a work dir, or a dataset folder (it holds dataset.json)')
    parser.add_argument('--out', help='folder of the report (default: FOLDER)')
    dataset = parser.add_argument_group('datasets only')
    dataset.add_argument('--audit-only', action='store_true', help='no statistics and sheets; exit code 1 on findings')
    dataset.add_argument('--limit', type=int, metavar='N', help='read about N images, evenly over each split')
    dataset.add_argument('--workers', type=int, default=1, metavar='N', help='processes; -1 uses all cores (default 1)')
    dataset.add_argument('--sheets', type=int, default=56, metavar='N', help='rooms on contact sheets (default 56)')
    args = parser.parse_args()
    if args.limit is not None and args.limit < 1:
        parser.error('--limit must be at least 1')
    if args.workers == 0 or args.workers < -1:
        parser.error('--workers must be -1 or at least 1')
    from synpose.reporting import write_dataset_report, write_report  # takes seconds: --help should not wait for it

    try:
        if not (Path(args.folder) / 'dataset.json').is_file():
            print(write_report(args.folder, args.out))
            return 0
        path, scan = write_dataset_report(args.folder, args.out, args.workers, args.limit, args.audit_only, args.sheets)
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    for name, count in scan.checks.items():
        if count.findings:
            print(f'{name}: {count.findings} findings in {count.checked} checked')
    print(f'{scan.total.images} images, {scan.total.people} people: {scan.num_findings or "no"} findings')
    print(path)
    return 1 if args.audit_only and scan.num_findings else 0


if __name__ == '__main__':
    sys.exit(main())
