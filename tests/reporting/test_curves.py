import io
from pathlib import Path

from PIL import Image

from synpose.reporting.curves import draw_training_curves, loss_terms, validation_terms
from synpose.reporting.work_dir import TrainingLog, read_training_log


def size_of(png: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(png)).size


def test_loss_terms_with_the_total_first() -> None:
    records = [{'lr': 1.0, 'loss/heatmap': 1.0, 'loss': 2.0}, {'aux_loss': 1.0, 'time': 3.0}]
    assert loss_terms(records) == ['loss', 'loss/heatmap', 'aux_loss']


def test_validation_terms_are_the_headlines() -> None:
    record = {'coco/AP': 0.1, 'coco/AP75': 0.1, 'bbox_iou/AP50': 0.1, 'bbox_iou_ceiling/AP': 0.9, 'time': 1.0}
    assert validation_terms([record, record]) == ['coco/AP', 'bbox_iou/AP50']
    assert validation_terms([record]) == []  # one point is no curve, and the results table has it


def test_curves_have_a_panel_for_each_kind(work_dir: Path) -> None:
    log = read_training_log(work_dir)
    log.val.append({'coco/AP': 0.2, 'step': 2})
    width, height = size_of(draw_training_curves(log))
    assert width == 1080  # 7.2 inch at 150 dpi
    only_loss = TrainingLog([{'step': 1, 'loss': 0.0}], [], [], None)  # zero does not fit a logarithmic axis
    assert size_of(draw_training_curves(only_loss))[1] < height
