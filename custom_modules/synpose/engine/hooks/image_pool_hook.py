"""Keep the image pools of a translator in the checkpoint."""

from typing import Any

from mmengine.dist import all_gather_object, get_rank, get_world_size
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from synpose.models.translators.image_pool import ImagePool


def _pools(runner: Runner) -> dict[str, ImagePool]:
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    return {name: value for name, value in vars(model).items() if isinstance(value, ImagePool)}


@HOOKS.register_module()
class ImagePoolHook(Hook):
    """Store the image pools of every process in the checkpoint and restore them on resume.

    With it and :class:`RandomStateHook` a resumed training of a translator ends with the same weights, bit for bit
    (``num_workers=0``, an epoch-based loop).

    Raises:
        ValueError: On resume with another number of processes than the checkpoint was written with.
    """

    # Before CheckpointHook (VERY_LOW), which saves on the main process only, so the pools must be gathered by then.
    priority = 'LOW'

    def __init__(self) -> None:
        self._gathered: list[dict[str, Any]] | None = None
        self._loaded: list[dict[str, Any]] | None = None

    def after_train_epoch(self, runner: Runner) -> None:
        """Gather the pools of all processes for the checkpoint of this epoch."""
        kept = {name: [image.cpu() for image in pool.images] for name, pool in _pools(runner).items()}
        self._gathered = all_gather_object(kept)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Add ``image_pools``, one entry a process."""
        if self._gathered is not None:
            checkpoint['image_pools'] = self._gathered

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Remember the stored pools; :meth:`before_train` sets them when this is a resume."""
        self._loaded = checkpoint.get('image_pools')

    def before_train(self, runner: Runner) -> None:
        """Restore the pools of a resumed run."""
        if self._loaded is None or runner.epoch == 0:  # epoch 0: weights were loaded, the training starts afresh
            return
        if len(self._loaded) != get_world_size():
            raise ValueError(
                f'the checkpoint holds image pools of {len(self._loaded)} processes, but {get_world_size()} are '
                f'running: resume with the same number, or remove ImagePoolHook from custom_hooks'
            )
        for name, pool in _pools(runner).items():
            pool.images = list(self._loaded[get_rank()][name])
        self._loaded = None
