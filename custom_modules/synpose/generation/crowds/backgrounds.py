"""Which photos of a folder may be backgrounds: large enough, and without people."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synpose.files import write_json
from synpose.generation.crowds.person_filter import PersonFilter
from synpose.generation.crowds.photos import fingerprint, list_photos, photo_size
from synpose.locking import FileLock

# Named like an unfinished file: a folder that holds nothing else counts as a run cut off at its start, and the file
# goes when the dataset is complete.
_VERDICTS = '.photos-verdicts.json'
_LOCK = '.photos.lock'
_SAVE_EVERY = 20
_LABEL = 'looking for people'


@dataclass
class Backgrounds:
    """The verdict over a folder of photos.

    Attributes:
        folder: The photos.
        names: Photos that may be used, sorted paths below the folder.
        too_small: Photos with a side that is too short: name and [width, height], px.
        person: Photos with a person: name and the detector's score.
    """

    folder: str
    names: list[str] = field(default_factory=list)
    too_small: dict[str, list[int]] = field(default_factory=dict)
    person: dict[str, float] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Describe the verdict for ``dataset.json``."""
        digest = fingerprint(self.folder, self.names)
        rejected: dict[str, dict[str, Any]] = {'too_small': self.too_small, 'person': self.person}
        counts = {reason: len(photos) for reason, photos in rejected.items()}
        return {'accepted': len(self.names), 'accepted_sha256': digest, 'rejected_counts': counts, 'rejected': rejected}


def select_backgrounds(
    folder: str, min_side: int, detector: Mapping[str, Any] | None, out: Path | None = None
) -> Backgrounds:
    """Judge every photo of a folder, each once: verdicts are kept in the dataset's folder until it is complete.

    Jobs that start on one dataset at once wait for the first of them to judge.

    Args:
        folder: The photos.
        min_side: Shortest side allowed, px.
        detector: Options of :class:`~synpose.generation.crowds.person_filter.PersonFilter`; None trusts that no photo
            shows a person.
        out: The dataset's folder. A finished judgment is read from its ``dataset.json``; one that was cut off goes on.

    Raises:
        FileNotFoundError: If folder, photos, or the detector's files are missing.
        ValueError: If a photo cannot be read (it is named), or none is left.
    """
    names = list_photos(folder)
    begun = out is not None and (out / 'dataset.json').is_file()
    known = _known(out / 'dataset.json') if out is not None and begun else None
    if known is not None:
        rejected = {**known['too_small'], **known['person']}
        result = Backgrounds(folder, [name for name in names if name not in rejected], **known)
    else:
        result = _measure(folder, names, min_side)
    if detector is not None and not begun:  # a dataset without a verdict is none to continue: judging would be in vain
        scores = _judge(folder, result.names, detector, out)
        result.person = {name: score for name in result.names if (score := scores[name]) is not None}
        result.names = [name for name in result.names if name not in result.person]
    if not result.names:
        raise ValueError(
            f'photos: {folder}: none of {len(names)} is left; {len(result.too_small)} have a side under {min_side} px, '
            f'{len(result.person)} show people'
        )
    return result


def _known(description: Path) -> dict[str, Any] | None:
    """Return what a dataset's description says is rejected, None if there is none."""
    try:
        rejected = json.loads(description.read_bytes())['photos']['rejected']
        return {reason: dict(rejected[reason]) for reason in ('too_small', 'person')}
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a folder that cannot be resumed is refused with a reason when it is opened


def _measure(folder: str, names: Sequence[str], min_side: int) -> Backgrounds:
    sizes = {name: photo_size(Path(folder) / name) for name in names}
    too_small = {name: list(size) for name, size in sizes.items() if min(size) < min_side}
    return Backgrounds(folder, [name for name in names if name not in too_small], too_small)


def _judge(folder: str, names: Sequence[str], detector: Mapping[str, Any], out: Path | None) -> dict[str, float | None]:
    """Return the score for which each photo is rejected, None for those that are not."""
    from tqdm import tqdm

    if out is None:
        judge = PersonFilter(**detector)
        return {name: judge.rejects(Path(folder) / name) for name in tqdm(names, unit='photo', desc=_LABEL)}
    verdicts, settings = out / _VERDICTS, dict(detector)
    with _alone(out):
        saved = json.loads(verdicts.read_bytes()) if verdicts.is_file() else {}
        scores: dict[str, float | None] = saved['scores'] if saved.get('detector') == settings else {}
        left = [name for name in names if name not in scores]
        if left:
            judge = PersonFilter(**detector)
            for number, name in enumerate(tqdm(left, unit='photo', desc=_LABEL), 1):
                scores[name] = judge.rejects(Path(folder) / name)
                if number % _SAVE_EVERY == 0 or number == len(left):
                    write_json(verdicts, {'detector': settings, 'scores': scores})
    return scores


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep other jobs from judging photos for the same dataset."""
    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / _LOCK)
    lock.acquire(patience=float('inf'))
    try:
        yield
    finally:
        lock.path.unlink(missing_ok=True)  # whoever waits makes it anew
        lock.release()
