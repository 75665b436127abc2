"""What every annotation format is read into: images and people, record by record."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


class BadRecordError(ValueError):
    """A record that cannot be used; whoever reads the file knows its name and adds it.

    Args:
        field: The field that is wrong.
        message: What is wrong with it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f'{field}: {message}')
        self.field, self.message = field, message


@dataclass(frozen=True)
class SourceImage:
    """An image of a source.

    Attributes:
        id: The id it gets.
        file_name: Path below the folder of images.
        size: Width and height, px; None where the source does not tell.
        fields: Further fields of its record.
    """

    id: int
    file_name: str
    size: tuple[int, int] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SourcePerson:
    """A person of a source, in the conventions of the SynPose format.

    Attributes:
        image: Id of the image.
        joints: ``(K, 3)`` x px, y px (pixel centers at whole numbers from 0), visibility (0 absent, 1 occluded, 2
            visible).
        box: x, y, width, height, px.
        id: The id it gets; None lets the converter number it.
        fields: Further fields of its record.
    """

    image: Any
    joints: np.ndarray
    box: Sequence[float]
    id: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


class AnnotationSource(ABC):
    """An annotation file of one format; a subclass or an entry in a table for each.

    Records are handed out raw with a name for messages, and parsed one by one, so that a bad one can be left out.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is not of this format, naming the file.
    """

    domain = 'real'
    """``domain`` of its images: ``'real'`` or ``'synthetic'``."""
    renames: Mapping[str, str] = {}
    """Joints that go by another name in :mod:`synpose.skeletons`: ``{name of the format: our name}``."""
    joint_names: tuple[str, ...] = ()
    """Its joints, in the order of :attr:`SourcePerson.joints`."""
    clips_boxes = False
    """Whether its boxes may reach beyond the image and are clipped to it."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(f'{path}: annotation file does not exist')
        self.path = path

    @abstractmethod
    def image_records(self) -> Iterator[tuple[str, Any]]:
        """Walk through the images: ``(name in messages, record)``."""

    @abstractmethod
    def image_id(self, record: Any) -> Any:
        """Return the id that people name an image by, also where its record is bad; None if it has none."""

    @abstractmethod
    def image(self, record: Any) -> SourceImage:
        """Parse an image.

        Raises:
            BadRecordError: If a field is missing or wrong.
        """

    @abstractmethod
    def person_records(self) -> Iterator[tuple[str, Any]]:
        """Walk through the people: ``(name in messages, record)``."""

    @abstractmethod
    def person(self, record: Any) -> SourcePerson:
        """Parse a person.

        Raises:
            BadRecordError: If a field is missing or wrong.
        """


def read_json_list(path: Path, hint: str) -> list[dict[str, Any]]:
    """Read a JSON file that holds a list of objects.

    Args:
        path: The file.
        hint: What to do if it holds something else.

    Raises:
        ValueError: If it is not JSON, or holds anything else; the message names the file.
    """
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f'{path}: not valid JSON: {error}') from error
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise ValueError(f'{path}: must hold a list of objects; {hint}')
    return content


def need(record: Mapping[str, Any], name: str, kind: type = object) -> Any:
    """Return a field that must be there and of a type.

    Raises:
        BadRecordError: If it is not.
    """
    if name not in record:
        raise BadRecordError(name, 'missing')
    value = record[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadRecordError(name, f'must be of type {kind.__name__}, but is {value!r:.40}')
    return value


def numbers(value: Any, count: int, name: str) -> np.ndarray:
    """Return ``count`` finite numbers as a float64 array.

    Args:
        value: A list, perhaps of lists.
        count: How many it must hold in all.
        name: The field, for messages.

    Raises:
        BadRecordError: If it does not.
    """
    try:
        found = np.array(value, dtype=float).ravel()
    except (OverflowError, TypeError, ValueError):
        raise BadRecordError(name, f'must be {count} numbers, but is {value!r:.40}') from None
    if len(found) != count:
        raise BadRecordError(name, f'must be {count} numbers, but is {len(found)}')
    if not np.isfinite(found).all():
        index = int(np.flatnonzero(~np.isfinite(found))[0])
        raise BadRecordError(name, f'must be finite numbers, but number {index} is {found[index]}')
    return found


def visibilities(
    flags: np.ndarray, meanings: Mapping[int, int], name: str, threshold: float | None = None
) -> np.ndarray:
    """Translate a format's flags.

    Args:
        flags: ``(K,)`` flags of the format.
        meanings: ``{flag: visibility}``, with visibility 0 absent, 1 occluded, 2 visible.
        name: The field, for messages.
        threshold: Any other flag is a score: visible from here on, else absent. None: any other flag is an error.

    Returns:
        ``(K,)`` visibilities.

    Raises:
        BadRecordError: If a flag is unknown.
    """
    translated = np.full(len(flags), -1.0) if threshold is None else np.where(flags >= threshold, 2.0, 0.0)
    for flag, visibility in meanings.items():
        translated[flags == flag] = visibility
    if (translated < 0).any():
        joint = int(np.flatnonzero(translated < 0)[0])
        known = ', '.join(map(str, sorted(meanings)))
        raise BadRecordError(name, f'visibility of joint {joint} must be one of {known}, but is {flags[joint]:g}')
    return translated
