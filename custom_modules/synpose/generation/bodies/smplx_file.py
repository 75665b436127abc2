"""Reads SMPL-X model files (Pavlakos et al. 2019, "Expressive Body Capture") of those who hold the license."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.bodies.smplx_skeleton import SMPLX_PARENTS

_SHAPES: dict[str, tuple[int | str, ...]] = {
    'v_template': ('V', 3),
    'f': ('F', 3),
    'shapedirs': ('V', 3, 'S'),
    'posedirs': ('V', 3, 9 * 54),
    'J_regressor': (55, 'V'),
    'weights': ('V', 55),
    'kintree_table': (2, 55),
    'hands_meanl': (45,),
    'hands_meanr': (45,),
}
# The files' axes are x left, y up, z ahead; ours x right, y ahead, z up: ours[i] = _SIGN[i] * theirs[_AXIS[i]].
_AXIS, _SIGN = np.array([0, 2, 1]), np.array([-1.0, 1.0, 1.0])


@dataclass
class SMPLXData:
    """A model's arrays in the generator's axes (x right, y ahead, z up), m.

    Attributes:
        template: Vertices of the mean body in the zero pose ``(V, 3)``.
        faces: Triangles ``(F, 3)``.
        shapes: Displacements per unit of each shape parameter ``(V, 3, N)``.
        corrections: Displacements ``(V, 3, 486)`` float32 per unit of each entry of ``R - I`` ``(54, 3, 3)``, ``R``
            being the rotation of each joint but the root in its parent's frame.
        regressor: Sparse map from shaped vertices to joints ``(55, V)``.
        weights: Sparse skinning weights ``(V, 55)``.
        hands: Mean rotation vectors of the left and right hand's joints ``(30, 3)``, rad.
    """

    template: np.ndarray
    faces: np.ndarray
    shapes: np.ndarray
    corrections: np.ndarray
    regressor: Any
    weights: Any
    hands: np.ndarray


def to_generator_axes(vectors: np.ndarray) -> np.ndarray:
    """Return vectors ``(..., 3)`` of the files' axes (x left, y up, z ahead) in ours; its own inverse."""
    return vectors[..., _AXIS] * _SIGN


def load_smplx(model_path: str | Path, gender: str, num_betas: int) -> SMPLXData:
    """Read ``SMPLX_NEUTRAL.npz``, ``SMPLX_MALE.npz`` or ``SMPLX_FEMALE.npz``.

    Files of version 1.0 hold 10 shape parameters, those of version 1.1 hold 300; expressions are not used.

    Args:
        model_path: The file, or the folder that has it (itself or in a folder ``smplx``).
        gender: ``'neutral'``, ``'male'`` or ``'female'``.
        num_betas: How many shape parameters to read.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the gender is unknown, the file is no SMPL-X model or has fewer shape parameters.
    """
    path = find_smplx(Path(model_path), gender)
    fields = _read(path)
    # A file holds shapes, then expressions: 10 and 10, or 300 and 100.
    limit = 300 if fields['shapedirs'].shape[2] >= 400 else 10
    if not 1 <= num_betas <= min(limit, fields['shapedirs'].shape[2]):
        raise ValueError(f'{path}: num_betas={num_betas}, but shapedirs has 1 to {limit} shape parameters')
    _check_values(path, fields)
    return _converted(fields, num_betas)


def find_smplx(path: Path, gender: str) -> Path:
    """Return the model's file: ``path`` itself, or the one of a gender in the folder ``path``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the gender is unknown, or the file is none of the ``.npz`` files.
    """
    if gender not in ('neutral', 'male', 'female'):
        raise ValueError(f"unknown gender {gender!r} of the SMPL-X model, expected 'neutral', 'male' or 'female'")
    name = f'SMPLX_{gender.upper()}.npz'
    for candidate in (path / name, path / 'smplx' / name) if path.is_dir() else (path,):
        if not candidate.is_file():
            continue
        if candidate.suffix != '.npz':
            raise ValueError(f'{candidate}: only the .npz files of SMPL-X are read (pickles can run code)')
        return candidate
    raise FileNotFoundError(
        f'{path}: no SMPL-X model ({name}) here. Accept its license and download the model at '
        "https://smpl-x.is.tue.mpg.de, then name the file or its folder in body=dict(type='SMPLXBody', model_path=...)"
    )


def _read(path: Path) -> dict[str, np.ndarray]:
    """Read the fields and check that their shapes agree."""
    sizes: dict[str, int] = {}
    fields: dict[str, np.ndarray] = {}
    try:
        archive = np.load(path, allow_pickle=False)
        missing = set(_SHAPES) - set(archive)
    except Exception as error:  # numpy raises several kinds for what is no archive
        raise ValueError(f'{path}: not an .npz archive ({error})') from error
    if missing:
        raise ValueError(f'{path}: fields {sorted(missing)} are missing, is this an SMPL-X model?')
    with archive:
        for name, expected in _SHAPES.items():
            try:
                field = archive[name]
            except ValueError as error:
                raise ValueError(f'{path}: {name} is not a plain array ({error})') from error
            fits = field.ndim == len(expected) and all(
                size == (sizes.setdefault(side, size) if isinstance(side, str) else side)
                for size, side in zip(field.shape, expected)
            )
            if not fits:
                wanted = tuple(sizes.get(side, side) if isinstance(side, str) else side for side in expected)
                raise ValueError(f'{path}: {name} has the shape {field.shape}, expected {wanted}')
            fields[name] = field
    return fields


def _check_values(path: Path, fields: Mapping[str, np.ndarray]) -> None:
    for name, field in fields.items():
        if not np.issubdtype(field.dtype, np.number) or not np.isfinite(field).all():
            raise ValueError(f'{path}: {name} holds something other than finite numbers')
    if not 0 <= fields['f'].min() <= fields['f'].max() < len(fields['v_template']):
        raise ValueError(f'{path}: f names vertices that v_template does not have')
    if np.abs(fields['weights'].sum(axis=1) - 1).max() > 1e-3:
        raise ValueError(f'{path}: weights do not sum to 1 at every vertex')
    # The root's parent is written as the largest unsigned number.
    parents = (-1, *fields['kintree_table'][0, 1:].astype(int).tolist())
    if parents != SMPLX_PARENTS:
        raise ValueError(f"{path}: kintree_table is not SMPL-X's tree of joints")


def _converted(fields: Mapping[str, np.ndarray], num_betas: int) -> SMPLXData:
    from scipy.sparse import csr_matrix

    corrections = fields['posedirs'].astype(np.float32).reshape(-1, 3, 54, 3, 3)
    # R' - I = C (R - I) C^T for the change of axes C, a permutation with signs: every index turns alike.
    corrections = corrections[:, _AXIS][:, :, :, _AXIS][..., _AXIS]
    signs = _SIGN.astype(np.float32)
    corrections *= signs[:, None, None, None] * signs[:, None] * signs
    return SMPLXData(
        template=to_generator_axes(fields['v_template'].astype(float)),
        faces=fields['f'].astype(np.int32),
        shapes=fields['shapedirs'][:, _AXIS, :num_betas].astype(float) * _SIGN[:, None],
        corrections=np.ascontiguousarray(corrections).reshape(-1, 3, 9 * 54),
        regressor=csr_matrix(fields['J_regressor'].astype(float)),
        weights=csr_matrix(fields['weights'].astype(float)),
        hands=to_generator_axes(np.concatenate([fields['hands_meanl'], fields['hands_meanr']]).reshape(30, 3)),
    )
