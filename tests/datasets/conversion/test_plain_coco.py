"""A SynPose file as plain COCO: joints by name, whole-body fields as COCO-WholeBody has them."""

import json

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.datasets.conversion import write_plain_coco
from synpose.generation.rendering.wholebody import wholebody_fields
from synpose.skeletons import COCO17_NAMES, JOINT_NAMES
from synpose.testing import write_synpose_dataset


@pytest.fixture
def source(tmp_path):
    """A file of 4 people with whole-body fields; the face of the second one is not valid."""
    root = write_synpose_dataset(tmp_path / 'set', num_images=2, num_people=2, splits=['train'])
    path = root / 'annotations/train.json'
    content = json.loads(path.read_text())
    rng = np.random.default_rng(0)
    for k, person in enumerate(content['annotations']):
        seen = np.full(116, 2)
        if k == 1:
            seen[6:74] = 1
        person.update(wholebody_fields(rng.uniform(5, 90, (116, 2)).round(3), seen, (192, 128)))
        person['keypoints_3d'] = rng.normal(size=(59, 3)).round(3).tolist()
        person.pop('segmentation', None)
    path.write_text(json.dumps(content))
    return path


def annotations(path):
    return json.loads(path.read_text())['annotations']


def test_joints_go_by_name_and_the_rest_stays(source, tmp_path):
    assert write_plain_coco(source, tmp_path / 'made/train.json') == (2, 4, [])
    content = json.loads((tmp_path / 'made/train.json').read_text())
    (category,) = content['categories']
    assert category['keypoints'] == list(COCO17_NAMES)
    for before, after in zip(annotations(source), content['annotations'], strict=True):
        joints, points = np.array(before['keypoints']).reshape(59, 3), np.array(after['keypoints']).reshape(17, 3)
        for name, point, place in zip(COCO17_NAMES, points, after['keypoints_3d']):
            np.testing.assert_array_equal(point, joints[JOINT_NAMES.index(name)])
            assert place == before['keypoints_3d'][JOINT_NAMES.index(name)]
        assert after['num_keypoints'] == np.count_nonzero(points[:, 2])
        assert after['segmentation'] == []
        assert not any('kpts' in field or '_valid' in field or '_box' in field for field in after)
        for field in ('id', 'image_id', 'bbox', 'area', 'stencil_id', 'behavior'):
            assert after[field] == before[field]


def test_parts_that_are_not_valid_become_zeros(source, tmp_path):
    write_plain_coco(source, tmp_path / 'train.json', wholebody=True)
    for k, (before, after) in enumerate(zip(annotations(source), annotations(tmp_path / 'train.json'), strict=True)):
        for part in ('foot', 'face', 'lefthand', 'righthand'):
            names = (f'{part}_kpts', f'{part}_valid', *([] if part == 'foot' else [f'{part}_box']))
            if (k, part) == (1, 'face'):
                assert [after[name] for name in names] == [[0] * 204, False, [0] * 4]
            else:
                assert [after[name] for name in names] == [before[name] for name in names]


@pytest.mark.parametrize(
    ('kind', 'samples', 'joints'),
    [
        ('CocoWholeBodyDataset', 4, 133),
        ('CocoWholeBodyFaceDataset', 3, 68),
        ('CocoWholeBodyHandDataset', 8, 21),
        ('CocoBodyFootDataset', 4, 23),
    ],
)
def test_mmpose_reads_it(source, tmp_path, kind, samples, joints):
    write_plain_coco(source, tmp_path / 'train.json', wholebody=True)
    prefix = {'img': f'{source.parent.parent}/images/'}
    dataset = DATASETS.build({'type': kind, 'ann_file': str(tmp_path / 'train.json'), 'data_prefix': prefix})
    assert len(dataset) == samples
    assert dataset[0]['keypoints'].shape == (1, joints, 2)
    first = annotations(tmp_path / 'train.json')[0]
    fields = {
        133: ('keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts'),
        68: ('face_kpts',),
        21: ('lefthand_kpts',),
        23: ('keypoints', 'foot_kpts'),
    }[joints]
    stored = np.array([value for field in fields for value in first[field]]).reshape(-1, 3)
    np.testing.assert_allclose(dataset[0]['keypoints'][0], stored[:, :2], rtol=1e-6)
    np.testing.assert_array_equal(dataset[0]['keypoints_visible'][0], stored[:, 2] > 0)


@pytest.mark.parametrize('lost', ['face_kpts', 'lefthand_box', 'foot_valid'])
def test_a_person_without_a_field_is_named(source, tmp_path, lost):
    content = json.loads(source.read_text())
    del content['annotations'][2][lost]
    source.write_text(json.dumps(content))
    number = content['annotations'][2]['id']
    with pytest.raises(ValueError, match=rf'train\.json: annotation {number}: {lost}: missing'):
        write_plain_coco(source, tmp_path / 'made.json', wholebody=True)
    assert not (tmp_path / 'made.json').exists()


def test_what_cannot_be_done_is_said(tmp_path):
    root = write_synpose_dataset(tmp_path / 'set', num_images=1, num_people=1, splits=['train'])
    path = root / 'annotations/train.json'
    with pytest.raises(ValueError, match=r'foot_kpts: missing; tools/generate\.py writes it for wholebody=True'):
        write_plain_coco(path, tmp_path / 'made.json', wholebody=True)
    with pytest.raises(FileExistsError, match='exists'):
        write_plain_coco(path, path)
    with pytest.raises(FileNotFoundError):
        write_plain_coco(tmp_path / 'none.json', tmp_path / 'made.json')
    others = write_synpose_dataset(tmp_path / 'other', 1, 1, splits=['train'], joint_names=['chin', 'spine'])
    with pytest.raises(ValueError, match="none of COCO's 17 joints: chin, spine"):
        write_plain_coco(others / 'annotations/train.json', tmp_path / 'made.json')


def test_joints_that_the_source_lacks_are_absent(tmp_path):
    names = ['left_wrist', 'chin', 'nose']
    root = write_synpose_dataset(tmp_path / 'set', 1, 1, splits=['train'], joint_names=names)
    *_, absent = write_plain_coco(root / 'annotations/train.json', tmp_path / 'made.json')
    assert absent == [name for name in COCO17_NAMES if name not in names]
    (person,) = annotations(tmp_path / 'made.json')
    seen = np.array(person['keypoints']).reshape(17, 3)[:, 2] > 0
    assert set(np.flatnonzero(seen)) <= {0, 9}
