"""What is done of an analysis, so that one that was cut off goes on: a record a photo or video."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from synpose.files import sha256, write_json

from .observations import Frame

SETTINGS = 'settings.json'


@dataclass
class SourceRecord:
    """One analyzed photo or video.

    Attributes:
        source: Its path, as given.
        sha256: Of the file.
        frames: One of a photo.
        problem: What kept a video from being used as a whole.
    """

    source: str
    sha256: str
    frames: list[Frame]
    problem: str | None = None

    @property
    def is_photo(self) -> bool:
        """Whether it is a photo: one picture that has no number."""
        return [frame.frame for frame in self.frames] == [None]


def identify_model(config: str | os.PathLike, checkpoint: str | os.PathLike) -> dict[str, str]:
    """Return what tells a model from another: the names of its files and hashes of the whole config and the weights."""
    text = json.dumps(Config.fromfile(config).to_dict(), sort_keys=True, default=str)
    is_file = '://' not in str(checkpoint)
    return {
        'config': Path(config).name,
        'config_sha256': hashlib.sha256(text.encode()).hexdigest(),
        'checkpoint': Path(checkpoint).name if is_file else str(checkpoint),
        'checkpoint_sha256': sha256(checkpoint) if is_file else '',
    }


def begin(out: Path, settings: dict[str, Any]) -> None:
    """Write what an analysis is made with, or make sure that it goes on with the same.

    Raises:
        ValueError: If the folder has an analysis with other settings.
    """
    path = out / SETTINGS
    settings = json.loads(json.dumps(settings))
    if path.is_file():
        earlier = json.loads(path.read_text(encoding='utf-8'))
        changed = [name for name in {**earlier, **settings} if earlier.get(name) != settings.get(name)]
        if changed:
            raise ValueError(
                f'{out}: has an analysis with another {", ".join(changed)}; choose another --out, or remove the folder'
            )
    else:
        write_json(path, settings, indent=2)


def read_record(path: Path, source: Path, overlay: Path) -> SourceRecord | None:
    """Read the record of a source that is done.

    Args:
        path: The record.
        source: The photo or video, as it is called now: the path in the record may be another way to it.
        overlay: What was drawn of it.

    Returns:
        The record; None where it or the overlay is missing, or the record is of another file or damaged.
    """
    if not (path.is_file() and overlay.is_file()):
        return None
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
        frames = [Frame.from_json(frame) for frame in found['frames']]
        record = SourceRecord(str(source), found['sha256'], frames, found['problem'])
    except (KeyError, TypeError, ValueError):
        return None
    return record if record.sha256 == sha256(source) else None


def write_record(path: Path, record: SourceRecord) -> None:
    """Write the record of a source, after its overlay."""
    write_json(path, asdict(record))


def to_json(settings: dict[str, Any], joint_names: Sequence[str], records: Sequence[SourceRecord]) -> dict[str, Any]:
    """Return everything that is known, as one object."""
    return {'settings': settings, 'joints': list(joint_names), 'sources': [asdict(record) for record in records]}
