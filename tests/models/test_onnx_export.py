"""onnxruntime computes the model's maps."""

import numpy as np
import pytest
import torch
from mmengine.runner import set_random_seed
from mmpose.registry import MODELS

from synpose.models.onnx_export import export_onnx

MAPS = ('heatmaps', 'displacements')


@pytest.mark.parametrize(
    ('head', 'names'),
    [
        (dict(type='DEKRHead', decoder=dict(type='SPR')), MAPS),
        (dict(deform_conv='torchvision', occlusion=dict(num_filters=4)), (*MAPS, 'visible')),
    ],
)
def test_onnxruntime_gives_the_same_maps(crowd_config, tmp_path, head, names):
    onnx, runtime = pytest.importorskip('onnx'), pytest.importorskip('onnxruntime')
    pytest.importorskip('onnxscript')
    set_random_seed(0)
    crowd_config.model.head.merge(head)
    model = MODELS.build(crowd_config.model)
    model.init_weights()
    blocks = model.head.displacement_conv_layers[1:3]
    for block in blocks:  # move samples by cells
        block.transform_matrix_conv.bias.data.normal_()
    before = repr(model)
    export_onnx(model, tmp_path / 'model.onnx', (64, 96), batch_size=2, names=names)
    assert repr(model) == before
    assert model.training
    nodes = onnx.load(tmp_path / 'model.onnx').graph.node
    assert {node.domain for node in nodes} == {''}
    assert sum(node.op_type == 'GridSample' for node in nodes) == 2

    session = runtime.InferenceSession(str(tmp_path / 'model.onnx'), providers=['CPUExecutionProvider'])
    assert tuple(output.name for output in session.get_outputs()) == names
    images = torch.randn(2, 3, 96, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        feats = model.eval().extract_feat(images)
        expected = model.head(feats)
        for block in blocks:
            block.transform_matrix_conv.bias.data.zero_()
        undeformed = model.head(feats)[1]
    for found, maps in zip(session.run(None, {'images': images.numpy()}), expected, strict=True):
        assert np.abs(maps.numpy()).max() > 0.01
        np.testing.assert_allclose(found, maps.numpy(), rtol=1e-4, atol=1e-5)
    assert (undeformed - expected[1]).abs().max() > 1e-3
    assert [path.name for path in tmp_path.iterdir()] == ['model.onnx']
