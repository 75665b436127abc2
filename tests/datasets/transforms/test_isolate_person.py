import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

STENCIL = np.array([[0, 1, 1], [2, 2, 0]], np.uint16)


def isolate(number, **maps) -> dict:
    results = {'stencil': STENCIL, 'stencil_id': np.array(number), 'img_id': 4, **maps}
    return TRANSFORMS.build({'type': 'IsolatePerson'})(results)


def test_others_become_background() -> None:
    parts, depth = np.arange(6, dtype=np.uint8).reshape(2, 3) + 1, np.full((2, 3), 2.5, np.float32)
    found = isolate([2], parts=parts, depth=depth)
    assert found['parts'].tolist() == [[0, 0, 0], [4, 5, 0]]
    assert found['depth'].tolist() == [[0, 0, 0], [2.5, 2.5, 0]]
    assert (found['parts'].dtype, found['depth'].dtype) == (np.uint8, np.float32)
    assert parts[0, 0] == 1  # the caller's map stays
    assert not isolate([0], parts=parts)['parts'].any()  # no stencil, not the background


def test_bad_samples() -> None:
    with pytest.raises(ValueError, match=r"image 4: stencil_id: needs one person, but has 2; use data_mode='topdown'"):
        isolate([1, 2])
    with pytest.raises(ValueError, match=r'image 4: depth: is \(3, 2\), but the stencil is \(2, 3\)'):
        isolate([1], depth=np.zeros((3, 2)))
