"""onnxruntime computes the model's maps."""

import numpy as np
import pytest
import torch
from mmcv.ops import DeformConv2d
from mmengine.runner import set_random_seed
from mmpose.registry import MODELS

from synpose.models.onnx_export import export_onnx


def test_onnxruntime_gives_the_same_maps(crowd_config, tmp_path):
    pytest.importorskip('onnxscript')
    runtime = pytest.importorskip('onnxruntime')
    set_random_seed(0)
    model = MODELS.build(crowd_config.model)
    model.init_weights()
    export_onnx(model, tmp_path / 'model.onnx', (64, 96), batch_size=2)
    assert not any('forward' in vars(m) for m in model.modules() if isinstance(m, DeformConv2d))
    session = runtime.InferenceSession(str(tmp_path / 'model.onnx'), providers=['CPUExecutionProvider'])
    assert [output.name for output in session.get_outputs()] == ['heatmaps', 'displacements']
    images = torch.randn(2, 3, 96, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = model.eval().head(model.extract_feat(images))
    for found, maps in zip(session.run(None, {'images': images.numpy()}), expected):
        assert np.abs(maps.numpy()).max() > 0.01
        np.testing.assert_allclose(found, maps.numpy(), rtol=1e-4, atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == ['model.onnx']
