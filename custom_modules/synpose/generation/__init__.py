"""GENERATE: people in classrooms, rendered with their labels. Loaded when a generator is first looked up."""

from synpose.generation.classroom import ClassroomGenerator

__all__ = ['ClassroomGenerator']
