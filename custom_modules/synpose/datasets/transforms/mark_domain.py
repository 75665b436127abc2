"""Tell the domain of a picture."""

from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

DOMAINS = {0: 'source', 1: 'target'}


@TRANSFORMS.register_module()
class MarkDomain(BaseTransform):
    """Write into a data sample whether it is of the source or of the target.

    Put it behind the transform that packs, or anywhere before it and ``'domain_label'`` among that one's ``meta_keys``.

    Added keys: ``domain_label``; of what is packed already, in the meta information of ``data_samples``.

    Args:
        label: 0 for the source, 1 for the target.

    Raises:
        ValueError: If the label is neither.
    """

    def __init__(self, label: int) -> None:
        if label not in DOMAINS:
            raise ValueError(f'MarkDomain: label must be 0 (source) or 1 (target), got {label!r}')
        self.label = label

    def transform(self, results: dict) -> dict:
        """Add the label."""
        if 'data_samples' in results:
            results['data_samples'].set_metainfo({'domain_label': self.label})
        else:
            results['domain_label'] = self.label
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(label={self.label})'
