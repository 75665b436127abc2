"""Write the report of a work dir: report.html, report.md (figures in report_files/) and report.json.

python tools/report.py WORK_DIR [--out DIR]
"""

import argparse
import sys

from synpose.reporting import write_report


def main() -> int:
    """Parse the arguments and write the report; returns the exit code."""
    parser = argparse.ArgumentParser(description='Write the report of a work dir as HTML, Markdown and JSON.')
    parser.add_argument('work_dir', help='folder with results/<split>/metrics.json, as tools/test.py leaves them')
    parser.add_argument('--out', help='folder of the report (default: WORK_DIR)')
    args = parser.parse_args()
    try:
        print(write_report(args.work_dir, args.out))
    except (FileNotFoundError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
