"""Optimizer-wrapper constructors."""

from .translator_optim_wrapper_constructor import TranslatorOptimWrapperConstructor

__all__ = ['TranslatorOptimWrapperConstructor']
