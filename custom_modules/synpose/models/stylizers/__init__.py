"""Models without training that restyle a region of a picture."""

from .color_transfer_stylizer import ColorTransferStylizer
from .photo_wct_stylizer import PhotoWCTStylizer

__all__ = ['ColorTransferStylizer', 'PhotoWCTStylizer']
