"""Groups of samples: by the camera's pitch, by the distance between people, by any field, or by several of them."""

from .binning import bin_numbers, variance_edges
from .fields import sample_field
from .groups import Groups, make_groups
from .minimal_distance import minimal_distances

__all__ = ['Groups', 'bin_numbers', 'make_groups', 'minimal_distances', 'sample_field', 'variance_edges']
