from typing import Any

import numpy as np
import torch
from mmpose.registry import TRANSFORMS

IMAGE = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
STENCIL = np.array([[0, 1, 300, 0, 70000]] * 4, np.int32)


def pack(results: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    return TRANSFORMS.build({'type': 'PackTranslationInputs', **kwargs})(results)


def test_everything_that_is_there() -> None:
    meta = {'img_id': 3, 'img_path': 'a/b.jpg', 'file_name': 'b.jpg', 'ann_file': 'train.json', 'ori_shape': (4, 5)}
    packed = pack({'img': IMAGE, 'stencil': STENCIL, 'style': IMAGE[:2], 'camera': {}, **meta})
    assert packed['inputs'].keys() == {'source', 'mask', 'style'}
    torch.testing.assert_close(packed['inputs']['source'], torch.from_numpy(IMAGE.transpose(2, 0, 1).copy()))
    torch.testing.assert_close(packed['inputs']['style'], torch.from_numpy(IMAGE[:2].transpose(2, 0, 1).copy()))
    assert packed['inputs']['mask'].tolist() == [[[0, 1, 1, 0, 1]] * 4]
    assert packed['inputs']['mask'].dtype == torch.uint8
    assert packed['data_samples'].metainfo == meta


def test_a_mirrored_target() -> None:
    packed = pack({'img': IMAGE[:, ::-1], 'img_path': 'a.jpg', 'frame': 7}, key='target', meta_keys=['img_path'])
    assert packed['inputs'].keys() == {'target'}
    assert packed['inputs']['target'].is_contiguous()
    np.testing.assert_array_equal(packed['inputs']['target'].numpy(), IMAGE[:, ::-1].transpose(2, 0, 1))
    assert packed['data_samples'].metainfo == {'img_path': 'a.jpg'}
    mask = pack({'img': IMAGE[:, ::-1], 'stencil': STENCIL[:, ::-1]})['inputs']['mask']
    assert mask.tolist() == [[[1, 0, 1, 1, 0]] * 4]


def test_style_and_masks_are_packed() -> None:
    rng = np.random.default_rng(0)
    image, style = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((4, 5, 3), (6, 7, 3)))
    results = {'img': image, 'img_id': 3, 'style': style, 'style_path': 'b.png'}
    pack = TRANSFORMS.build({'type': 'PackTranslationInputs'})
    packed = pack({**results, 'stencil': np.full((4, 5), 7), 'style_mask': np.eye(6, 7, dtype=np.uint8)})
    inputs = packed['inputs']
    assert set(inputs) == {'source', 'mask', 'style', 'style_mask'}
    np.testing.assert_array_equal(inputs['source'].permute(1, 2, 0), image)
    np.testing.assert_array_equal(inputs['style'].permute(1, 2, 0), style)
    np.testing.assert_array_equal(inputs['style_mask'][0], np.eye(6, 7))
    assert inputs['mask'].all()
    assert packed['data_samples'].metainfo == {'img_id': 3, 'style_path': 'b.png'}
    assert set(pack(results)['inputs']) == {'source', 'style'}
