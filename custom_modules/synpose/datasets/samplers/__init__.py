"""Samplers, registered in MMPose's ``DATA_SAMPLERS``."""

from .domain_balanced_sampler import DomainBalancedSampler

__all__ = ['DomainBalancedSampler']
