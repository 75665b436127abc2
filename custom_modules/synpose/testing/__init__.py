"""Small generated fixtures that the tests of synpose, and of packages built on it, share."""

from .posed_scene import write_posed_dataset
from .synpose_folder import read_tree, write_synpose_dataset

__all__ = ['read_tree', 'write_posed_dataset', 'write_synpose_dataset']
