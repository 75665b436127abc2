"""Small generated fixtures that the tests of synpose, and of packages built on it, share."""

from .synpose_folder import write_synpose_dataset

__all__ = ['write_synpose_dataset']
