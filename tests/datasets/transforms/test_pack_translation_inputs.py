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
