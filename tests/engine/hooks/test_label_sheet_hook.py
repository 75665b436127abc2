from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmpose.registry import HOOKS
from mmpose.structures import PoseDataSample

from synpose.engine.hooks.label_sheet_hook import color_labels, draw_row


def sample(true: int, predicted: int) -> PoseDataSample:
    data = PoseDataSample()
    data.gt_fields = PixelData(labels=torch.full((1, 4, 4), true))
    data.pred_fields = PixelData(labels=torch.full((1, 4, 4), predicted))
    return data


def test_classes_have_colors_and_nobody_is_black() -> None:
    colors = color_labels(np.arange(20)[None])
    assert not colors[0, 0].any()
    assert len({tuple(color) for color in colors[0].tolist()}) == 20
    np.testing.assert_array_equal(color_labels(np.arange(20, dtype=np.uint8)[None]), colors)  # must not overflow
    np.testing.assert_array_equal(color_labels(np.array([[10.02]])), color_labels(np.array([[10]])))


def test_a_row_shows_crop_labels_and_prediction() -> None:
    row = draw_row(np.full((32, 32, 3), 77, np.uint8), np.full((4, 4), 3), np.full((4, 4), 9))
    assert row.shape == (192, 3 * 192 + 8, 3)
    assert row[96, 96].tolist() == [77] * 3
    for left, number in ((196, 3), (392, 9)):
        assert row[96, left + 96].tolist() == color_labels(np.array([[number]]))[0, 0].tolist()


@pytest.mark.parametrize(('count', 'shown'), [(3, [0, 4, 9]), (1, [0]), (50, list(range(10)))])
def test_samples_are_spread_over_the_test(tmp_path: Path, count: int, shown: list[int]) -> None:
    hook = HOOKS.build({'type': 'LabelSheetHook', 'name': 'parts', 'count': count, 'columns': 1})
    runner = SimpleNamespace(work_dir=str(tmp_path), test_dataloader=SimpleNamespace(dataset=range(10)))
    hook.before_test(runner)
    for first in (0, 4, 8):
        numbers = range(first, min(first + 4, 10))
        inputs = [torch.full((3, 32, 32), 20 * number, dtype=torch.uint8) for number in numbers]
        hook.after_test_iter(runner, 0, {'inputs': inputs}, [sample(1, 2) for _ in numbers])
    hook.after_test_epoch(runner)
    sheet = cv2.imread(str(tmp_path / 'results/parts/labels.jpg'))
    assert sheet.shape[0] == len(shown) * 196 - 4
    grays = [round(float(sheet[196 * row + 96, 96].mean()) / 20) for row in range(len(shown))]
    assert grays == shown


def test_bad_arguments() -> None:
    for options in ({'name': 'a/b'}, {'count': 0}, {'columns': 0}):
        with pytest.raises(ValueError, match='LabelSheetHook: '):
            HOOKS.build({'type': 'LabelSheetHook', **options})
