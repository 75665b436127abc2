"""The report of a dataset folder: statistics beside the SynPose paper's, contact sheets, and the audit."""

import os
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from synpose.reporting.audit import CHECKS, Finding
from synpose.reporting.contact_sheets import draw_finding, draw_rooms
from synpose.reporting.dataset_plots import draw_distribution, draw_joints, draw_poses_map, draw_shares
from synpose.reporting.dataset_scan import DatasetReader, Scan, scan_dataset
from synpose.reporting.dataset_statistics import Statistics
from synpose.reporting.document import Block, Cell, Code, Document, Gallery, Picture, Section, Table, Text
from synpose.reporting.report import write_document

PAPER: dict[str, float | str] = {
    'images': 60_480,
    'people': 2_129_000,
    'people per image': 35.2,
    'identities': 551,
    'scenes': 56,
    'cameras': 8,
    'movements': 80,
    'joints': 59,
    'image size': '1920x1080',
}
"""What the SynPose paper states of its dataset."""

IMAGE_PLOTS = ('people per image', 'camera pitch', 'camera height')
SIZE_PLOTS = ('box height', 'stencil size', 'distance of the pelvis')
OCCLUSION_PLOTS = ('visible joints of a person', 'box covered by other boxes')
POSE_PLOTS = ('trunk lean', 'head turn', 'elbow angle', 'knee angle')
CROPS_PER_CHECK, ROWS_PER_CHECK = 4, 25  # pictured and listed findings of a check; report.json has all


def write_dataset_report(
    root: str | os.PathLike,
    out: str | os.PathLike | None = None,
    workers: int = 1,
    limit: int | None = None,
    audit_only: bool = False,
    sheets: int = 56,
) -> tuple[Path, Scan]:
    """Write ``report.html``, ``report.md`` (figures in ``report_files/``) and ``report.json`` of a dataset.

    Args:
        root: Folder in the SynPose format.
        out: Folder of the report. Default: ``root``.
        workers: Processes; -1 uses all cores.
        limit: Read about this many images, evenly over each split, instead of all.
        audit_only: Leave statistics and contact sheets out.
        sheets: Rooms shown on contact sheets.

    Returns:
        The HTML file, which is written last, and what was found.

    Raises:
        FileNotFoundError: If ``root`` is no dataset folder.
        ValueError: If an annotation file is malformed.
    """
    folder = DatasetReader.open(root)
    scan = scan_dataset(folder, workers, limit)
    total = scan.total
    sections = [Section('Audit', tuple(audit_blocks(folder, scan)))]
    if not audit_only:
        sections = [
            Section('What it holds', tuple(overview_blocks(scan, total))),
            Section('Images and cameras', tuple(plot_blocks(total, IMAGE_PLOTS, ('room size', 'viewpoint', 'domain')))),
            Section('People in the image', tuple(plot_blocks(total, SIZE_PLOTS))),
            Section('Occlusion', tuple(occlusion_blocks(total))),
            Section('Poses', tuple(pose_blocks(total))),
            *sections,
            Section('Rooms', tuple(sheet_blocks(folder, sheets))),
        ]
        generator = folder.header.get('generator')
        if generator:
            text = (folder.root / 'dataset.json').read_text(encoding='utf-8').rstrip()
            sections.append(Section('Provenance', (Code('dataset.json', text, 'json'),)))
    document = Document(f'Dataset {folder.root.resolve().name}', describe(folder, scan, total), tuple(sections))
    return write_document(document, Path(out) if out else folder.root, summary(scan, total, audit_only)), scan


def describe(folder: DatasetReader, scan: Scan, total: Statistics) -> str:
    """Say in three sentences what the report is about."""
    images = sum(index.num_images for index in folder.splits.values())
    read = f'{total.images} images' if total.images == images else f'{total.images} of {images} images (a sample)'
    generator = (folder.header.get('generator') or {}).get('type')
    origin = f', made by `{generator}`' if generator else ''
    domains = ', '.join(total.counters['domain']) or 'not stated'
    found = f'{scan.num_findings} findings' if scan.num_findings else 'nothing'
    return f'{read} with {total.people} people{origin}; domain: {domains}. The audit found {found}.'


