"""What rendering a dataset will cost, from a small sample of its images."""

import os
import platform
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synpose.generation.jobs.generator import DatasetGenerator
from synpose.generation.jobs.shards import Planned, group_units
from synpose.generation.jobs.writer import DatasetWriter


@dataclass(frozen=True)
class Sample:
    """What one unit of the plan cost.

    Attributes:
        kind: Room size, or '' where the plan has none.
        images: Images that were rendered and kept.
        people: People in them.
        size: Bytes they take in the finished dataset.
        per_image: CPU time of one image, s.
        per_unit: CPU time before the first image, s.
    """

    kind: str
    images: int
    people: int
    size: int
    per_image: float
    per_unit: float


@dataclass(frozen=True)
class Estimate:
    """What rendering a dataset will cost.

    Attributes:
        images: Number of images.
        people: Number of annotated people.
        gigabytes: Size of the folder, 1e9 bytes.
        core_hours: CPU time of one core.
        low: ``core_hours`` if every image cost what the cheapest of the sample does.
        high: The same for the most expensive one.
        memory: Highest memory use of this process so far, 1e9 bytes: what each worker needs.
        start_up: CPU time each worker takes before its first image, s.
        samples: What was rendered to find out.
    """

    images: int
    people: int
    gigabytes: float
    core_hours: float
    low: float
    high: float
    memory: float
    start_up: float
    samples: tuple[Sample, ...]


def estimate(generator: DatasetGenerator, samples: int = 3) -> Estimate:
    """Render a few units of the plan in a temporary folder and scale up.

    Units are taken evenly from the room sizes. Of each, one image is rendered and then two (where it has two), which
    tells what a unit costs from what an image costs. CPU time is measured, so other load on the machine hardly matters.

    Args:
        generator: Of the dataset.
        samples: How many units to render, at least 1.

    Raises:
        ImportError: If the renderer or the body model is not installed.
        FileNotFoundError: If a file that the options name is missing.
    """
    generator.check_packages()
    generator = generator.unjudged()
    generator.check()
    units = group_units(generator.plan())
    groups: dict[str, list[list[Planned]]] = defaultdict(list)
    for members in units.values():
        groups[getattr(members[0], 'room_size', '')].append(members)
    with tempfile.TemporaryDirectory(prefix='synpose-estimate-') as folder:
        writer = DatasetWriter(Path(folder) / 'sample', generator.header())
        writer.open(resume=False)
        try:
            chosen = _spread(groups, samples)
            start_up = _cpu_time(generator.render_unit, chosen[0][1][:1], writer)
            found = [_measure(generator, writer, kind, members) for kind, members in chosen]
        finally:
            writer.close()
    first = found[0]
    return _scale_up(groups, found, max(start_up - first.per_unit - first.per_image, 0.0))


def _spread(groups: dict[str, list[list[Planned]]], samples: int) -> list[tuple[str, list[Planned]]]:
    """Take ``samples`` units, in turn from the groups, evenly over each."""
    turns = [list(groups)[k % len(groups)] for k in range(samples)]
    chosen = []
    for kind in dict.fromkeys(turns):
        count = min(turns.count(kind), len(groups[kind]))
        chosen += [(kind, groups[kind][(2 * k + 1) * len(groups[kind]) // (2 * count)]) for k in range(count)]
    return chosen


def _cpu_time(function: Callable[..., Any], *arguments: Any) -> float:
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def _measure(generator: DatasetGenerator, writer: DatasetWriter, kind: str, members: Sequence[Planned]) -> Sample:
    one = _cpu_time(generator.render_unit, members[:1], writer)
    pair = members[:2]
    two = _cpu_time(generator.render_unit, pair, writer) if len(pair) == 2 else one
    per_image = min(max(two - one, 0.0), one) if len(pair) == 2 else one
    records = [writer.read_record(shot.image_id) for shot in pair]
    size = sum(path.stat().st_size for shot in pair for path in writer.root.rglob(f'{shot.image_id:08d}.*'))
    people = sum(len(record['annotations']) for record in records)
    return Sample(kind, len(pair), people, size, per_image, one - per_image)


def _scale_up(groups: dict[str, list[list[Planned]]], samples: Sequence[Sample], start_up: float) -> Estimate:
    by_kind: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_kind[sample.kind].append(sample)
    images, people, size, seconds = 0, 0.0, 0.0, 0.0
    for kind, units in groups.items():
        similar = by_kind.get(kind, list(samples))  # more kinds than samples
        count = sum(map(len, units))
        rendered = sum(sample.images for sample in similar)
        images += count
        people += count * sum(sample.people for sample in similar) / rendered
        size += count * sum(sample.size for sample in similar) / rendered
        seconds += count * statistics.mean(sample.per_image for sample in similar)
        seconds += len(units) * statistics.mean(sample.per_unit for sample in similar)
    number = sum(map(len, groups.values()))
    alone = [images * sample.per_image + number * sample.per_unit for sample in samples]
    return Estimate(
        images,
        round(people),
        size / 1e9,
        seconds / 3600,
        min(alone) / 3600,
        max(alone) / 3600,
        _peak_memory() / 1e9,
        start_up,
        tuple(samples),
    )


def _peak_memory() -> float:
    """Return the highest memory use of this process so far, bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if platform.system() == 'Darwin' else 1024)


def format_estimate(found: Estimate, workers: int | None) -> str:
    """Return an estimate as a small table.

    Args:
        found: The estimate.
        workers: Processes that will render; -1 for all cores.
    """
    cores = os.cpu_count() or 1
    busy = cores if workers == -1 else min(workers or 1, cores)
    wall = [_duration(hours / busy + found.start_up / 3600) for hours in (found.core_hours, found.low, found.high)]
    work, low, high = (_duration(hours) for hours in (found.core_hours, found.low, found.high))
    rendered = sum(sample.images for sample in found.samples)
    rows = [
        ('images', f'{found.images:,}'),
        ('people', f'about {found.people:,} ({found.people / max(found.images, 1):.1f} an image)'),
        ('one core', f'{work} ({low} to {high})'),
        ('this run', f"{wall[0]} ({wall[1]} to {wall[2]}) on {busy} of this machine's {cores} cores"),
        ('disk', f'{found.gigabytes:.1f} GB' if found.gigabytes >= 1 else f'{1000 * found.gigabytes:.1f} MB'),
        ('memory', f'{found.memory:.1f} GB for each worker'),
    ]
    table = '\n'.join(f'{name:<11} {value}' for name, value in rows)
    lines = [
        f'  {sample.kind or "unit"}: {sample.per_unit:.2f} s + {sample.per_image:.2f} s an image, '
        f'{sample.people / sample.images:.1f} people and {sample.size / sample.images / 1e6:.2f} MB an image'
        for sample in found.samples
    ]
    sample = f'From {rendered} images of {len(found.samples)} units (CPU time; the ranges are its extremes):'
    return '\n'.join([table, sample, *lines])


def _duration(hours: float) -> str:
    for unit, size in (('h', 1.0), ('min', 1 / 60)):
        if hours >= size:
            return f'{hours / size:.1f} {unit}'
    return f'{hours * 3600:.1f} s'
