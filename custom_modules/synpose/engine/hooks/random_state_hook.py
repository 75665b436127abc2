"""Keep random-number states in the checkpoint, so that a resumed training repeats the uninterrupted one."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dist import all_gather_object, get_rank, get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS


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
class RandomStateHook(Hook):
    """Store the random states of every process in the checkpoint and restore them on resume.

    MMEngine stores none, so a resumed run draws other augmentations than the run that was never stopped. With this
    hook, ``num_workers=0`` and an epoch-based loop the resumed training ends with the same weights, bit for bit.
    Validation is isolated: it leaves the states as it found them, so its interval does not change the training either.

    Raises:
        ValueError: On resume with another number of processes than the checkpoint was written with.
    """

    # Before CheckpointHook (VERY_LOW), which saves on the main process only, so the states must be gathered by then.
    priority = 'LOW'

    def __init__(self) -> None:
        self._gathered: list[dict[str, Any]] | None = None
        self._loaded: list[dict[str, Any]] | None = None
        self._before_val: dict[str, Any] | None = None

    def after_train_epoch(self, runner: Runner) -> None:
        """Gather the states of all processes for the checkpoint of this epoch."""
        self._gathered = all_gather_object(get_random_state())

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Add ``random_states``, one entry a process."""
        if self._gathered is not None:
            checkpoint['random_states'] = self._gathered

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Remember the stored states; :meth:`before_train` sets them when this is a resume."""
        self._loaded = checkpoint.get('random_states')

    def before_train(self, runner: Runner) -> None:
        """Restore the states of a resumed run, after everything else was built."""
        if self._loaded is None or runner.epoch == 0:  # epoch 0: weights were loaded, the training starts afresh
            return
        if len(self._loaded) != get_world_size():
            raise ValueError(
                f'the checkpoint holds random states of {len(self._loaded)} processes, but {get_world_size()} are '
                f'running: resume with the same number, or remove RandomStateHook from custom_hooks'
            )
        set_random_state(self._loaded[get_rank()])
        self._loaded = None

    def before_val(self, runner: Runner) -> None:
        """Remember the states before validation draws from them."""
        self._before_val = get_random_state()

    def after_val(self, runner: Runner) -> None:
        """Put the states of training back."""
        if self._before_val is not None:
            set_random_state(self._before_val)
            self._before_val = None
