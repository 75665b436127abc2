"""One pass over a dataset folder: every image is read once, audited and counted."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synpose.reporting.annotation_index import AnnotationIndex, Entry
from synpose.reporting.audit import CHECKS, CheckCount, Finding, View, make_view, run_checks
from synpose.reporting.audit.files import load_layers
from synpose.reporting.dataset_statistics import Statistics

MAX_FINDINGS = 100_000  # of a check kept in full; a set where every joint is wrong must not fill the memory

MARGINS_FILE = 'margins.json'  # what tools/fit_margins.py leaves among the annotations, by the configs' own name for it


@dataclass
class Scan:
    """What one pass over a dataset, or over a part of it, found.

    Attributes:
        statistics: Counts of each split, by name.
        findings: What is wrong, at most :data:`MAX_FINDINGS` of each check.
        checks: How often each check was made, skipped and found something.
    """

    statistics: dict[str, Statistics] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    checks: dict[str, CheckCount] = field(default_factory=lambda: {name: CheckCount() for name in CHECKS})

    def merge(self, other: 'Scan') -> None:
        """Add the scan of another part."""
        for split, statistics in other.statistics.items():
            self.statistics.setdefault(split, Statistics()).merge(statistics)
        room = {name: MAX_FINDINGS - count.findings for name, count in self.checks.items()}
        for finding in other.findings:
            if room[finding.check] > 0:
                room[finding.check] -= 1
                self.findings.append(finding)
        for name, count in other.checks.items():
            self.checks[name].add(count)

    @property
    def total(self) -> Statistics:
        """Counts over all splits."""
        total = Statistics()
        for statistics in self.statistics.values():
            total.merge(statistics)
        return total

    @property
    def num_findings(self) -> int:
        """All findings, those not kept too."""
        return sum(count.findings for count in self.checks.values())


@dataclass(frozen=True)
class DatasetReader:
    """A dataset in the SynPose format.

    Attributes:
        root: The folder.
        header: Content of its ``dataset.json``.
        splits: Index of each annotation file, by the file's name without suffix.
    """

    root: Path
    header: dict[str, Any]
    splits: dict[str, AnnotationIndex]

    @classmethod
    def open(cls, root: str | os.PathLike) -> 'DatasetReader':
        """Read where everything is.

        Raises:
            FileNotFoundError: If there is no ``dataset.json`` or no annotation file.
            ValueError: If one of them is malformed.
        """
        root = Path(root)
        path = root / 'dataset.json'
        if not path.is_file():
            raise FileNotFoundError(f'{path}: no such file; not a dataset folder')
        try:
            header = json.loads(path.read_bytes())
        except ValueError as error:
            raise ValueError(f'{path}: not valid JSON ({error})') from error
        if not isinstance(header, dict):
            raise ValueError(f'{path}: must hold a JSON object')
        files = sorted((root / 'annotations').glob('[!.]*.json'), key=_split_order)
        files = [file for file in files if file.name != MARGINS_FILE]
        if not files:
            raise FileNotFoundError(f'{root / "annotations"}: no annotation file (*.json); is the dataset complete?')
        return cls(root, header, {file.stem: AnnotationIndex.build(file) for file in files})

    def moments(self, limit: int | None = None) -> Iterator[tuple[str, list[Entry]]]:
        """Walk through all images, those of one scene and frame together.

        Args:
            limit: Take about this many images, chosen evenly over each split, whole moments at a time.
        """
        total = sum(index.num_images for index in self.splits.values())
        for split, index in self.splits.items():
            share = 1.0 if limit is None or limit >= total else limit / total
            taken = seen = 0
            for group in index.groups:
                seen += len(group)
                if taken < share * seen:
                    taken += len(group)
                    yield split, group

    def read(self, split: str, entry: Entry, layers: bool = True) -> tuple[View | None, list[Finding]]:
        """Read an image with its people.

        Args:
            split: Name of the split.
            entry: Where it stands.
            layers: Whether to read picture, stencil and depth too.

        Returns:
            The view, None where the image record cannot be used, and what is wrong with records and files.
        """
        index = self.splits[split]
        image, annotations = entry.read(index.path)
        for name, kind in (('file_name', str), ('width', int), ('height', int)):
            value = image.get(name)
            if not isinstance(value, kind) or not value:
                file = str(image.get('file_name') or index.path.name)
                return None, [Finding('records', split, file, image['id'], None, name, repr(value), 'missing')]
        view, findings = make_view(split, image, annotations, index.joint_names)
        if layers:
            view, more = load_layers(view, self.root)
            findings += more
        return view, findings


def _split_order(path: Path) -> tuple[int, str]:
    order = ('train', 'val', 'test')
    return (order.index(path.stem) if path.stem in order else len(order), path.stem)


def scan_moment(folder: DatasetReader, split: str, entries: list[Entry]) -> Scan:
    """Audit and count the images of one moment."""
    scan = Scan()
    views = []
    statistics = scan.statistics.setdefault(split, Statistics())
    for entry in entries:
        view, findings = folder.read(split, entry)
        scan.findings += findings
        scan.checks['records'].checked += len(entry.annotations)
        if view is not None:
            scan.checks['files'].checked += 1
            statistics.add(view)
            views.append(view)
    for name, count in Counter(finding.check for finding in scan.findings).items():
        scan.checks[name].findings += count
    found, counts = run_checks(views)
    scan.findings += found
    for name, number in counts.items():
        scan.checks[name].add(number)
    return scan


def scan_dataset(folder: DatasetReader, workers: int = 1, limit: int | None = None) -> Scan:
    """Audit and count a dataset, image by image.

    Args:
        folder: The dataset.
        workers: Processes; -1 uses all cores. The result does not depend on it.
        limit: Take about this many images instead of all.
    """
    from joblib import Parallel, delayed
    from tqdm import tqdm

    scan = check_folder(folder)
    moments = list(folder.moments(limit))
    # What a process needs to read its records; an index of millions of places would be sent with every task.
    slim = DatasetReader(
        folder.root,
        folder.header,
        {name: AnnotationIndex(index.path, index.joint_names) for name, index in folder.splits.items()},
    )
    jobs = (delayed(scan_moment)(slim, split, entries) for split, entries in moments)
    with tqdm(total=sum(len(entries) for _, entries in moments), unit='image', desc='auditing') as bar:
        results = Parallel(n_jobs=workers, return_as='generator')(jobs)
        for (_, entries), result in zip(moments, results):
            scan.merge(result)
            bar.update(len(entries))
    return scan


def check_folder(folder: DatasetReader) -> Scan:
    """Check what concerns whole files: unusable records, scenes in two splits, the counts of ``dataset.json``."""
    scan = Scan()
    first: dict[Any, str] = {}
    counts = folder.header.get('counts') or {}
    for split, index in folder.splits.items():
        name = index.path.name
        for record, field_name, message in index.problems:
            scan.findings.append(Finding('records', split, name, None, None, field_name, record, message))
        for scene in dict.fromkeys(scene for scene in index.scenes if scene is not None):
            if first.setdefault(scene, split) != split:
                message = f'this scene is also in {first[scene]}: splits must not share scenes'
                scan.findings.append(Finding('splits', split, name, None, None, 'scene_id', scene, message))
        people = sum(len(entry.annotations) for group in index.groups for entry in group)
        found = {'images': index.num_images, 'people': people}
        stated = counts.get(split) if isinstance(counts, dict) else None
        for field_name, number in found.items():
            if isinstance(stated, dict) and stated.get(field_name, number) != number:
                message = f'but {name} has {number}'
                where = f'counts.{split}.{field_name}'
                value = stated[field_name]
                scan.findings.append(Finding('splits', split, 'dataset.json', None, None, where, value, message))
        scan.checks['splits'].checked += index.num_images
    for name, number in Counter(finding.check for finding in scan.findings).items():
        scan.checks[name].findings += number
    return scan
