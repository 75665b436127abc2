"""Load the labels of a picture from MATLAB files."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ..surreal_files import FARTHEST, read_mat

LABELS = ('parts', 'depth')


@TRANSFORMS.register_module()
class LoadMatLabels(BaseTransform):
    """Load body parts, depth or both from variables of MATLAB files; their other variables are passed over.

    Put it after the picture is loaded and before anything that moves pixels.

    Required keys: ``parts_mat`` and ``parts_name``, the file and its variable, or ``depth_mat`` and ``depth_name``, or
    all; ``part_numbers``, ``(n,)`` uint8, the number in :data:`synpose.skeletons.BODY_PARTS` of each number of the
    file; ``ori_shape`` is checked against if present.

    Added keys: ``parts``, ``(H, W)`` uint8; ``depth``, ``(H, W)`` float32, m, 0 where there is nobody (SURREAL has
    1e10 there).

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If the sample names none, or a file is damaged, lacks the variable, or its map has another size than
            the picture or other numbers.
    """

    def transform(self, results: dict) -> dict:
        """Add ``parts`` or ``depth`` to the data sample."""
        named = [label for label in LABELS if f'{label}_mat' in results]
        if not named:
            raise ValueError(f'image {results.get("img_id")}: parts_mat, depth_mat: missing, the dataset must give one')
        for label in named:
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
