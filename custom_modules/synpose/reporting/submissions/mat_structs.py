"""MATLAB's files and structs."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .people import ScoredPose

_HEADER = b'MATLAB 5.0 MAT-file'.ljust(116)  # SciPy writes the time of day here


def struct_array(names: Sequence[str], records: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Make a MATLAB struct array ``(1, n)``, which keeps its field names when it is empty."""
    array = np.empty((1, len(records)), dtype=[(name, object) for name in names])
    for index, record in enumerate(records):
        array[0, index] = tuple(record[name] for name in names)
    return array


def joint_struct(pose: ScoredPose, with_score: bool = True) -> np.ndarray:
    """Make the struct ``annopoints`` of a person; joints that are nan are left out."""
    names = ['x', 'y', 'id', 'score'] if with_score else ['x', 'y', 'id']
    points = [
        {'x': float(x) + 1, 'y': float(y) + 1, 'id': float(number), 'score': float(score)}
        for number, (x, y, score) in enumerate(pose.joints)
        if np.isfinite((x, y)).all()
    ]
    return struct_array(['point'], [{'point': struct_array(names, points)}])


def encode_mat(variables: Mapping[str, Any]) -> bytes:
    """Make the content of a mat file; the same variables give the same bytes."""
    from scipy.io import savemat

    buffer = io.BytesIO()
    savemat(buffer, variables, do_compression=True, oned_as='row')
    return _HEADER + buffer.getvalue()[len(_HEADER) :]


def decode_mat(content: bytes) -> dict[str, Any]:
    """Read a mat file's variables, structs as dicts.

    Raises:
        ValueError: If it is none.
    """
    from scipy.io import loadmat

    try:
        return loadmat(io.BytesIO(content), simplify_cells=True)
    except Exception as error:  # SciPy raises whatever it happens to hit
        raise ValueError(f'not a readable mat file: {error}') from error
