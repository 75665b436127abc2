"""Look at the pixels a test has classified."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.dist import get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from synpose.files import atomic_path

MOST_CLASSES = 20
TILE_HEIGHT = 192  # px


def color_labels(labels: np.ndarray) -> np.ndarray:
    """Return classes as colors, black where there is nobody.

    Args:
        labels: ``(H, W)`` classes from 0 to 19; fractions of bins are fine.

    Returns:
        ``(H, W, 3)`` uint8 BGR.
    """
    levels = np.clip(np.round(labels.astype(float) * 255 / (MOST_CLASSES - 1)), 0, 255).astype(np.uint8)
    return np.where(labels[..., None] > 0, cv2.applyColorMap(levels, cv2.COLORMAP_TURBO), 0).astype(np.uint8)


def draw_row(picture: np.ndarray, true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return a crop, its labels and the predicted ones side by side.

    Args:
        picture: ``(H, W, 3)`` uint8 BGR.
        true: ``(h, w)`` classes.
        predicted: ``(h, w)`` classes.

    Returns:
        ``(192, W', 3)`` uint8 BGR.
    """
    size = round(picture.shape[1] * TILE_HEIGHT / picture.shape[0]), TILE_HEIGHT
    gap = np.full((TILE_HEIGHT, 4, 3), 255, np.uint8)
    tiles = [cv2.resize(picture, size, interpolation=cv2.INTER_AREA)]
    for labels in (true, predicted):
        tiles += [gap, cv2.resize(color_labels(labels), size, interpolation=cv2.INTER_NEAREST)]
    return np.concatenate(tiles, axis=1)


@HOOKS.register_module()
class LabelSheetHook(Hook):
    """Write ``<work_dir>/results/<name>/labels.jpg`` at the end of a test: crops, labels, predicted labels.

    The samples are spread evenly over the test set (over the first process's share of it).

    Args:
        name: Folder of the results, that of the config's ``ResultsHook``.
        count: Rows.
        columns: Rows side by side.

    Raises:
        ValueError: If ``count`` or ``columns`` is not positive, or the name is not a plain folder name.
    """

    def __init__(self, name: str = 'test', count: int = 12, columns: int = 2) -> None:
        if name in ('', '.', '..') or name != Path(name).name:
            raise ValueError(f'LabelSheetHook: name must be a plain folder name, got {name!r}')
        if count < 1 or columns < 1:
            raise ValueError(f'LabelSheetHook: count and columns must be positive, but are {count} and {columns}')
        self.name, self.count, self.columns = name, count, columns
        self._rows: list[np.ndarray] = []
        self._wanted: set[int] = set()
        self._seen = 0

    def before_test(self, runner: Runner) -> None:
        """Forget an earlier test, and choose the samples."""
        self._rows, self._seen = [], 0
        share = max(len(runner.test_dataloader.dataset) // get_world_size(), 1)
        self._wanted = set(np.linspace(0, share - 1, self.count).astype(int).tolist())

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Sequence[Any] | None = None
    ) -> None:
        """Draw the chosen ones of the batch."""
        for picture, sample in zip(data_batch['inputs'], outputs or []):
            if self._seen in self._wanted and is_main_process():
                maps = (fields.labels[0].cpu().numpy() for fields in (sample.gt_fields, sample.pred_fields))
                self._rows.append(draw_row(picture.permute(1, 2, 0).cpu().numpy(), *maps))
            self._seen += 1

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Write the sheet."""
        if not self._rows:
            return
        height, width = (max(row.shape[axis] for row in self._rows) for axis in (0, 1))
        lines = -(-len(self._rows) // self.columns)
        columns = min(self.columns, len(self._rows))
        sheet = np.full((lines * (height + 4) - 4, columns * (width + 20) - 20, 3), 255, np.uint8)
        for number, row in enumerate(self._rows):
            top, left = number // columns * (height + 4), number % columns * (width + 20)
            sheet[top : top + row.shape[0], left : left + row.shape[1]] = row
        path = Path(runner.work_dir) / 'results' / self.name / 'labels.jpg'
        with atomic_path(path) as temporary:
            cv2.imwrite(str(temporary), sheet, [cv2.IMWRITE_JPEG_QUALITY, 88])
