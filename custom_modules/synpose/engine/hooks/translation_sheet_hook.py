"""Look at translations while a translator is trained."""

from typing import Any

import numpy as np
import torch
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpose.registry import HOOKS
from torch import Tensor

from synpose.models.data_preprocessors import to_uint8


def sheet(columns: dict[str, Tensor], mask: Tensor | None, gap: int = 4) -> np.ndarray:
    """Lay images out, one row an image of the batch, one column a translation.

    Args:
        columns: Images in [-1, 1], ``(B, 3, H, W)`` each, RGB.
        mask: A last column, ``(B, 1, H, W)`` in [0, 1].
        gap: Distance between pictures, px, white.

    Returns:
        RGB uint8 ``(B (H + gap) - gap, n (W + gap) - gap, 3)``.
    """
    images = list(columns.values())
    if mask is not None:
        images.append(mask.expand(-1, 3, -1, -1) * 2 - 1)
    count, _, height, width = images[0].shape
    pixels = np.full((count * (height + gap) - gap, len(images) * (width + gap) - gap, 3), 255, np.uint8)
    for column, batch in enumerate(images):
        for row, image in enumerate(batch):
            top, left = row * (height + gap), column * (width + gap)
            rgb = to_uint8(image).flip(0).permute(1, 2, 0).cpu().numpy()
            pixels[top : top + height, left : left + width] = rgb
    return pixels


@HOOKS.register_module()
class TranslationSheetHook(Hook):
    """Add a sheet of translations to the visualizer: s, G(s), F(G(s)), r, F(r), G(F(r)) and the mask.

    The visualizer's backends decide where it goes: to ``vis_data/vis_image`` on disk by default, to TensorBoard or
    Weights & Biases with ``TensorboardVisBackend`` or ``WandbVisBackend`` in ``vis_backends``. The images are those of
    the iteration's batch; random states and weights are left as they are.

    Args:
        interval: Iterations between sheets.
        max_images: Images of the batch to show.

    Raises:
        ValueError: If one of them is not positive.
    """

    priority = 'NORMAL'

    def __init__(self, interval: int = 500, max_images: int = 4) -> None:
        if interval < 1 or max_images < 1:
            raise ValueError(
                f'TranslationSheetHook: interval and max_images must be positive: {interval}, {max_images}'
            )
        self.interval = interval
        self.max_images = max_images

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Draw the sheet of this batch when it is time."""
        if not self.every_n_train_iters(runner, self.interval) or data_batch is None or not is_main_process():
            return
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        with torch.no_grad():
            inputs = model.data_preprocessor(data_batch, training=True)['inputs']
            inputs = {name: value[: self.max_images] for name, value in inputs.items()}
            columns = model.translate_both_ways(inputs['source'], inputs['target'])
        runner.visualizer.add_image('translation', sheet(columns, inputs.get('mask')), step=runner.iter + 1)
