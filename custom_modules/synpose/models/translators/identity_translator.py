"""The translator that changes nothing."""

from typing import Any

import numpy as np
from mmengine.model import BaseModel
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample


@MODELS.register_module()
class IdentityTranslator(BaseModel):
    """Give every picture back as it is, as a translator gives its translations.

    For jobs and metrics on pictures as they lie on disk: what a metric says of this model is what it says of the data.
    """

    def forward(self, inputs: Any, data_samples: list | None = None, mode: str = 'predict') -> list:
        """Copy the sources of a batch.

        Args:
            inputs: ``source``, a list of uint8 BGR images ``(3, H, W)``.
            data_samples: B data samples; new ones by default.
            mode: ``'predict'``.

        Returns:
            The data samples, each with ``translated``, ``(H, W, 3)`` uint8 BGR.

        Raises:
            NotImplementedError: In another mode.
        """
        if mode != 'predict':
            raise NotImplementedError(f'IdentityTranslator has mode predict only, not {mode!r}')
        samples = data_samples or [PoseDataSample() for _ in inputs['source']]
        for sample, image in zip(samples, inputs['source']):
            pixels = np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy())
            sample.set_field(pixels, 'translated', field_type='data')
        return samples
