"""Statistics of a reference set's features in a file, so that the set need be seen only once."""

import os
import zipfile
from typing import Any

import numpy as np
import torch
from torch import Tensor

from synpose.evaluation.functional import FeatureMoments
from synpose.files import atomic_path

_FIELDS = ('n', 'mu', 'sigma', 'extractor', 'identity', 'source')


def save_feature_statistics(
    path: str | os.PathLike, moments: FeatureMoments, extractor: Any, source: str = '', features: Tensor | None = None
) -> None:
    """Write statistics to an ``.npz`` file, atomically.

    Args:
        path: The file.
        moments: Of at least two images.
        extractor: Its ``name`` and ``identity`` are written too.
        source: What the images are, in words or as JSON.
        features: ``(n, D)`` float32, where a kernel distance will be wanted; n x D x 4 bytes.
    """
    arrays: dict[str, Any] = {
        'n': moments.n,
        'mu': moments.mean.numpy(),
        'sigma': moments.covariance.numpy(),
        'extractor': extractor.name,
        'identity': extractor.identity,
        'source': source,
    }
    if features is not None:
        arrays['features'] = features.numpy()
    with atomic_path(path) as temporary:
        np.savez(temporary, **arrays)


def load_feature_statistics(
    path: str | os.PathLike, extractor: Any, source: str | None = None
) -> tuple[FeatureMoments, Tensor | None]:
    """Read statistics, and refuse those of another extractor or other images.

    Args:
        path: The file, as :func:`save_feature_statistics` writes it.
        extractor: With ``name``, ``identity`` and ``num_features``.
        source: What the images should be; None takes any.

    Returns:
        The moments, and the features ``(n, D)`` if the file has them.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is none of ours, damaged, or of another extractor, feature size or source.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except FileNotFoundError:
        raise
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(f'{path}: not a file of feature statistics ({error})') from error
    missing = [field for field in _FIELDS if field not in arrays]
    if missing:
        raise ValueError(f'{path}: {missing[0]}: missing, so these are no statistics written by synpose')
    for field, wanted in (('extractor', extractor.name), ('identity', extractor.identity), ('source', source)):
        if wanted is not None and str(arrays[field]) != wanted:
            raise ValueError(f'{path}: {field}: is {str(arrays[field])!r}, not {wanted!r}; delete it or name another')
    D = extractor.num_features
    n, mu, sigma, features = int(arrays['n']), arrays['mu'], arrays['sigma'], arrays.get('features')
    if mu.shape != (D,) or sigma.shape != (D, D) or (features is not None and features.shape != (n, D)):
        raise ValueError(f'{path}: mu: features of size {mu.shape[-1]}, but {extractor.name} has {D}')
    if n < 2 or not (np.isfinite(mu).all() and np.isfinite(sigma).all()):
        raise ValueError(f'{path}: sigma: must be finite, of at least 2 images')
    moments = FeatureMoments(D)
    moments.n = n
    moments.mean = torch.from_numpy(mu.astype(np.float64))
    moments.scatter = torch.from_numpy(sigma.astype(np.float64)) * (n - 1)
    return moments, None if features is None else torch.from_numpy(features)