def summary(scan: Scan, total: Statistics, audit_only: bool) -> dict[str, Any]:
    """Return the content of ``report.json``."""
    audit = {
        'images': total.images,
        'people': total.people,
        'checks': {name: {'about': CHECKS[name].about, **asdict(count)} for name, count in scan.checks.items()},
        'findings': [asdict(finding) for finding in scan.findings],
    }
    if audit_only:
        return {'audit': audit}
    splits = {split: statistics.summary() for split, statistics in scan.statistics.items()}
    return {'paper': PAPER, 'total': total.summary(), 'splits': splits, 'audit': audit}


def overview_blocks(scan: Scan, total: Statistics) -> list[Block]:
    """Return the table of the dataset and its splits beside the paper's figures."""
    columns = {**(scan.statistics if len(scan.statistics) > 1 else {}), 'all': total}
    facts = {name: _facts(statistics) for name, statistics in columns.items()}
    rows: list[tuple[Cell, ...]] = []
    for row in facts['all']:
        values = [facts[name][row] for name in columns]
        if any(value is not None for value in values):
            rows.append((row, *(_cell(value) for value in values), _cell(PAPER.get(row))))
    note = (
        'The last column is what the SynPose paper states of its own set, which is not public; it has no figure for '
        'the other rows. What the annotations do not hold is left out.'
    )
    return [Table('The dataset and its splits', ('', *columns, 'SynPose paper'), tuple(rows)), Text(note)]


def _facts(statistics: Statistics) -> dict[str, float | str | None]:
    spread = statistics.distributions
    counted = {name: len(values) or None for name, values in statistics.counters.items()}
    joints = statistics.joints
    labeled = joints.sum() if len(joints) else 0

    def mean(name: str) -> float | None:
        return spread[name].mean if spread[name].count else None

    return {
        'images': statistics.images,
        'people': statistics.people,
        'synthetic people': statistics.synthetic,
        'people per image': mean('people per image'),
        'identities': counted['identity'],
        'scenes': counted['scene'],
        'rooms': counted['room'],
        'cameras': counted['camera'],
        'movements': counted['movement'],
        'behaviors': counted['behavior'],
        'joints': len(statistics.joint_names) or None,
        'image size': ', '.join(f'{width}x{height}' for (width, height), _ in statistics.sizes.most_common(3)),
        'box height, mean (px)': mean('box height'),
        'distance, mean (m)': mean('distance of the pelvis'),
        'camera pitch, mean (deg)': mean('camera pitch'),
        'joints visible': joints[:, 2].sum() / labeled if labeled else None,
        'joints occluded': joints[:, 1].sum() / labeled if labeled else None,
        'joints absent': joints[:, 0].sum() / labeled if labeled else None,
    }


def _cell(value: float | str | None) -> str:
    if value is None:
        return ''
    if isinstance(value, str):
        return value
    return f'{int(value):,}' if float(value).is_integer() else f'{value:.3g}'


def plot_blocks(total: Statistics, names: tuple[str, ...], counters: tuple[str, ...] = ()) -> list[Block]:
    """Return the histograms of distributions, then the shares of counters that hold more than one name."""
    pictures = []
    for name in names:
        values = total.distributions[name]
        if values.count:
            subject = 'images' if name in IMAGE_PLOTS else 'joints' if 'angle' in name else 'people'
            paper = PAPER['people per image'] if name == 'people per image' else None
            data = draw_distribution(name, values, subject, paper if isinstance(paper, float) else None)
            caption = f'{name.capitalize()}: {values.low:.3g} to {values.high:.3g}, mean {values.mean:.3g}'
            pictures.append(Picture(f'{name.replace(" ", "-")}.png', data, caption, f'Histogram: {name}'))
    for name in counters:
        counts = total.counters[name]
        if len(counts) > 1:
            subject = 'people' if name in ('behavior', 'movement') else 'images'
            paper_value = PAPER.get(f'{name}s')
            beside = f' (the SynPose paper has {paper_value})' if paper_value else ''
            caption = f'{name.capitalize()}: {len(counts)} different{beside}'
            data = draw_shares(dict(counts), subject)
            pictures.append(Picture(f'{name.replace(" ", "-")}.png', data, caption, f'Counts: {name}'))
    return [Gallery(tuple(pictures))] if pictures else [Text('The annotations hold none of this.')]


