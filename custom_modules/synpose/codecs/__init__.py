"""Keypoint codecs: what turns keypoints into training targets and back."""

from synpose.codecs.fast_spr import FastSPR

__all__ = ['FastSPR']
