"""Load the labels of a picture from MATLAB files."""

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ..surreal_files import FARTHEST, read_mat

LABELS = ('parts', 'depth')


@TRANSFORMS.register_module()
class LoadMatLabels(BaseTransform):
    """Load body parts or depth from a variable of a MATLAB file; its other variables are passed over.

    Put it after the picture is loaded and before anything that moves pixels.

    Required keys: ``parts_mat`` and ``parts_name``, or ``depth_mat`` and ``depth_name``, the file and its variable;
    ``part_numbers``, ``(n,)`` uint8, the number in :data:`synpose.skeletons.BODY_PARTS` of each number of the file;
    ``ori_shape`` is checked against if present.

    Added keys: ``parts``, ``(H, W)`` uint8; ``depth``, ``(H, W)`` float32, m, 0 where there is nobody (SURREAL has
    1e10 there).

    Args:
        labels: ``'parts'``, ``'depth'`` or both.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If it is damaged, lacks the variable, or the map has another size than the picture or other numbers.
    """

    def __init__(self, labels: Sequence[str] = ('parts',)) -> None:
        unknown = sorted(set(labels) - set(LABELS))
        if unknown or not labels:
            raise ValueError(f'labels must be of {LABELS}, but are {tuple(labels)}')
        self.labels = tuple(labels)

    def transform(self, results: dict) -> dict:
        """Add ``parts`` or ``depth`` to the data sample."""
        for label in self.labels:
            path, name = results[f'{label}_mat'], results[f'{label}_name']
            values = read_mat(path, [name])[name]
            expected = tuple(results.get('ori_shape', values.shape)[:2])
            if values.ndim != 2 or values.shape != expected:
                raise ValueError(f'{path}: {name}: is {values.shape}, but the picture is {expected}')
            if label == 'depth':
                person = (values > 0) & (values <= FARTHEST)
                results['depth'] = np.where(person, values, 0).astype(np.float32)
                continue
            highest = len(results['part_numbers']) - 1
            if values.size and not (values.min() >= 0 and values.max() <= highest):
                raise ValueError(
                    f'{path}: {name}: must be 0 to {highest}, but goes from {values.min()} to {values.max()}'
                )
            results['parts'] = results['part_numbers'][values.astype(np.intp)]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(labels={self.labels})'