def occlusion_blocks(total: Statistics) -> list[Block]:
    """Return how much is hidden: of people, of boxes and of each joint."""
    blocks = plot_blocks(total, OCCLUSION_PLOTS)
    if len(total.joints):
        caption = 'Visibility by joint: 2 is visible, 1 occluded, 0 absent (outside the image)'
        data = draw_joints(total.joint_names, total.joints)
        blocks.append(Gallery((Picture('joints.png', data, caption, 'Visibility by joint'),), columns=1))
    return blocks


def pose_blocks(total: Statistics) -> list[Block]:
    """Return pose map, angles and what people do."""
    blocks: list[Block] = []
    if total.poses.any():
        caption = 'Where the joints of all people lie around the pelvis, all facing the same way'
        picture = Picture('pose-map.png', draw_poses_map(total.poses), caption, 'Map of joints around the pelvis')
        blocks.append(Gallery((picture,), columns=1))
    return blocks + plot_blocks(total, POSE_PLOTS, ('behavior', 'movement'))


def sheet_blocks(folder: DatasetReader, most: int) -> list[Block]:
    """Return the contact sheets."""
    blocks: list[Block] = [
        Text(
            'The first frame of each scene from all its cameras. Boxes have one color a person; limbs are green on the '
            'left, orange on the right and blue on the midline. A full dot is a visible joint, one with a white center '
            'an occluded one. In depth, bright is near.'
        )
    ]
    return blocks + [Gallery(tuple(pictures)) for pictures in draw_rooms(folder, most)]


def audit_blocks(folder: DatasetReader, scan: Scan) -> list[Block]:
    """Return what was checked, how often, and what was found, with pictures of the first findings of each check."""
    rows: list[tuple[Cell, ...]] = [
        (f'`{name}`', check.about, 'images' if check.of_image else 'people', *astuple(scan.checks[name]))
        for name, check in CHECKS.items()
    ]
    header = ('check', 'what must hold', 'of', 'checked', 'skipped', 'findings')
    blocks: list[Block] = [Table('Checks', header, tuple(rows))]
    if any(count.skipped for count in scan.checks.values()):
        blocks.append(
            Text(
                'Skipped are images and people without the fields a check needs: real people have no stencil or 3-D '
                'joints, and where no identity is stated nobody can be found twice.'
            )
        )
    if not scan.num_findings:
        return [*blocks, Text('Nothing was found.')]
    for name, count in scan.checks.items():
        found = [finding for finding in scan.findings if finding.check == name]
        if found:
            blocks += _finding_blocks(folder, name, found, count.findings)
    return blocks


def _finding_blocks(folder: DatasetReader, name: str, found: list[Finding], number: int) -> list[Block]:
    shown = found[:ROWS_PER_CHECK]
    rows = tuple(
        (f.split, f.file, '' if f.annotation is None else str(f.annotation), f'`{f.field}`', str(f.value), f.message)
        for f in shown
    )
    note = '' if number == len(shown) else f', the first {len(shown)}; `report.json` has the others'
    header = ('split', 'file', 'annotation', 'field', 'value', 'what is wrong')
    blocks: list[Block] = [Table(f'{name}: {number} findings{note}', header, rows)]
    pictures = [_crop(folder, finding, f'finding-{name}-{i}') for i, finding in enumerate(found[:CROPS_PER_CHECK], 1)]
    drawn = tuple(picture for picture in pictures if picture)
    return [*blocks, Gallery(drawn)] if drawn else blocks


def _crop(folder: DatasetReader, finding: Finding, name: str) -> Picture | None:
    if finding.image is None:
        return None
    index = folder.splits[finding.split]
    for group in index.groups:
        for entry in group:
            if entry.image_id == finding.image:
                view, _ = folder.read(finding.split, entry)
                return draw_finding(view, finding, name) if view is not None else None
    return None
