"""Keep random-number states in the checkpoint, so that a resumed training repeats the uninterrupted one."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from .process_state_hook import ProcessStateHook


def get_random_state() -> dict[str, Any]:
    """Return the states of Python's, NumPy's and PyTorch's (CPU and every CUDA device) generators."""
    return {
        'python': random.getstate(),
        'numpy': np.random.get_state(),  # noqa: NPY002 - the generator MMPose's transforms draw from
        'torch': torch.get_rng_state(),
        'cuda': torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Set the generators to states returned by :func:`get_random_state`."""
    random.setstate(state['python'])
    np.random.set_state(state['numpy'])  # noqa: NPY002
    torch.set_rng_state(state['torch'].cpu())
    if state['cuda'] and len(state['cuda']) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all([cuda_state.cpu() for cuda_state in state['cuda']])


@HOOKS.register_module()
class RandomStateHook(ProcessStateHook):
    """Store the random states of every process in the checkpoint and restore them on resume.

    MMEngine stores none, so a resumed run draws other augmentations than the run that was never stopped. With this
    hook, ``num_workers=0`` and an epoch-based loop the resumed training ends with the same weights, bit for bit.
    Validation is isolated: it leaves the states as it found them, so its interval does not change the training either.
    """

    key = 'random_states'
    what = 'random states'

    def __init__(self) -> None:
        super().__init__()
        self._before_val: dict[str, Any] | None = None

    def get_state(self, runner: Runner) -> dict[str, Any]:
        """Return the states of this process's generators."""
        return get_random_state()

    def set_state(self, runner: Runner, state: dict[str, Any]) -> None:
        """Set the states of this process's generators."""
        set_random_state(state)

    def before_val(self, runner: Runner) -> None:
        """Remember the states before validation draws from them."""
        self._before_val = get_random_state()

    def after_val(self, runner: Runner) -> None:
        """Put the states of training back."""
        if self._before_val is not None:
            set_random_state(self._before_val)
            self._before_val = None
