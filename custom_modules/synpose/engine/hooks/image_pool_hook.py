"""Keep the image pools of a translator in the checkpoint."""

from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from synpose.models.translators.image_pool import ImagePool

from .process_state_hook import ProcessStateHook


def _pools(runner: Runner) -> dict[str, ImagePool]:
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    return {name: value for name, value in vars(model).items() if isinstance(value, ImagePool)}


@HOOKS.register_module()
class ImagePoolHook(ProcessStateHook):
    """Store the image pools of every process in the checkpoint and restore them on resume.

    With it and :class:`RandomStateHook` a resumed training of a translator ends with the same weights, bit for bit
    (``num_workers=0``, an epoch-based loop).
    """

    key = 'image_pools'
    what = 'image pools'

    def get_state(self, runner: Runner) -> dict[str, Any]:
        """Return the images of this process's pools by the pools' names."""
        return {name: [image.cpu() for image in pool.images] for name, pool in _pools(runner).items()}

    def set_state(self, runner: Runner, state: dict[str, Any]) -> None:
        """Fill the pools."""
        for name, pool in _pools(runner).items():
            pool.images = list(state[name])
