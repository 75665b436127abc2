import pytest
from mmpose.registry import TRANSFORMS
from mmpose.structures import PoseDataSample


@pytest.mark.parametrize('label', [0, 1])
def test_the_label_is_written(label):
    mark = TRANSFORMS.build(dict(type='MarkDomain', label=label))
    assert mark({'img_path': 'a'}) == {'img_path': 'a', 'domain_label': label}
    packed = mark({'inputs': 1, 'data_samples': PoseDataSample()})
    assert packed['data_samples'].domain_label == label
    assert packed.keys() == {'inputs', 'data_samples'}


@pytest.mark.parametrize('label', [2, -1, 'target', None])
def test_other_labels_are_refused(label):
    with pytest.raises(ValueError, match=r'0 \(source\) or 1 \(target\)'):
        TRANSFORMS.build(dict(type='MarkDomain', label=label))
