"""Registries that MMPose lacks. Everything else of synpose registers into ``mmpose.registry``."""

from mmengine.registry import Registry

GENERATORS = Registry('generator', scope='mmpose', locations=['synpose.generation'])
"""Dataset generators. Built lazily: the rendering stack is imported only when a generator is looked up."""

BODIES = Registry('body', scope='mmpose', locations=['synpose.generation'])
"""Body models that generators pose and dress."""
