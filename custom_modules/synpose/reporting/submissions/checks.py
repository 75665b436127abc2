"""Read a submission back, and say what its server would refuse."""

import os
from pathlib import PurePosixPath
from typing import Any

from .archive import name_problem, read_archive
from .benchmark_sets import read_crops, read_image_ids, read_num_people
from .benchmarks import BENCHMARKS, Benchmark, find_benchmark
from .coco_records import decode_coco, record_problems
from .mat_structs import decode_mat
from .mpii_files import multi_problems, single_problems


def check_submission(
    path: str | os.PathLike, benchmark: str | None = None, images: str | os.PathLike | None = None
) -> list[str]:
    """List everything a benchmark's server would refuse in a file.

    Args:
        path: The zip, or the file that belongs in it.
        benchmark: Name of the benchmark; None to tell it by the file's name.
        images: JSON file of the test set: images with ids, the people of MPII, or the groups of MPII. None leaves
            unknown images, and people or groups that are missing, unnoticed.

    Returns:
        One line a problem, which names file, record and field; empty if there is none.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If the benchmark cannot be told by the name, or ``images`` is broken.
    """
    try:
        name, content = read_archive(path)
    except ValueError as error:
        return [str(error)]
    kind = benchmark_of(path, name, benchmark)
    problems = []
    if not kind.is_file_name(PurePosixPath(name).name):
        expected = kind.file_name.format(split='|'.join(kind.splits), alg='ALG')
        problems.append(f'{name}: {kind.name} knows no such name; it must be {expected}')
    misplaced = name_problem(path, name)
    if misplaced is not None:
        problems.append(misplaced)
    try:
        parsed = decode_coco(content) if kind.fields else decode_mat(content)
    except ValueError as error:
        problems.append(str(error))
    else:
        problems += _content_problems(parsed, kind, images)
    return [f'{path}: {problem}' for problem in problems]


def benchmark_of(path: str | os.PathLike, name: str, benchmark: str | None) -> Benchmark:
    """Return the benchmark of this name, or else the one whose file is called so.

    Args:
        path: The zip, for the message.
        name: The file in it.
        benchmark: Name of the benchmark; None to tell it by the file.

    Raises:
        ValueError: If the benchmark is unknown, or the file's name tells nothing.
    """
    if benchmark is not None:
        return find_benchmark(benchmark)
    for known in BENCHMARKS.values():
        if known.is_file_name(PurePosixPath(name).name):
            return known
    raise ValueError(f'{path}: {name}: no file name of any benchmark; say which of {", ".join(BENCHMARKS)} it is for')


def _content_problems(parsed: Any, kind: Benchmark, images: str | os.PathLike | None) -> list[str]:
    if kind.fields:
        return record_problems(parsed, kind, None if images is None else set(read_image_ids(images)))
    if kind.name == 'mpii-single':
        return single_problems(parsed, None if images is None else read_num_people(images))
    return multi_problems(parsed, None if images is None else len(read_crops(images)))
