import pytest
import torch
from mmengine.structures import PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

MODEL = dict(
    type='DenseLabelEstimator',
    backbone=dict(
        type='FeedbackHourglass',
        out_channels=15,
        num_stacks=2,
        downsample_times=1,
        stage_channels=(256, 8),
        stage_blocks=(1, 1),
        feat_channel=8,
    ),
    head=dict(type='DensePixelHead', num_classes=15),
)


def samples() -> list[PoseDataSample]:
    found = [PoseDataSample(metainfo={'img_id': number}) for number in range(2)]
    for sample in found:
        sample.gt_fields = PixelData(labels=torch.randint(15, (1, 16, 16)))
    return found


def test_predictions_are_the_heads() -> None:
    model = MODELS.build(MODEL).eval()
    pictures = torch.randn(2, 3, 64, 64)
    found = model(pictures, samples(), mode='predict')
    logits = model.backbone(pictures)[-1]
    for sample, scores in zip(found, logits):
        assert torch.equal(sample.pred_fields.labels[0], scores.argmax(0))
        assert 'pred_instances' not in sample


def test_it_learns() -> None:
    torch.manual_seed(0)
    model, pictures, data = MODELS.build(MODEL), torch.randn(2, 3, 64, 64), samples()
    optimizer = torch.optim.RMSprop(model.parameters(), 1e-3)
    losses = []
    for _ in range(5):
        losses.append(model(pictures, data, mode='loss')['loss_pixel'])
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < losses[0]


def test_flip_tests_are_refused() -> None:
    with pytest.raises(ValueError, match='test_cfg: has no flip_test'):
        MODELS.build({**MODEL, 'test_cfg': {'flip_test': True}})
