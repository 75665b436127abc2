"""Real labeled pictures beside synthetic ones, for training on both."""

from typing import Any

from mmengine.dataset import force_full_init
from mmpose.registry import DATASETS

from .late_indices import LateIndices
from .parts_dataset import PartsDataset


@DATASETS.register_module()
class RealSyntheticDataset(PartsDataset):
    """Labeled real and labeled synthetic samples, whose items tell which of them they are.

    ``DomainBalancedSampler`` and ``TeacherGroupSampler`` make batches of it with exact shares. Items and pipelines are
    as :class:`~synpose.datasets.parts_dataset.PartsDataset` has them: ``domain_label`` is 0 for real samples and 1 for
    synthetic ones. An epoch goes once through the real ones.

    Args:
        real: Config of the real dataset.
        synthetic: Config of the synthetic dataset, of the same joints.
        lazy_init: Whether to read annotations only when they are asked for.

    Attributes:
        late: Where ``TeacherGroupSampler`` chooses indices late; index ``len(dataset) + p`` is the one at its place p.

    Raises:
        ValueError: If one of them has no pictures, or their joints are not the same.
    """

    names = ('real', 'synthetic')
    late: LateIndices | None = None

    def __init__(self, real: dict[str, Any], synthetic: dict[str, Any], lazy_init: bool = False) -> None:
        super().__init__(real, synthetic, lazy_init=lazy_init)
        joints = [list(dataset.metainfo['keypoint_name2id']) for dataset in self.datasets]
        if joints[0] != joints[1]:
            raise ValueError(
                f'RealSyntheticDataset: real has the {len(joints[0])} joints {", ".join(joints[0])}, but synthetic the '
                f'{len(joints[1])} joints {", ".join(joints[1])}'
            )

    @force_full_init
    def prepare_data(self, idx: int) -> dict[str, Any]:
        """Return an item; see the class."""
        if self.late is not None and idx >= len(self):
            idx = self.late.read(idx - len(self))
        return super().prepare_data(idx)
