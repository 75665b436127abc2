"""Find what the students on photos or in videos of a classroom do.

python tools/analyze.py POSE_CONFIG POSE_CHECKPOINT BEHAVIOR_CONFIG BEHAVIOR_CHECKPOINT IMAGES|VIDEO... --out DIR
"""

import argparse
import sys

from synpose.reporting.classroom import BehaviorClassifier, analyze_classroom
from synpose.reporting.classroom.analysis import find_sources
from synpose.reporting.classroom.observations import Observer
from synpose.reporting.classroom.records import identify_model
from synpose.reporting.prediction import load_model, plan_drawings

DESCRIPTION = """\
Find what the students on photos or in videos of a classroom do.

Writes into DIR
  overlays/        a picture of each photo, a video of each video, with poses and behaviors
  students.csv     a line for each student in each picture: behavior, where the student looks, box
  students.json    the same with all joints
  report.html      a page: who does what, who looks where, how many hands are up over time
Faces are hidden in all of it (--no-blur-faces leaves them). Interrupted? The same command goes on.
"""
EXAMPLE = """\
example, with what `make demo` leaves:
  python tools/analyze.py configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py work_dirs/demo/epoch_25.pth \\
      configs/behavior/skeleton-gcn_1xb64-30e_demo.py work_dirs/demo/behavior/epoch_30.pth lesson.mp4 --out analysis
"""


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=DESCRIPTION, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('pose_config', help='config of the pose model')
    parser.add_argument('pose_checkpoint', help='its checkpoint')
    parser.add_argument('behavior_config', help='config of the behavior classifier, of the same skeleton')
    parser.add_argument('behavior_checkpoint', help='its checkpoint')
    parser.add_argument('sources', nargs='+', help='videos, image files, folders or quoted globs of images')
    parser.add_argument('--out', required=True, metavar='DIR', help='folder of the results')
    parser.add_argument('--device', default='cpu', help='torch device (default: cpu)')
    parser.add_argument('--score-thr', type=float, default=0.3, help='poses from this score are students (default: .3)')
    parser.add_argument('--interval', type=float, default=1.0, help='seconds between frames of a video (default: 1)')
    parser.add_argument(
        '--blur-faces', action=argparse.BooleanOptionalAction, default=True, help='hide faces (default: yes)'
    )
    args = parser.parse_args()
    if not args.interval > 0:
        parser.error('--interval must be positive')
    return args


def main() -> int:
    """Analyze; returns the exit code, 1 if any file failed."""
    args = parse_args()
    try:
        paths = find_sources(args.sources)
        plan_drawings(paths, f'{args.out}/overlays')  # refuses to overwrite an input before a model is loaded
        classifier = BehaviorClassifier(args.behavior_config, args.behavior_checkpoint, args.device)
        model = load_model(args.pose_config, args.pose_checkpoint, args.device)
        settings = {
            'pose model': identify_model(args.pose_config, args.pose_checkpoint),
            'behavior classifier': identify_model(args.behavior_config, args.behavior_checkpoint),
        }
        observer = Observer(model, classifier, args.score_thr)
        summary = analyze_classroom(observer, paths, args.out, settings, args.score_thr, args.interval, args.blur_faces)
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    for failure in summary.failures:
        print(f'error: {failure}', file=sys.stderr)
    print(
        f'{summary.num_students} times a student in {summary.num_sources} files, {len(summary.failures)} with problems'
    )
    print(f'Page: {summary.page}')
    return 1 if summary.failures else 0


if __name__ == '__main__':
    sys.exit(main())
