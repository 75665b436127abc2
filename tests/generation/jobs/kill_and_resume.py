"""Kill a rendering run again and again, resume it, and compare the outcome with an undisturbed one, byte by byte.

    python tests/generation/jobs/kill_and_resume.py configs/generate/demo_quick_source.py --kills 20 --num-images 40

Each kill is SIGKILL at a random moment, to the run itself or, every third time, to one of its workers. After it no file
may be torn under its final name, no worker may live on, and the folder must be free for the next run. Exits with 1 and
one line on the first thing that is wrong.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from synpose.locking import FileLock
from synpose.testing import read_tree

TOOL = Path(__file__).parents[3] / 'tools/generate.py'
GRACE = 180.0  # s in which orphans must have ended; a worker notices once it has imported its libraries


class WrongError(Exception):
    """What must never happen."""


def descendants(pid):
    """List the processes below one, as Linux tells them."""
    found = []
    for entry in Path('/proc').iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / 'stat').read_text()
            except OSError:
                continue  # ended meanwhile
            if int(stat.rpartition(')')[2].split()[1]) == pid:
                found += [int(entry.name), *descendants(int(entry.name))]
    return found


def is_alive(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def check_files(root, reference):
    """Compare every file that carries its final name; dataset.json lacks the counts until the end."""
    for name, content in read_tree(root).items():
        if any(part.startswith('.') for part in Path(name).parts):
            continue
        if name == 'dataset.json':
            wanted, found = json.loads(reference[name]), json.loads(content)
            if found not in (wanted, {key: wanted[key] for key in found}):
                raise WrongError(f'{root / name} differs from the undisturbed run')
        elif content != reference.get(name):
            raise WrongError(f'{root / name} is torn, or not in the undisturbed run')


def check_outcome(root, reference):
    found = read_tree(root)
    different = sorted(name for name in {*found, *reference} if found.get(name) != reference.get(name))
    if different:
        raise WrongError(f'{root}: the outcome differs in {different}')


def check_end(root, children):
    """Wait for the orphans of a killed run, then take its lock."""
    deadline = time.monotonic() + GRACE
    while alive := [pid for pid in children if is_alive(pid)]:
        if time.monotonic() > deadline:
            raise WrongError(f'workers {alive} live on after the run was killed')
        time.sleep(0.1)
    lock = FileLock(root / '.lock')
    if lock.path.exists():
        if not lock.acquire():
            raise WrongError(f'{lock.path} is still held')
        lock.release()


def kill_once(command, root, reference, delay, worker):
    """Start the run, kill it (or one of its workers) after a while, and check what it leaves.

    Returns:
        Whether the run was still going.
    """
    with open(root.with_suffix('.log'), 'wb') as log:
        run = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            run.wait(delay)
            return False
        except subprocess.TimeoutExpired:
            children = descendants(run.pid)
        victim = random.choice(children) if worker and children else run.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        if victim == run.pid:
            run.wait()
        elif run.wait(600) not in (0, 2):
            raise WrongError(f'a killed worker ended the run with {run.returncode}, see {log.name}')
    if root.exists():
        check_files(root, reference)
        check_end(root, children)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config')
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--num-images', type=int)
    parser.add_argument('--seed', type=int, default=0, help='of the moments')
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/kill_and_resume'))
    args = parser.parse_args()
    random.seed(args.seed)
    shutil.rmtree(args.work_dir, ignore_errors=True)
    args.work_dir.mkdir(parents=True)
    size = ['--num-images', str(args.num_images)] if args.num_images else []
    base = [sys.executable, str(TOOL), args.config, *size, '--workers', str(args.workers), '--out']

    start = time.monotonic()
    subprocess.run([*base, str(args.work_dir / 'undisturbed')], check=True)
    duration = time.monotonic() - start
    reference = read_tree(args.work_dir / 'undisturbed')
    victim = args.work_dir / 'victim'
    command = [*base, str(victim), '--resume']
    kills = outcomes = 0
    while kills < args.kills:
        delay = random.uniform(0, duration)
        if kill_once(command, victim, reference, delay, worker=kills % 3 == 2):
            kills += 1
            done = len(list(victim.glob('images/*')))
            print(f'kill {kills} after {delay:.1f} s: {done} images whole', flush=True)
        else:
            check_outcome(victim, reference)
            shutil.rmtree(victim)
            outcomes += 1
    subprocess.run(command, check=True)
    check_outcome(victim, reference)
    print(f'{kills} kills, {outcomes + 1} outcomes, all {len(reference)} files identical to the undisturbed run')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except WrongError as error:
        print(f'error: {error}', file=sys.stderr)
        sys.exit(1)
