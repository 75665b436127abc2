"""Transforms, registered in MMPose's ``TRANSFORMS``."""

from .load_depth import LoadDepth
from .load_stencil import LoadStencil
from .pack_crowd_inputs import PackCrowdInputs

__all__ = ['LoadDepth', 'LoadStencil', 'PackCrowdInputs']
