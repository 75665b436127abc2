import pytest
import torch
from mmengine.hub import get_config
from mmpose.registry import MODELS

from synpose.testing.small_topdown import shrink_topdown

HRNET = 'topdown_heatmap/coco/td-hm_hrnet-w32_8xb64-210e_coco-256x192.py'
RTMPOSE = 'rtmpose/coco/rtmpose-t_8xb256-420e_coco-256x192.py'


@pytest.mark.parametrize(('path', 'shapes'), [(HRNET, [(1, 17, 16, 24)]), (RTMPOSE, [(1, 17, 192), (1, 17, 128)])])
def test_input_and_network_are_small(path, shapes):
    config = get_config(f'mmpose::body_2d_keypoint/{path}')
    before = config.to_dict()
    small = shrink_topdown(config, (96, 64))
    assert config.to_dict() == before
    model = MODELS.build(small.model).eval()
    assert sum(parameter.numel() for parameter in model.parameters()) < 300_000
    outputs = model(torch.zeros(1, 3, 64, 96), None)
    found = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    assert [tuple(output.shape) for output in found] == shapes
    sizes = [step.input_size for step in small.train_dataloader.dataset.pipeline if step.type == 'TopdownAffine']
    assert sizes == [(96, 64)]
