"""Subsets of a dataset that are as large as another dataset, to compare the two at equal volume."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from synpose.files import sha256

from ..columnar import AnnotationStore, open_store
from .folder import check_target, describe, write_coco
from .pictures import place_files

MATCHES = ('images', 'people')
"""What a subset can have as many of as its reference."""
PICTURES = {'file_name': 'images', 'stencil_file': '', 'depth_file': '', 'parts_file': ''}
"""Fields of an image that name a file, and the folder each starts from."""


def choose_images(counts: np.ndarray, match_by: str, wanted: int, seed: int = 0) -> np.ndarray:
    """Choose images at random until there are as many images, or people, as wanted.

    Images without people are never chosen. With ``'people'`` images are taken in random order while they do not exceed
    the number; the gap is then closed by one more image, or by exchanging one for another. Where neither closes it, as
    may be in a dataset of a few images, the subset stays smaller. With ``'images'`` and one seed, a smaller subset is
    part of every larger one.

    Args:
        counts: ``(I,)`` people in each image.
        match_by: ``'images'`` or ``'people'``.
        wanted: How many.
        seed: Same seed, same images.

    Returns:
        Sorted row numbers of the images chosen, int64.

    Raises:
        ValueError: If ``match_by`` is unknown, or there are not as many.
    """
    if match_by not in MATCHES:
        raise ValueError(f'match_by: unknown {match_by!r}, expected one of {", ".join(MATCHES)}')
    rows = np.flatnonzero(counts)
    available = len(rows) if match_by == 'images' else int(counts.sum())
    if not 0 < wanted <= available:
        raise ValueError(f'match_by {match_by}: {wanted} are wanted, but there are {available}')
    rows = rows[np.random.default_rng(seed).permutation(len(rows))]
    if match_by == 'images':
        return np.sort(rows[:wanted])
    taken = int(np.searchsorted(np.cumsum(counts[rows]), wanted, side='right'))
    chosen, rest = rows[:taken].tolist(), rows[taken:].tolist()
    gap = wanted - int(counts[chosen].sum())
    with_people = {int(counts[row]): row for row in reversed(rest)}  # for each number the first image that has it
    if gap in with_people:
        chosen.append(with_people[gap])
    elif gap:
        for place, row in enumerate(chosen):
            other = with_people.get(int(counts[row]) + gap)
            if other is not None:
                chosen[place] = other
                break
    return np.sort(np.array(chosen, dtype=np.int64))


def people_counts(store: AnnotationStore) -> np.ndarray:
    """Count the people in each image whom training uses: labeled, no crowd, with a box; ``(I,)`` int64."""
    summed = np.concatenate([[0], np.cumsum(store.flags['usable'], dtype=np.int64)])
    return summed[store.first[1:]] - summed[store.first[:-1]]


def take_subset(
    annotations: str | os.PathLike,
    reference: str | os.PathLike,
    root: str | os.PathLike,
    match_by: str = 'images',
    seed: int = 0,
    split: str | None = None,
    copy: bool = False,
) -> dict[str, Any]:
    """Write a subset of a dataset that has as many images with people, or as many people, as a reference.

    Counted are people whom training uses (labeled, no crowd, with a box), in both. The SynPose paper compares "the same
    training data volume" and does not say which of the two it means; by images is the default. An image that is chosen
    keeps its record, all its annotations and their ids. Pictures, stencils and depth are linked.

    Args:
        annotations: ``<root of a SynPose dataset>/annotations/<split>.json``.
        reference: A COCO-style json, of COCO or CrowdPose for example.
        root: The folder to write; a new one, or one with other splits made here.
        match_by: ``'images'`` or ``'people'``.
        seed: Same seed, same subset.
        split: Name of the split; by default that of ``annotations``.
        copy: Whether to copy the files.

    Returns:
        What ``dataset.json`` says about the split: ``match_by``, ``seed``, the numbers of ``reference_images`` and
        ``reference_people``, of ``images`` and of ``people``, and the files' names and hashes.

    Raises:
        FileExistsError: If the split or another file of the same name is there.
        FileNotFoundError: If an annotation file or a picture is missing.
        ValueError: If a file is broken, or the dataset is smaller than the reference.
    """
    annotations, reference, root = Path(annotations), Path(reference), Path(root)
    split = annotations.stem if split is None else split
    target = check_target(root, split)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        reference_counts = people_counts(_open(reference, folder, build=False))  # others' data stays as it is
        sizes = {'images': int(np.count_nonzero(reference_counts)), 'people': int(reference_counts.sum())}
        store = _open(annotations, folder, build=True)
        counts = people_counts(store)
        try:
            rows = choose_images(counts, match_by, sizes.get(match_by, 0), seed)
        except ValueError as error:
            raise ValueError(f'{annotations}: cannot match {reference}: {error}') from error
        origin = {
            'match_by': match_by,
            'seed': seed,
            'reference': reference.name,
            'reference_sha256': sha256(reference),
            **{f'reference_{name}': number for name, number in sizes.items()},
            'annotations': annotations.name,
            'sha256': store.digest,
            'images': len(rows),
            'people': int(counts[rows].sum()),
        }
        images = [store.images.records(row, row + 1)[0] for row in rows.tolist()]
        for field, pictures in PICTURES.items():
            names = [image[field] for image in images if image.get(field)]
            if names:
                source = annotations.parent.parent / pictures
                _check_files(source, names)
                place_files(source, root / pictures, names, copy)
        write_coco(target, store.header, images, _people(store, rows))
        describe(root, split, origin, len(rows), int(np.diff(store.first)[rows].sum()))
    open_store(target)
    return origin


def _open(path: Path, folder: str, build: bool) -> AnnotationStore:
    """Open an annotation file by the store beside it; where none is or can be there, by one in a temporary folder.

    Args:
        path: The annotation file.
        folder: The temporary folder.
        build: Whether to build the store beside the file.
    """
    if build or path.with_suffix('.arrow').exists():
        with suppress(PermissionError, ValueError):  # where the folder is read-only, or the name another's
            return open_store(path)
    return open_store(path, Path(tempfile.mkdtemp(dir=folder)) / 'annotations.arrow')


def _check_files(folder: Path, names: list[str]) -> None:
    for name in names:
        if not (folder / name).is_file():
            raise FileNotFoundError(f'{folder / name}: does not exist')


def _people(store: AnnotationStore, rows: np.ndarray) -> Iterator[dict[str, Any]]:
    for row in rows.tolist():
        yield from store.people.records(int(store.first[row]), int(store.first[row + 1]))
