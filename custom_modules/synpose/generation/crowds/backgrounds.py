"""Which photos of a folder may be backgrounds: large enough, and without people."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synpose.files import write_json
from synpose.generation.crowds.person_filter import PersonFilter
from synpose.generation.crowds.photos import list_photos, photo_size

# Named like an unfinished file, so that a folder that holds nothing else counts as a run cut off at its start.
_VERDICTS = '.photos-verdicts.json'
_SAVE_EVERY = 20


@dataclass
class Backgrounds:
    """The verdict over a folder of photos.

    Attributes:
        names: Photos that may be used, sorted paths below the folder.
        too_small: Photos with a side that is too short: name and [width, height], px.
        person: Photos with a person: name and the detector's score.
    """

    names: list[str] = field(default_factory=list)
    too_small: dict[str, list[int]] = field(default_factory=dict)
    person: dict[str, float] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Describe the verdict for ``dataset.json``."""
        digest = hashlib.sha256('\n'.join(self.names).encode()).hexdigest()
        rejected: dict[str, dict[str, Any]] = {'too_small': self.too_small, 'person': self.person}
        counts = {reason: len(photos) for reason, photos in rejected.items()}
        return {'accepted': len(self.names), 'accepted_sha256': digest, 'rejected_counts': counts, 'rejected': rejected}


def select_backgrounds(
    folder: str, min_side: int, detector: Mapping[str, Any] | None, out: Path | None = None
) -> Backgrounds:
    """Judge every photo of a folder, each once: verdicts are kept in the dataset's folder.

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
    known = _known(out)
    if known is None:
        result = _judge(folder, names, min_side, detector, out)
    else:
        rejected = {**known['too_small'], **known['person']}
        result = Backgrounds([name for name in names if name not in rejected], known['too_small'], known['person'])
    if not result.names:
        raise ValueError(
            f'photos: {folder}: none of {len(names)} is left; {len(result.too_small)} have a side under {min_side} px, '
            f'{len(result.person)} show people'
        )
    return result


def _judge(
    folder: str, names: list[str], min_side: int, detector: Mapping[str, Any] | None, out: Path | None
) -> Backgrounds:
    root, result = Path(folder), Backgrounds()
    sizes = {name: photo_size(root / name) for name in names}
    result.too_small = {name: list(size) for name, size in sizes.items() if min(size) < min_side}
    result.names = [name for name in names if name not in result.too_small]
    if detector is None:
        return result
    from tqdm import tqdm

    verdicts = None if out is None else out / _VERDICTS
    scores: dict[str, float | None] = {}
    if verdicts is not None and verdicts.is_file():
        saved = json.loads(verdicts.read_bytes())
        scores = saved['scores'] if saved['detector'] == dict(detector) else {}
    left = [name for name in result.names if name not in scores]
    judge = PersonFilter(**detector) if left else None
    for number, name in enumerate(tqdm(left, unit='photo', desc='looking for people'), 1):
        assert judge is not None
        scores[name] = judge.rejects(root / name)
        if verdicts is not None and number % _SAVE_EVERY == 0:
            write_json(verdicts, {'detector': dict(detector), 'scores': scores})
    result.person = {name: score for name in result.names if (score := scores[name]) is not None}
    result.names = [name for name in result.names if name not in result.person]
    if verdicts is not None:
        verdicts.unlink(missing_ok=True)  # from here on they are in dataset.json
    return result


def _known(out: Path | None) -> dict[str, Any] | None:
    """Return what a dataset's description says is rejected, None if there is none."""
    try:
        return json.loads((out / 'dataset.json').read_bytes())['photos']['rejected'] if out else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a folder that cannot be resumed is refused with a reason when it is opened
