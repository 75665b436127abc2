import pytest
from mmpose.registry import TRANSFORMS


def test_the_rest_is_dropped():
    keep = TRANSFORMS.build(dict(type='KeepPackedInputs'))
    assert keep(dict(inputs=1, data_samples=2, dataset=3, flip_pairs=4)) == dict(inputs=1, data_samples=2)


def test_what_is_not_packed_is_refused():
    with pytest.raises(ValueError, match='data_samples missing: end the pipelines'):
        TRANSFORMS.build(dict(type='KeepPackedInputs'))(dict(inputs=1, img_path='a'))
