"""Look through the labels of an annotation file, worst confidences first, and reject the bad ones."""

import argparse
import sys
import webbrowser

EPILOG = """
examples:
  the 600 least certain people of a folder that tools/pseudo_label.py has labeled
    python tools/browse.py data/coco-pseudo/annotations/person_keypoints_train2017.json \\
        --images data/coco-pseudo/train2017 --out work_dirs/browse

  all pages
    python tools/browse.py ANN --images DIR --out DIR --pages all

Open page-0001.html. A click, or the key x, rejects a person's labels; what is rejected is remembered over the pages of
a file, and a button saves it as rejected.txt. The labels are then taken back by the command that wrote them, with
  python tools/pseudo_label.py ... --rejected rejected.txt
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('ann_file', help='annotation file, COCO or COCO-WholeBody')
    parser.add_argument('--images', required=True, metavar='DIR', help='folder that file_name starts from')
    parser.add_argument('--out', required=True, metavar='DIR', help='folder of the pages')
    parser.add_argument('--per-page', type=int, default=60, metavar='N', help='people a page (default: 60)')
    parser.add_argument('--pages', default='10', metavar='N|all', help='how many pages (default: 10)')
    parser.add_argument('--open', action='store_true', help='open the first page in a browser')
    args = parser.parse_args()
    if args.pages != 'all' and not (args.pages.isdigit() and int(args.pages)):
        parser.error(f'--pages must be a number or all, but is {args.pages!r}')
    return args


def main() -> int:
    """Write the pages; returns the exit code."""
    args = parse_args()
    from synpose.reporting.label_pages import LabelPages  # takes seconds: --help should not wait for it

    try:
        pages = LabelPages(args.ann_file, args.images, args.per_page)
        wanted = len(pages) if args.pages == 'all' else min(int(args.pages), len(pages))
        paths = pages.write(args.out, range(wanted))
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    print(f'{len(paths)} of {len(pages)} pages, {len(pages.index)} people: {paths[0] if paths else args.out}')
    if args.open and paths:
        webbrowser.open(paths[0].absolute().as_uri())
    return 0


if __name__ == '__main__':
    sys.exit(main())
