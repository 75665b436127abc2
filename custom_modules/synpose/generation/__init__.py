"""GENERATE: people in classrooms, rendered with their labels. Loaded when a generator is first looked up."""

from synpose.generation.bodies.anny_body import AnnyBody
from synpose.generation.bodies.smplx_body import SMPLXBody
from synpose.generation.classroom import ClassroomGenerator
from synpose.generation.mixed_crowd import MixedCrowdGenerator
from synpose.generation.synthetic_crowd import SyntheticCrowdGenerator

__all__ = ['AnnyBody', 'ClassroomGenerator', 'MixedCrowdGenerator', 'SMPLXBody', 'SyntheticCrowdGenerator']
