"""Models that label pictures by other models."""

from .whole_body_pseudo_labeler import WholeBodyPseudoLabeler

__all__ = ['WholeBodyPseudoLabeler']
