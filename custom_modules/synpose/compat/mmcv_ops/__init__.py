"""A stand-in for ``mmcv._ext``, mmcv's compiled extension, for an ``mmcv-lite`` that has none.

``mmcv-lite`` ships every Python file of ``mmcv.ops`` but not the extension behind them, and stock MMPose and
MMDetection import ``mmcv.ops`` unconditionally. :func:`install` puts a module of that name into ``sys.modules`` that
computes the ops below with torch and torchvision, on CPU and GPU tensors. Every other op exists by name, so that
``mmcv.ops`` imports, and raises an error that names it when called.
"""

import importlib
import sys
import warnings
from collections.abc import Callable
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any, NoReturn

import torch
import torchvision

from .attention import ms_deform_attn_backward, ms_deform_attn_forward
from .boxes import bbox_overlaps, nms, softnms
from .deform_conv import (
    deform_conv_backward_input,
    deform_conv_backward_parameters,
    deform_conv_forward,
    modulated_deform_conv_backward,
    modulated_deform_conv_forward,
)
from .focal_loss import sigmoid_focal_loss_backward, sigmoid_focal_loss_forward
from .roi_align import roi_align_backward, roi_align_forward

EXTENSION = 'mmcv._ext'


def get_compiler_version() -> str:
    """Name what stands behind the ops, for MMCV's environment report."""
    return f'none: synpose stand-in over torchvision {torchvision.__version__}'


def get_compiling_cuda_version() -> str:
    """CUDA version of the torch that runs the ops, for MMCV's environment report."""
    return torch.version.cuda or 'not available'


# torch.compile loses what the backward of mmcv's autograd functions writes into buffers: it must not look inside.
OPS: dict[str, Callable[..., Any]] = {
    op.__name__: torch.compiler.disable(op)
    for op in (
        bbox_overlaps,
        deform_conv_backward_input,
        deform_conv_backward_parameters,
        deform_conv_forward,
        get_compiler_version,
        get_compiling_cuda_version,
        modulated_deform_conv_backward,
        modulated_deform_conv_forward,
        ms_deform_attn_backward,
        ms_deform_attn_forward,
        nms,
        roi_align_backward,
        roi_align_forward,
        sigmoid_focal_loss_backward,
        sigmoid_focal_loss_forward,
        softnms,
    )
}


def missing_op(name: str) -> Callable[..., NoReturn]:
    """Stand for an op of ``mmcv._ext`` that is not implemented here.

    Args:
        name: The op's name, such as ``'nms_rotated'``.

    Returns:
        A function that takes anything and raises ``NotImplementedError`` with the op's name.

    Raises:
        AttributeError: If ``name`` starts with an underscore: those are Python's own attributes, and no op's.
    """
    if name.startswith('_'):
        raise AttributeError(f'module {EXTENSION!r} has no attribute {name!r}')

    def raise_error(*args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(
            f'the op {name!r} of mmcv.ops needs the compiled package "mmcv" (2.x); the stand-in that synpose uses with '
            f'"mmcv-lite" does not have it'
        )

    return raise_error


class StandInLoader(Loader):
    """Fills the stand-in module; having a loader gives the module the ``__spec__`` that environment reports read."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the ops into ``module``; a name it lacks resolves to :func:`missing_op` (PEP 562)."""
        module.__dict__.update(OPS, __doc__=__doc__, __getattr__=missing_op)


def install() -> None:
    """Make ``mmcv._ext`` importable: a compiled extension that loads always wins, else the stand-in takes its place.

    Warns:
        RuntimeWarning: If a compiled extension is there and cannot be loaded.

    Raises:
        ModuleNotFoundError: If mmcv itself is missing.
    """
    importlib.import_module('mmcv')
    try:
        importlib.import_module(EXTENSION)
        return
    except ModuleNotFoundError:
        pass
    except (ImportError, OSError) as error:
        message = f'{EXTENSION} does not load ({error}); synpose computes its ops with torchvision instead'
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    loader = StandInLoader()
    module = module_from_spec(ModuleSpec(EXTENSION, loader, origin=__name__))
    loader.exec_module(module)
    sys.modules[EXTENSION] = module
