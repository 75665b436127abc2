import numpy as np
from mmpose.registry import TRANSFORMS

import synpose  # noqa: F401


def test_style_and_masks_are_packed() -> None:
    rng = np.random.default_rng(0)
    image, style = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((4, 5, 3), (6, 7, 3)))
    results = {'img': image, 'img_id': 3, 'style': style, 'style_path': 'b.png'}
    pack = TRANSFORMS.build({'type': 'PackStylizationInputs'})
    packed = pack({**results, 'stencil': np.full((4, 5), 7), 'style_mask': np.eye(6, 7, dtype=np.uint8)})
    inputs = packed['inputs']
    assert set(inputs) == {'source', 'mask', 'style', 'style_mask'}
    np.testing.assert_array_equal(inputs['source'].permute(1, 2, 0), image)
    np.testing.assert_array_equal(inputs['style'].permute(1, 2, 0), style)
    np.testing.assert_array_equal(inputs['style_mask'][0], np.eye(6, 7))
    assert inputs['mask'].all()
    assert packed['data_samples'].metainfo == {'img_id': 3, 'style_path': 'b.png'}
    assert set(pack(results)['inputs']) == {'source', 'style'}
