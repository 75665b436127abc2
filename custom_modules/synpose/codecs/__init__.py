"""Keypoint codecs: what turns keypoints into training targets and back."""

from synpose.codecs.fast_spr import FastSPR
from synpose.codecs.part_affinity_fields import PartAffinityFields
from synpose.codecs.pixel_label import PixelLabel

__all__ = ['FastSPR', 'PartAffinityFields', 'PixelLabel']
