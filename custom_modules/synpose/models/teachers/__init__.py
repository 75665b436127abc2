"""Networks that choose what others train on, registered in MMPose's ``MODELS``."""

from .teacher_net import TeacherNet

__all__ = ['TeacherNet']
