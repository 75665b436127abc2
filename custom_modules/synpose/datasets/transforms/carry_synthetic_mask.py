"""Take rendered people out of the labels, and let their silhouettes ride along with the image."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from .person_regions import read_mask


@TRANSFORMS.register_module()
class CarrySyntheticMask(BaseTransform):
    """Hide rendered people from the codec, and carry their silhouettes through the geometry of a pipeline.

    The first half of the "+ masks" of LTSH (section 5.2); :class:`SyntheticLossMask` is the second. Their joints become
    invisible, so that no codec makes a target of them. Their silhouettes become a fourth channel of the image, which
    whatever moves pixels (flips, affine transforms, resizing) moves along. Put it after ``LoadStencil`` and before the
    first of these; what changes colors must come before it or after ``SyntheticLossMask``.

    Required keys: ``img``, ``stencil``, and ``synthetic_people``, the numbers of rendered people in the stencil, as
    ``SynPoseDataset`` has them; ``synthetic_id`` ``(N,)`` and ``keypoints_visible`` where there are people.

    Modified keys: ``img`` ``(H, W, 4)``, the last channel 255 on rendered people; ``keypoints_visible``,
    ``keypoints_visibility``.

    Raises:
        ValueError: If the stencil is missing or of another size, or the sample does not tell who is rendered.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Change the data sample."""
        stencil = read_mask(results, 'stencil')
        record = f'{results.get("img_path")}: image {results.get("img_id")}'
        if 'synthetic_people' not in results:
            raise ValueError(f'{record}: synthetic_people: missing; the annotations must tell by is_synthetic')
        silhouettes = np.isin(stencil, results['synthetic_people']).astype(np.uint8) * 255
        results['img'] = np.dstack([results['img'], silhouettes])
        if 'keypoints_visible' not in results:
            return results  # nobody is in the image
        hidden = np.ravel(results['synthetic_id']) > 0
        for key in ('keypoints_visible', 'keypoints_visibility'):
            if key in results:
                results[key] = np.array(results[key])
                results[key][hidden] = 0
        return results
