"""What datasets of one person a sample share, whose pixels are labeled."""

import logging
from copy import deepcopy
from typing import Any

from mmengine.logging import print_log
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from .looked_up_dataset import LookedUpDataset
from .surreal_files import UnusableFrame
from .validation import ProblemLog


class LabeledPersonDataset(LookedUpDataset):
    """A dataset of one person a sample, whose bad samples stop the run or are counted and replaced.

    In training, a sample that turns out to show nobody is replaced by another, whatever ``on_error`` says, and so is
    one that cannot be read with ``on_error='skip'``; each is logged and kept in ``problems`` (of the process that read
    it). A test never replaces a sample: what it cannot read is an error.

    Args:
        on_error: ``'raise'`` stops at the first sample that cannot be read; ``'skip'`` leaves it out.
        **kwargs: MMEngine's own arguments of ``BaseDataset``.
    """

    def __init__(self, on_error: str = 'raise', **kwargs: Any) -> None:
        ProblemLog('', on_error)  # a wrong on_error is an error now, not when a file is read
        self.on_error = on_error
        self.problems: list[str] = []
        super().__init__(**kwargs)

    @classmethod
    def _load_metainfo(cls, metainfo: dict | None = None) -> dict:
        return parse_pose_metainfo(deepcopy(cls.METAINFO) if metainfo is None else metainfo)

    def prepare_data(self, idx: int) -> Any:
        """Return sample ``idx`` after the pipeline; None if another has to take its place."""
        try:
            return super().prepare_data(idx)
        except (ValueError, FileNotFoundError) as error:
            if self.test_mode or (self.on_error == 'raise' and not isinstance(error, UnusableFrame)):
                raise
            self.problems.append(str(error))
            print_log(f'{len(self.problems)} sample(s) replaced so far: {error}', 'current', logging.WARNING)
            return None
