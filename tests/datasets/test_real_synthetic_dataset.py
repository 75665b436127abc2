"""Real beside synthetic samples: items tell which they are, and joints must be the same."""

import json

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.datasets.late_indices import LateIndices
from synpose.testing import write_synpose_dataset


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('parts')
    for name in ('real', 'synthetic'):
        write_synpose_dataset(root / name, 3, image_size=(64, 48), splits=('train',))
    return root


def build(root, kind='SynPose17Dataset', **changes):
    def part(name, kind):
        pipeline = [dict(type='LoadImage'), dict(type='PackPoseInputs')]
        files = dict(data_root=str(root / name), ann_file='annotations/train.json', data_mode='bottomup')
        return dict(type=kind, pipeline=pipeline, **files)

    parts = dict(real=part('real', 'SynPose17Dataset'), synthetic=part('synthetic', kind))
    return DATASETS.build(dict(type='RealSyntheticDataset', **{**parts, **changes}))


def test_items_tell_what_they_are_and_late_indices_are_looked_up(root):
    dataset = build(root)
    assert dataset.lens == [3, 3]
    assert [dataset[i]['data_samples'].domain_label for i in range(6)] == [0, 0, 0, 1, 1, 1]
    dataset.late = LateIndices(2)
    dataset.late.choose(0, np.array([4, 1]))
    assert [dataset[6 + place]['data_samples'].img_id for place in (0, 1)] == [2, 2]
    assert [dataset[6 + place]['data_samples'].domain_label for place in (0, 1)] == [1, 0]
    with pytest.raises(ValueError, match='out of bounds'):
        build(root)[6]


def test_other_joints_are_refused(root):
    with pytest.raises(ValueError, match=r'real has the 17 joints nose, .* but synthetic the 14 joints'):
        build(root, 'SynPose14Dataset')


def test_synthetic_data_only_is_refused(root, tmp_path):
    (tmp_path / 'none.json').write_text(json.dumps(dict(images=[], annotations=[], categories=[])))
    nothing = dict(type='ColumnarCocoDataset', ann_file=str(tmp_path / 'none.json'), data_mode='bottomup')
    with pytest.raises(
        ValueError, match=r'RealSyntheticDataset: real: ColumnarCocoDataset .*none\.json has no pictures'
    ):
        build(root, real=nothing)
