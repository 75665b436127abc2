"""Samplers, registered in MMPose's ``DATA_SAMPLERS``."""

from .domain_balanced_sampler import DomainBalancedSampler
from .teacher_group_sampler import TeacherGroupSampler

__all__ = ['DomainBalancedSampler', 'TeacherGroupSampler']
