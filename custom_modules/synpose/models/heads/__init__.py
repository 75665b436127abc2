"""Heads, registered in MMPose's ``MODELS``."""

from .crowd_dekr_head import CrowdDEKRHead
from .dense_pixel_head import DensePixelHead
from .part_affinity_head import PartAffinityHead
from .pixel_softmax_head import PixelSoftmaxHead

__all__ = ['CrowdDEKRHead', 'DensePixelHead', 'PartAffinityHead', 'PixelSoftmaxHead']
