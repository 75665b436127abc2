"""Each person is a sample with all people of the image; of mixed images only the real ones, if asked."""

import json

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.files import write_json
from synpose.testing import write_mixed_dataset


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_mixed_dataset(tmp_path_factory.mktemp('people'), 3, num_people=4, image_size=(96, 64))


def build(root, only='all', mode='bottomup', pipeline=()):
    files = dict(data_root=str(root), ann_file='annotations/train.json', data_mode=mode, pipeline=list(pipeline))
    return DATASETS.build(
        dict(type='PersonCropDataset', only=only, dataset=dict(type='SynPose17Dataset', check_files=(), **files))
    )


def test_samples_are_people_within_their_image(root):
    people = json.loads((root / 'annotations/train.json').read_bytes())['annotations']
    dataset = build(root)
    assert len(dataset) == 12
    for number, person in enumerate(people):
        info = dataset[number]
        assert info['img_id'] == person['image_id']
        assert info['keypoints'].shape == (4, 17, 2)
        assert info['id'][info['person_index']] == person['id']
        assert info['flip_indices'] == dataset.metainfo['flip_indices']


def test_only_real_or_synthetic_people(root):
    real, synthetic = build(root, 'real'), build(root, 'synthetic')
    assert sorted([*real.rows, *synthetic.rows]) == list(range(12))
    assert all(real[i]['stencil_id'][real[i]['person_index']] % 2 == 0 for i in range(len(real)))
    assert len(real[0]['keypoints']) == 4


def test_the_window_is_around_the_person(root):
    steps = [dict(type='LoadImage'), dict(type='CropAroundPerson', scale=1.5, min_side=8)]
    dataset = build(root, pipeline=steps)
    info, plain = dataset[5], build(root)[5]
    box = info['bbox'][info['person_index']]
    height, width = info['img_shape']
    assert info['img'].shape[:2] == (height, width) == (info['img'].shape[0],) * 2
    assert (box[:2] + box[2:]) / 2 == pytest.approx([width / 2, height / 2], abs=1)
    assert width == pytest.approx(1.5 * (box[2:] - box[:2]).max(), abs=1)
    moved = plain['keypoints'] - info['keypoints']
    assert np.ptp(moved, axis=(0, 1)).max() < 1e-3


def test_bad_datasets_are_refused(root, tmp_path):
    with pytest.raises(ValueError, match="data_mode='bottomup'"):
        build(root, mode='topdown')
    with pytest.raises(ValueError, match='only must be one of all, real, synthetic'):
        build(root, 'rendered')
    write_mixed_dataset(tmp_path, 2, image_size=(64, 48), splits=('train',))
    path = tmp_path / 'annotations/train.json'
    content = json.loads(path.read_bytes())
    del content['annotations'][2]['is_synthetic']
    write_json(path, content)
    with pytest.raises(ValueError, match='annotation 3: is_synthetic: must be true or false'):
        build(tmp_path, 'real')
    for person in content['annotations']:
        person['is_synthetic'] = True
    write_json(path, content)
    with pytest.raises(ValueError, match=r'no person \(real\) to train on'):
        build(tmp_path, 'real')
