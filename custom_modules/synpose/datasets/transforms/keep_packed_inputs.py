"""Leave what is packed, and drop the rest."""

from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

PACKED = ('inputs', 'data_samples')


@TRANSFORMS.register_module()
class KeepPackedInputs(BaseTransform):
    """Drop everything but ``inputs`` and ``data_samples``.

    This is the pipeline of a ``CombinedDataset`` whose datasets pack with pipelines of their own. MMPose adds the
    wrapper itself to each item, and a worker process would send it along with every picture.

    Raises:
        ValueError: If nothing is packed.
    """

    def transform(self, results: dict) -> dict:
        """Return ``inputs`` and ``data_samples``."""
        missing = [key for key in PACKED if key not in results]
        if missing:
            raise ValueError(
                f'KeepPackedInputs: {" and ".join(missing)} missing: end the pipelines of the datasets with the '
                'transform that packs, e.g. PackPoseInputs'
            )
        return {key: results[key] for key in PACKED}

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
