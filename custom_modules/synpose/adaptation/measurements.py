"""What a model measured on each image of a job: kept beside the images, so that a resumed job has it too."""

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from synpose.files import write_json

FOLDER = 'measurements'


def write_measurements(root: str | os.PathLike, file_name: str, values: Mapping[str, float]) -> None:
    """Write the measurements of one image.

    Args:
        root: The dataset folder being written.
        file_name: Of the source's image.
        values: Numbers by name.

    Raises:
        ValueError: If a number is not finite.
    """
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f'{file_name}: measurements: {name} is {value}')
    write_json(_path(root, file_name), {name: float(value) for name, value in values.items()})


def mean_measurements(root: str | os.PathLike, file_names: Iterable[str]) -> dict[str, float]:
    """Average what was measured, each name over the images that have it.

    Args:
        root: The dataset folder.
        file_names: Of the source's images; those without measurements are left out.

    Returns:
        For each name its mean, and under ``<name>_images`` how many images it is of, sorted by name.
    """
    values: dict[str, list[float]] = {}
    for path in (_path(root, file_name) for file_name in sorted(file_names)):
        if path.is_file():
            for name, value in json.loads(path.read_bytes()).items():
                values.setdefault(name, []).append(value)
    means: dict[str, float] = {}
    for name, found in sorted(values.items()):
        means |= {name: math.fsum(found) / len(found), f'{name}_images': len(found)}
    return means


def _path(root: str | os.PathLike, file_name: str) -> Path:
    return Path(root, FOLDER, file_name).with_suffix('.json')
