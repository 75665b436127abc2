"""What a job over a dataset is about to do, checked before the first image."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .rewritten_annotations import iter_images

LINKED = {'stencil_file': 'stencil', 'depth_file': 'depth', 'parts_file': 'parts'}
"""Fields of an image that name files to link, and the keys of ``data_prefix`` that these start from."""


@dataclass
class JobPlan:
    """What becomes of the images that the source's annotation files list.

    Attributes:
        links: Files, below the source's folder and, the same, below the new one.
        skipped: For each annotation file the ``file_name`` of the images that the dataset left out.
    """

    links: list[str] = field(default_factory=list)
    skipped: dict[str, list[str]] = field(default_factory=dict)

    @property
    def num_skipped(self) -> int:
        """Number of images left out."""
        return sum(map(len, self.skipped.values()))


def plan_job(
    data_root: Path,
    ann_files: Sequence[str],
    names: Collection[str],
    product: Callable[[str], Path],
    data_prefix: Mapping[str, str],
    linked: Mapping[str, str] = LINKED,
) -> JobPlan:
    """Compare what a dataset gives with what its annotation files list.

    Args:
        data_root: The source's folder.
        ann_files: Its annotation files, below the folder.
        names: ``file_name`` of each image that the dataset gives.
        product: From a ``file_name`` to the file that the job makes of it.
        data_prefix: Folders that the fields of ``linked`` start from, by their keys; the root for keys left out.
        linked: The fields of an image that name files to link, as :data:`LINKED`.

    Raises:
        FileNotFoundError: If a file to link, e.g. a stencil, is missing.
        ValueError: If the dataset gives an image that no annotation file lists, two images would become one file, or a
            file lies outside its dataset's folder.
    """
    plan, unlisted, wanted = JobPlan(), dict.fromkeys(names), set(names)
    owners: dict[Path, str] = {}
    for ann_file in ann_files:
        skipped = plan.skipped.setdefault(ann_file, [])
        for image in iter_images(data_root / ann_file):
            name = image['file_name']
            where = f'{ann_file}: image {image["id"]}'
            if name not in wanted:
                skipped.append(name)
                continue
            unlisted.pop(name, None)
            check_inside(name, f'{where}: file_name')
            owner = owners.setdefault(product(name), name)
            if owner != name:
                raise ValueError(f'{where}: file_name: {name} and {owner} would both become {product(name)}')
            for key, prefix in linked.items():
                if image.get(key):
                    file = os.path.join(data_prefix.get(prefix, ''), image[key])
                    check_inside(file, f'{where}: {key}')
                    if not (data_root / file).is_file():
                        raise FileNotFoundError(f'{where}: {key}: {data_root / file} does not exist')
                    plan.links.append(file)
    if unlisted:
        raise ValueError(
            f'{next(iter(unlisted))}: the dataset gives this image, but {", ".join(ann_files)} in {data_root} do not '
            f'list it ({len(unlisted)} such): data_root and ann_files of dataset and evaluator must be the same'
        )
    return plan


def check_inside(file: str, where: str) -> None:
    """Raise ValueError, beginning with ``where``, unless a relative path stays inside its folder."""
    path = PurePosixPath(file)
    if path.is_absolute() or '..' in path.parts:
        raise ValueError(f'{where}: {file} must be a path inside the dataset, without ..')
