"""Datasets of others in the SynPose format, subsets as large as another dataset, and the Arrow store as json again."""

from .convert import Summary, convert
from .formats import FORMATS
from .store_json import write_store_json
from .subset import MATCHES, take_subset

__all__ = ['FORMATS', 'MATCHES', 'Summary', 'convert', 'take_subset', 'write_store_json']
