"""Stock MMPose against synpose, row by row in one run: `make bench`.

Each row runs in a process of its own, where both sides take turns; on one thread their processor time is compared, so
that other work on the machine (by default a second row) matters less. A whole run writes its table into
benchmarks/README.md, where CPU and GPU have one each; with --only or --quick it is only printed. A run that was cut off
goes on with --resume. Exits with 1 if results differ from stock's by more than they may.
"""

import argparse
import datetime
import importlib
import json
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import groupby, pairwise
from pathlib import Path

from bench_rows.common import Case, Options

ROWS = (  # the longest first
    'opening',
    'box_ap',
    'inference',
    'training',
    'sample',
    'translating',
    'pose_nms',
    'labeling',
    'decoding',
)
GPU_ROWS = ('inference', 'training', 'decoding', 'translating', 'labeling')
README = Path(__file__).with_name('README.md')
RESULTS = Path('work_dirs/bench')
GROWTH_LIMIT = 1.15  # tolerated exponent of growth: 1 is linear, the rest noise


def run_row(row: str, options: Options, out: Path) -> None:
    """Measure one row in this process and write its cases."""
    import torch
    from mmengine.registry import init_default_scope

    import synpose  # noqa: F401

    init_default_scope('mmpose')
    torch.set_num_threads(options.threads)
    cases = []
    for case in importlib.import_module(f'bench_rows.{row}').run(options):
        cases.append(asdict(case))
        print(
            f'  {row}: {case.case}: {format_ratio(case)}, {case.turns} turns, {case.same}', file=sys.stderr, flush=True
        )
    partial = out.with_suffix('.part')
    partial.write_text(json.dumps(cases), encoding='utf-8')
    partial.replace(out)


def ratio_of(case: Case) -> float | None:
    """How many times better ours is; None if stock was not measured."""
    if case.stock is None:
        return None
    return case.ours / case.stock if case.unit.endswith('/s') else case.stock / max(case.ours, 1e-12)


def format_ratio(case: Case) -> str:
    """The ratio in words."""
    ratio = ratio_of(case)
    return 'stock not measured' if ratio is None else f'{ratio:.3g}x'


def growth_lines(row: str, cases: list[Case]) -> list[str]:
    """Tell how ours grows: the exponent between neighboring sizes of a series."""
    lines = []
    for series, group in groupby([c for c in cases if c.series], key=lambda c: c.series):
        members = list(group)
        if len(members) < 2:
            continue
        costs = [(c.size, c.size / c.ours if c.unit.endswith('/s') else c.ours) for c in members]
        steps = [f'{b / a:.3g}x more cost {max(q, 1e-12) / max(p, 1e-12):.3g}x' for (a, p), (b, q) in pairwise(costs)]
        bad = [(a, b) for (a, p), (b, q) in pairwise(costs) if q > p * (b / a) ** GROWTH_LIMIT]
        lines.append(f'| {row} | {series} | {"; ".join(steps)} | {"MORE" if bad else "no more"} than linear |')
    return lines


def tables(found: dict[str, list[Case]], options: Options, seconds: float, titles: dict[str, str], jobs: int) -> str:
    """The run as Markdown."""
    import torch

    cpu = next(
        (s.split(':')[1].strip() for s in Path('/proc/cpuinfo').read_text().splitlines() if 'model name' in s), ''
    )
    device = torch.cuda.get_device_name() if options.device == 'cuda' else f'{cpu}, {options.threads} thread(s)'
    lines = [
        f'{datetime.date.today()}, {device}, torch {torch.__version__}, Python {platform.python_version()}, '
        f'{seconds / 60:.0f} minutes, {jobs} rows at once. Ratio: how many times faster (or smaller) ours is; n turns.',
        '',
        '| work | case | ratio | aim | stock | ours | unit | n | results |',
        '|---|---|---|---|---|---|---|---|---|',
    ]
    for row, cases in found.items():
        for case in cases:
            ratio = ratio_of(case)
            shown = '' if ratio is None else f'**{ratio:.3g}x**'
            aim = '' if case.aim is None else f'>= {case.aim:g}x {"met" if ratio and ratio >= case.aim else "MISSED"}'
            stock = '' if case.stock is None else f'{case.stock:.4g}'
            cells = (
                titles[row],
                case.case,
                shown,
                aim,
                stock,
                f'{case.ours:.4g}',
                case.unit,
                str(case.turns),
                case.same,
            )
            lines.append('| ' + ' | '.join(cells) + ' |')
    lines += ['', 'Ours as it grows:', '', '| work | series | steps | growth |', '|---|---|---|---|']
    for row, cases in found.items():
        lines += growth_lines(titles[row], cases)
    return '\n'.join(lines)


