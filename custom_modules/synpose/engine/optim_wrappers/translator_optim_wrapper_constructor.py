"""Two optimizers for a model with generators and discriminators."""

import copy
from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapperDict
from mmpose.registry import OPTIM_WRAPPER_CONSTRUCTORS, OPTIM_WRAPPERS, OPTIMIZERS
from torch import nn

GROUPS = {'generators': 'generator', 'discriminators': 'discriminator'}
"""Optimizer wrapper -> how the names of the submodules begin that it updates."""


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class TranslatorOptimWrapperConstructor:
    """Build one optimizer wrapper for all generators of a model and one for all its discriminators.

    The config is that of one optimizer wrapper, so that ``--amp`` and the like work as they do elsewhere. Under
    ``generators`` and ``discriminators`` it may hold what differs for one of them:

    Example:
        >>> optim_wrapper = dict(
        ...     constructor='TranslatorOptimWrapperConstructor',
        ...     optimizer=dict(type='Adam', lr=2e-4, betas=(0.5, 0.999)),
        ...     discriminators=dict(optimizer=dict(lr=1e-4)),
        ... )

    Args:
        optim_wrapper_cfg: Config of the optimizer wrapper.
        paramwise_cfg: Not supported.

    Raises:
        ValueError: If ``paramwise_cfg`` is given, or no optimizer.
    """

    def __init__(self, optim_wrapper_cfg: dict[str, Any], paramwise_cfg: dict[str, Any] | None = None) -> None:
        if paramwise_cfg:
            raise ValueError('TranslatorOptimWrapperConstructor: paramwise_cfg is not supported')
        self.config = dict(optim_wrapper_cfg)
        if 'optimizer' not in self.config:
            raise ValueError('TranslatorOptimWrapperConstructor: optim_wrapper: optimizer: missing')
        self.overrides = {name: self.config.pop(name, {}) for name in GROUPS}

    def __call__(self, model: nn.Module) -> OptimWrapperDict:
        """Build the wrappers of a model, which may be wrapped for distributed training.

        Raises:
            ValueError: If the model has no generators, or no discriminators.
        """
        inner: Any = model.module if is_model_wrapper(model) else model
        wrappers = {}
        for name, prefix in GROUPS.items():
            modules = [module for child, module in inner.named_children() if child.startswith(prefix)]
            if not modules:
                raise ValueError(
                    f'{type(inner).__name__} has no submodule {prefix}*, so there are no {name} to optimize'
                )
            config = _merged(self.config, self.overrides[name])
            config.setdefault('type', 'OptimWrapper')
            parameters = [parameter for module in modules for parameter in module.parameters()]
            optimizer = OPTIMIZERS.build(config.pop('optimizer'), default_args={'params': parameters})
            wrappers[name] = OPTIM_WRAPPERS.build(config, default_args={'optimizer': optimizer})
        return OptimWrapperDict(**wrappers)


def _merged(config: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(dict(config))
    for key, value in override.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
