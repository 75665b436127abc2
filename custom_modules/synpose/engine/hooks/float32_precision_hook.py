"""Float32 arithmetic in fewer bits, where a processor is faster with them."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS


@HOOKS.register_module()
class Float32PrecisionHook(Hook):
    """Lets convolutions and matrix products of float32 numbers round their factors, in training and tests.

    Weights, activations, gradients and sums stay float32, so nothing else changes and no loss is scaled: this is what
    TF32 is on GPUs; on CPUs with matrix units (Intel AMX) bfloat16 factors take about half the time. A processor that
    cannot do it computes as before. PyTorch gives the precision back to the process when the run ends.

    Args:
        cpu: Factors on CPUs (oneDNN): ``'ieee'`` (all 24 bits), ``'tf32'`` (11) or ``'bf16'`` (8). Default: ``'bf16'``.
        gpu: Factors on GPUs (cuBLAS, cuDNN): ``'ieee'`` or ``'tf32'``. Default: ``'tf32'``.

    Raises:
        ValueError: If a precision is unknown, or PyTorch is older than 2.9 and cannot choose it.
    """

    priority = 'VERY_HIGH'

    def __init__(self, cpu: str = 'bf16', gpu: str = 'tf32') -> None:
        for name, value, allowed in (('cpu', cpu, ('ieee', 'tf32', 'bf16')), ('gpu', gpu, ('ieee', 'tf32'))):
            if value not in allowed:
                raise ValueError(f'Float32PrecisionHook: {name}: expected one of {allowed}, got {value!r}')
        backends: Any = torch.backends  # its types know no precisions
        if not hasattr(backends.mkldnn, 'conv'):
            raise ValueError(f'Float32PrecisionHook: needs PyTorch 2.9 or newer, this is {torch.__version__}')
        self._chosen = (
            (backends.mkldnn.conv, cpu),
            (backends.mkldnn.matmul, cpu),
            (backends.cudnn.conv, gpu),
            (backends.cuda.matmul, gpu),
        )
        self._earlier: tuple[str, ...] = ()

    def before_run(self, runner: Runner) -> None:
        """Choose the precision before anything runs.

        Args:
            runner: The runner.
        """
        self._earlier = tuple(backend.fp32_precision for backend, _ in self._chosen)
        for backend, precision in self._chosen:
            backend.fp32_precision = precision

    def after_run(self, runner: Runner) -> None:
        """Give back the precision that was set before the run.

        Args:
            runner: The runner.
        """
        for (backend, _), precision in zip(self._chosen, self._earlier, strict=True):
            backend.fp32_precision = precision
