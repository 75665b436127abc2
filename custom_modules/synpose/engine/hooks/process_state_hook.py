"""What hooks share that keep a state of every process in the checkpoint."""

from abc import abstractmethod
from typing import Any

from mmengine.dist import all_gather_object, get_rank, get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner


class ProcessStateHook(Hook):
    """Gathers a state of every process at the end of an epoch, and gives it back to each on resume.

    A subclass gives ``key``, ``what``, :meth:`get_state` and :meth:`set_state`.

    Attributes:
        key: Entry of the checkpoint, a list with one state a process.
        what: What the states are, for messages.

    Raises:
        ValueError: On resume with another number of processes than the checkpoint was written with.
    """

    # Before CheckpointHook (VERY_LOW), which saves on the main process only, so states must be gathered by then.
    priority = 'LOW'
    key: str
    what: str

    def __init__(self) -> None:
        self._gathered: list[Any] | None = None
        self._loaded: list[Any] | None = None

    @abstractmethod
    def get_state(self, runner: Runner) -> Any:
        """Return the state of this process; it must be picklable."""

    @abstractmethod
    def set_state(self, runner: Runner, state: Any) -> None:
        """Restore the state of this process."""

    def after_train_epoch(self, runner: Runner) -> None:
        """Gather the states of all processes for the checkpoint of this epoch."""
        self._gathered = all_gather_object(self.get_state(runner))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Add the states, one a process."""
        if self._gathered is not None:
            checkpoint[self.key] = self._gathered

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Remember the stored states; :meth:`before_train` sets them when this is a resume."""
        self._loaded = checkpoint.get(self.key)

    def before_train(self, runner: Runner) -> None:
        """Restore the states of a resumed run, after everything else was built."""
        if self._loaded is None or runner.epoch == 0:  # epoch 0: weights were loaded, the training starts afresh
            return
        if len(self._loaded) != get_world_size():
            raise ValueError(
                f'the checkpoint holds {self.what} of {len(self._loaded)} processes, but {get_world_size()} are '
                f'running: resume with the same number, or remove {type(self).__name__} from custom_hooks'
            )
        self.set_state(runner, self._loaded[get_rank()])
        self._loaded = None
