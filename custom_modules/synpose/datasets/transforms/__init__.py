"""Transforms, registered in MMPose's ``TRANSFORMS``."""

from .load_depth import LoadDepth
from .load_stencil import LoadStencil

__all__ = ['LoadDepth', 'LoadStencil']
