"""Datasets of others in the SynPose format, subsets, plain COCO files, and the Arrow store as json again."""

from .convert import Summary, convert
from .formats import FORMATS
from .mpii_split import cut_test_groups, split_mpii
from .plain_coco import write_plain_coco
from .store_json import write_store_json
from .subset import MATCHES, take_subset

__all__ = [
    'FORMATS',
    'MATCHES',
    'Summary',
    'convert',
    'cut_test_groups',
    'split_mpii',
    'take_subset',
    'write_plain_coco',
    'write_store_json',
]