def write_readme(text: str, device: str) -> None:
    """Put the table between the device's marks of the README, or at its end the first time."""
    command = 'make bench' if device == 'cpu' else f'bench.py --device {device}'
    begin, end = f'<!-- {command} -->', f'<!-- end of {command} -->'
    content = README.read_text(encoding='utf-8')
    if begin not in content:
        content = f'{content.rstrip()}\n\n## Against stock MMPose: `{command}`\n\n{begin}\n{end}\n'
    head, _, rest = content.partition(begin)
    _, _, tail = rest.partition(end)
    README.write_text(f'{head}{begin}\n{text}\n{end}{tail}', encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--only', choices=ROWS, nargs='+', help='measure these rows and print them')
    parser.add_argument('--quick', action='store_true', help='small sizes and few repeats; the table is only printed')
    parser.add_argument('--resume', action='store_true', help='keep the rows that an interrupted run has measured')
    parser.add_argument(
        '--device', choices=('cpu', 'cuda'), default='cpu', help='of the networks (default: %(default)s)'
    )
    parser.add_argument('--threads', type=int, default=1, help='of PyTorch (default: %(default)s)')
    parser.add_argument('--jobs', type=int, help='rows measured at once (default: 2; 1 on a GPU)')
    parser.add_argument('--row', choices=ROWS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    options = Options(args.device, args.threads, args.quick)
    folder = RESULTS / f'{args.device}-{args.threads}{"-quick" if args.quick else ""}'
    folder.mkdir(parents=True, exist_ok=True)
    if args.row:
        run_row(args.row, options, folder / f'{args.row}.json')
        return
    rows = args.only or (GPU_ROWS if args.device == 'cuda' else ROWS)
    jobs = args.jobs or (1 if args.device == 'cuda' else 2)
    if not args.resume:
        for row in rows:
            (folder / f'{row}.json').unlink(missing_ok=True)
    begin = time.perf_counter()
    titles = {row: importlib.import_module(f'bench_rows.{row}').TITLE for row in rows}

    def measure(row: str) -> list[Case]:
        file = folder / f'{row}.json'
        if not file.exists():
            print(f'{titles[row]} ...', file=sys.stderr, flush=True)
            command = [sys.executable, '-W', 'ignore', __file__, '--row', row, '--device', args.device]
            command += ['--threads', str(args.threads)] + ['--quick'] * args.quick
            subprocess.run(command, check=True)
            print(f'{titles[row]}: done after {time.perf_counter() - begin:.0f} s', file=sys.stderr, flush=True)
        return [Case(**case) for case in json.loads(file.read_text(encoding='utf-8'))]

    with ThreadPoolExecutor(jobs) as pool:
        found = dict(zip(rows, pool.map(measure, rows)))
    text = tables(found, options, time.perf_counter() - begin, titles, jobs)
    print(text)
    if not args.only and not args.quick:
        write_readme(text, args.device)
    if any('DIFFERENT' in case.same for cases in found.values() for case in cases):
        raise SystemExit('results differ from those of the stock code')


if __name__ == '__main__':
    main()
