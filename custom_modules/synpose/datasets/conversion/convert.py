"""Conversion of one annotation file into a split of a SynPose dataset folder."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from synpose.files import sha256
from synpose.skeletons import JOINT_ALIASES, JOINT_NAMES, person_category

from ..columnar import open_store
from ..validation import ProblemLog
from .annotation import AnnotationMaker
from .folder import check_target, describe, write_coco
from .formats import FORMATS
from .pictures import is_below, picture_sizes, place_files
from .source import AnnotationSource, BadRecordError, SourceImage


@dataclass
class Summary:
    """What a conversion did.

    Attributes:
        path: The annotation file written.
        images: Its images.
        people: Its people.
        absent: The joints that no person has, because the source lacks them.
        unused: The source's joints that the format lacks.
        problems: Records left out, each with file, record and field.
    """

    path: Path
    images: int = 0
    people: int = 0
    absent: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        found = len(JOINT_NAMES) - len(self.absent)
        return '\n'.join(
            [
                f'{self.path}: {self.images} images, {self.people} people, {len(self.problems)} records left out',
                f'{found} of {len(JOINT_NAMES)} joints found by name; absent: {", ".join(self.absent) or "none"}',
                f'joints of the source that have no place: {", ".join(self.unused) or "none"}',
            ]
        )


def convert(
    format: str,
    annotations: str | os.PathLike,
    images: str | os.PathLike,
    root: str | os.PathLike,
    split: str = 'train',
    renames: Mapping[str, str] | None = None,
    copy: bool = False,
    on_error: str = 'raise',
) -> Summary:
    """Convert an annotation file of another dataset into a split of a folder in the SynPose format.

    Joints go by name; those the source lacks have visibility 0 in every person. Image sizes are read from the pictures,
    and compared with the source's where it states them. The pictures are linked into ``images/``.

    Args:
        format: One of :data:`~synpose.datasets.conversion.formats.FORMATS`.
        annotations: The annotation file.
        images: The folder that its file names start from.
        root: The dataset folder; a new one, or one with other splits made here.
        split: Name of the split.
        renames: ``{name in the source: our name}``, before the format's own and before what the source calls so.
        copy: Whether to copy the pictures.
        on_error: ``'raise'`` stops at the first bad record; ``'skip'`` leaves bad records out, and lists them.

    Raises:
        FileExistsError: If the split or another picture of the same name is there.
        FileNotFoundError: If the annotation file or a picture is missing.
        ValueError: If the file is broken or a record is bad, naming file, record and field.
    """
    if format not in FORMATS:
        raise ValueError(f'format: unknown {format!r}, expected one of {", ".join(FORMATS)}')
    annotations, images, root = Path(annotations), Path(images), Path(root)
    target = check_target(root, split)
    if not images.is_dir():
        raise FileNotFoundError(f'{images}: no such folder of images')
    log = ProblemLog(annotations, on_error)
    digest = sha256(annotations) if annotations.is_file() else ''  # else opening it says so
    source = FORMATS[format](annotations)
    maker = _maker(source, renames or {})
    found = {image.id: image for image in _images(source, images, log)}
    if not found:
        raise ValueError(f'{annotations}: no image is left')
    place_files(images, root / 'images', (image.file_name for image in found.values()), copy)
    records = [_image_record(image, source.domain) for image in found.values()]
    summary = Summary(target, len(records), 0, maker.absent, maker.unused, log.problems)
    header = {'info': {'description': f'{annotations.name} ({format})'}, 'categories': [person_category()]}
    write_coco(target, header, records, _people(source, maker, found, log, summary))
    origin: dict[str, Any] = {'format': format, 'annotations': annotations.name, 'sha256': digest}
    origin |= {'renames': dict(renames or {}), 'left_out': len(log.problems)}
    describe(root, split, origin, summary.images, summary.people)
    log.report()
    open_store(target)  # the first training need not wait for it
    return summary


def _maker(source: AnnotationSource, renames: Mapping[str, str]) -> AnnotationMaker:
    for theirs, ours in renames.items():
        if theirs not in source.joint_names:
            raise ValueError(f'rename: {source.path} has no joint {theirs!r}: {", ".join(source.joint_names)}')
        if ours not in JOINT_NAMES:
            raise ValueError(f'rename: the SynPose format has no joint {ours!r}: {", ".join(JOINT_NAMES)}')
    # The format's own renames give way to the names in the file and to the user's renames.
    kept = {*(JOINT_ALIASES.get(name, name) for name in source.joint_names), *renames.values()}
    usual = {theirs: ours for theirs, ours in source.renames.items() if ours not in kept}
    try:
        return AnnotationMaker(source.joint_names, {**usual, **renames}, source.domain == 'synthetic')
    except ValueError as error:
        raise ValueError(f'{source.path}: {error}') from error


def _images(source: AnnotationSource, folder: Path, log: ProblemLog) -> Iterator[SourceImage]:
    """Read the images that have a whole record and a picture of the stated size."""
    images: dict[int, tuple[str, SourceImage]] = {}
    seen: set[Any] = set()
    for name, record in source.image_records():
        number = source.image_id(record)
        try:
            if number is not None and number in seen:
                raise BadRecordError('id', 'used by more than one image')
            seen.add(number)
            image = source.image(record)
            if not is_below(image.file_name):
                raise BadRecordError('file_name', f'{image.file_name!r} does not stay in the folder of images')
        except BadRecordError as error:
            log.add(name, error.field, error.message)
            images.pop(number, None)  # nobody can tell which of two images a person means
            continue
        images[image.id] = name, image
    sizes = picture_sizes(folder, (image.file_name for _, image in images.values()))
    for (name, image), size in zip(images.values(), sizes):
        if isinstance(size, Exception):
            log.add(name, 'file_name', str(size), type(size))
        elif image.size not in (None, size):
            stated, told = ('x'.join(map(str, pair or ())) for pair in (image.size, size))
            log.add(name, 'width, height', f'{stated} px, but {folder / image.file_name} has {told} px')
        else:
            yield SourceImage(image.id, image.file_name, size, image.fields)


def _image_record(image: SourceImage, domain: str) -> dict[str, Any]:
    width, height = image.size or (0, 0)
    own = {'id': image.id, 'file_name': image.file_name, 'width': width, 'height': height}
    return {**image.fields, **own, 'domain': image.fields.get('domain', domain)}


def _people(
    source: AnnotationSource,
    maker: AnnotationMaker,
    images: Mapping[int, SourceImage],
    log: ProblemLog,
    summary: Summary,
) -> Iterator[dict[str, Any]]:
    """Make the annotations, and count them into the summary; people of images left out go without another word."""
    left_out = {source.image_id(record) for _, record in source.image_records()} - images.keys()
    ids: set[int] = set()
    for name, record in tqdm(source.person_records(), unit='person', desc='converting'):
        try:
            person = source.person(record)
            if person.image in left_out:
                continue
            if person.image not in images:
                raise BadRecordError('image_id', f'no image has the id {person.image!r}')
            size = images[person.image].size
            assert size is not None
            annotation = maker.make(person, summary.people + 1, size, source.clips_boxes)
            if annotation['id'] in ids:
                raise BadRecordError('id', 'used by more than one annotation')
        except BadRecordError as error:
            log.add(name, error.field, error.message)
            continue
        ids.add(annotation['id'])
        summary.people += 1
        yield annotation
    if not summary.people:
        raise ValueError(f'{source.path}: no person is left')
