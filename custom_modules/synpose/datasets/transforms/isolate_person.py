"""Keep the labels of one person."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class IsolatePerson(BaseTransform):
    """Make everything background in ``parts`` and ``depth`` but the sample's own person.

    Put it after ``LoadStencil`` and the labels, before anything that moves pixels.

    Required keys: ``stencil``, ``(H, W)``; ``stencil_id``, the person's number (a person without one, 0, is nowhere).

    Changed keys: ``parts`` and ``depth``, ``(H, W)``, where there: 0 on everything else.

    Raises:
        ValueError: If the sample is of several people, or the maps differ in size.
    """

    def transform(self, results: dict) -> dict:
        """Change ``parts`` and ``depth``."""
        record = f'image {results.get("img_id")}'
        numbers = np.ravel(results['stencil_id'])
        if len(numbers) != 1:
            raise ValueError(f"{record}: stencil_id: needs one person, but has {len(numbers)}; use data_mode='topdown'")
        person = (results['stencil'] == numbers[0]) & (numbers[0] != 0)
        for key in ('parts', 'depth'):
            if key in results:
                if results[key].shape != person.shape:
                    raise ValueError(f'{record}: {key}: is {results[key].shape}, but the stencil is {person.shape}')
                results[key] = np.where(person, results[key], 0).astype(results[key].dtype)
        return results
