"""Freeze the first layers of a network while it is trained on synthetic data."""

from collections.abc import Sequence
from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpose.registry import HOOKS
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.parallel import DistributedDataParallel

from .channels_last_hook import unwrapped

WHEN = ('always', 'synthetic')


def first_layers(module: nn.Module, convs: int) -> list[str]:
    """Return the names of the first convolutions of a network, and of the normalization layers up to the next one.

    Their order is that in which the network registers them, which in MMPose's backbones is that of the computation.

    Args:
        module: The network, e.g. a backbone.
        convs: How many convolutions.

    Raises:
        ValueError: If it has fewer.
    """
    found: list[str] = []
    seen = 0
    for name, layer in module.named_modules():
        seen += isinstance(layer, _ConvNd)
        if seen > convs:
            return found
        if isinstance(layer, _ConvNd) or (seen and isinstance(layer, _BatchNorm | nn.GroupNorm | nn.LayerNorm)):
            found.append(name)
    if seen < convs:
        raise ValueError(f'{type(module).__name__} has {seen} convolutions, but {convs} are to be frozen')
    return found


@HOOKS.register_module()
class FrozenLayersHook(Hook):
    """Freezes layers: their weights and the statistics of their batch normalization, whatever the backbone is.

    LTSH freezes the first 4 layers of the network whenever it trains on synthetic data (section 4, after Hinterstoisser
    et al., "On Pre-Trained Image Features and Synthetic Images for Deep Learning"). Start from a trained checkpoint
    (``load_from``): frozen random weights mean nothing. The optimizer skips frozen weights, its weight decay too. A
    backbone with ``frozen_stages``, such as ``VGG(frozen_stages=2)``, does not need this hook for that.

    Example:
        >>> custom_hooks = [dict(type='FrozenLayersHook', convs=4)]

    Args:
        convs: Freeze the first convolutions of the backbone, so many, with their normalization.
        modules: Freeze these modules instead, by their names in the model, e.g. ``['backbone.conv1', 'backbone.bn1']``.
        when: ``'always'``, or ``'synthetic'`` for only those batches that have a synthetic sample (``domain_label``
            1, as ``RealSyntheticDataset`` writes it). On several processes the second needs
            ``find_unused_parameters=True``.

    Raises:
        ValueError: If not one of ``convs`` and ``modules`` is given, ``when`` is unknown, or the model has no such
            layers.
    """

    priority = 'VERY_HIGH'  # before ChannelsLastHook wraps the model anew

    def __init__(self, convs: int | None = None, modules: Sequence[str] | None = None, when: str = 'always') -> None:
        if (convs is None) == (modules is None):
            raise ValueError('FrozenLayersHook: give either convs or modules')
        if convs is not None and (type(convs) is not int or convs < 1):
            raise ValueError(f'FrozenLayersHook: convs must be a whole number from 1, got {convs!r}')
        if when not in WHEN:
            raise ValueError(f'FrozenLayersHook: when must be one of {", ".join(WHEN)}, got {when!r}')
        self.convs, self.modules, self.when = convs, modules, when

    def before_run(self, runner: Runner) -> None:
        """Find the layers; freeze them if that is for always."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        self._layers = self._find(model)
        self._parameters = [p for layer in self._layers for p in layer.parameters() if p.requires_grad]
        norms = [part for layer in self._layers for part in layer.modules() if isinstance(part, _BatchNorm)]
        self._norms = list(dict.fromkeys(norms))
        wrapped = isinstance(runner.model, DistributedDataParallel)
        if self.when == 'always':
            self._set(True)
            if wrapped:  # it has registered the weights that it waits for
                runner.model = runner.wrap_model(runner.cfg.get('model_wrapper_cfg'), unwrapped(runner.model))
        elif wrapped and not runner.model.find_unused_parameters:
            raise ValueError(
                "FrozenLayersHook: when='synthetic' on several processes needs find_unused_parameters=True in the "
                'config, since weights are frozen in some iterations only'
            )

    def _find(self, model: nn.Module) -> list[nn.Module]:
        if self.modules is None:
            backbone = getattr(model, 'backbone', None)
            if not isinstance(backbone, nn.Module):
                raise ValueError(f'FrozenLayersHook: {type(model).__name__} has no backbone; name its modules')
            assert self.convs is not None
            return [backbone.get_submodule(name) for name in first_layers(backbone, self.convs)]
        known = dict(model.named_modules())
        unknown = [name for name in self.modules if name not in known]
        if unknown:
            parent = known.get(unknown[0].rpartition('.')[0], model)
            names = ', '.join(name for name, _ in parent.named_children())
            raise ValueError(f'FrozenLayersHook: the model has no module {unknown[0]!r}; there it has {names}')
        return [known[name] for name in self.modules]

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Freeze the layers, or let them go; the loop has put the whole model into training mode."""
        samples = data_batch['data_samples'] if self.when == 'synthetic' else ()
        self._set(self.when == 'always' or any(sample.metainfo.get('domain_label') for sample in samples))

    def _set(self, frozen: bool) -> None:
        for parameter in self._parameters:
            parameter.requires_grad_(not frozen)
            parameter.grad = None if frozen else parameter.grad
        for norm in self._norms:
            norm.train(not frozen)
