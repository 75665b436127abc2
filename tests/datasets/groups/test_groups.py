"""Samples fall into the groups of their people and images; bad fields are named."""

import json

import numpy as np
import pytest
from mmengine.dataset import BaseDataset
from mmpose.registry import DATASETS

from synpose.datasets.groups import Groups, make_groups, sample_field
from synpose.datasets.groups.groups import DEFAULT_EDGES
from synpose.files import write_json
from synpose.testing import write_mixed_dataset


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_mixed_dataset(tmp_path_factory.mktemp('groups'), 12, image_size=(96, 64), splits=('train',))


def build(root, mode='bottomup', **options):
    options = {'type': 'SynPose17Dataset', 'data_root': str(root), 'ann_file': 'annotations/train.json', **options}
    return DATASETS.build({**options, 'data_mode': mode, 'check_files': ()})


def content_of(root):
    return json.loads((root / 'annotations/train.json').read_bytes())


def test_groups_hold_every_sample_once_and_none_is_empty():
    groups = Groups(np.array([3, 0, 3, 3, 5]), [f'g{i}' for i in range(7)])
    assert groups.names == ('g0', 'g3', 'g5')
    assert groups.sizes.tolist() == [1, 3, 1]
    assert [groups.members(i).tolist() for i in range(3)] == [[1], [0, 2, 3], [4]]
    assert groups.left_out == ('g1', 'g2', 'g4', 'g6')


def test_groups_left_empty_by_the_edges_are_named_and_never_drawn(root):
    groups = make_groups(build(root), dict(field='camera_pitch', edges=[0, 0.3, 2, 3, 4]))
    assert groups.names == ('camera_pitch < 0.3', '0.3 <= camera_pitch < 2')
    assert groups.left_out == ('2 <= camera_pitch < 3', '3 <= camera_pitch')
    assert groups.sizes.tolist() == [5, 7]


def test_images_and_people_by_camera_pitch(root):
    pitches = np.array([image['camera_pitch'] for image in content_of(root)['images']])
    assert sample_field(build(root), 'camera_pitch').tolist() == pitches.tolist()
    people = build(root, 'topdown')
    assert sample_field(people, 'camera_pitch').tolist() == np.repeat(pitches, 3)[people.rows].tolist()
    groups = make_groups(build(root), 'camera_pitch')
    assert groups.sizes.sum() == 12
    assert groups.members(0).tolist() == [0, 1]  # the tail is clamped
    assert len(groups) == 10


def test_people_by_minimal_distance(root):
    boxes = np.array([person['bbox'] for person in content_of(root)['annotations']]).reshape(12, 3, 4)
    centers = boxes[..., :2] + boxes[..., 2:] / 2
    distances = np.linalg.norm(centers[:, :, None] - centers[:, None], axis=-1) + np.diag([np.inf] * 3)
    people = build(root, 'topdown')
    found = sample_field(people, 'minimal_distance')
    np.testing.assert_allclose(found, distances.min(2).ravel()[people.rows], rtol=1e-5)
    assert DEFAULT_EDGES['minimal_distance'] == [64 * i for i in range(11)]
    spec = dict(field='minimal_distance', edges=[0, 30, 40, 640])
    assert make_groups(people, spec).sizes.sum() == len(people)


def test_any_field_and_products(root):
    rooms = make_groups(build(root), 'room_size')
    assert (rooms.names, rooms.sizes.tolist()) == (('room_size large', 'room_size medium', 'room_size small'), [4] * 3)
    both = make_groups(build(root), ['viewpoint', dict(field='camera_id', edges=[0, 4, 8])])
    assert both.names[:2] == ('viewpoint back, camera_id < 4', 'viewpoint back, 4 <= camera_id')
    images = content_of(root)['images']
    for group, name in enumerate(both.names):
        for number in both.members(group):
            view, low = images[number]['viewpoint'], images[number]['camera_id'] < 4
            assert name == f'viewpoint {view}, ' + ('camera_id < 4' if low else '4 <= camera_id')
    assert len(make_groups(build(root, 'topdown'), 'behavior')) == 3
    assert len(make_groups(build(root), dict(field='camera_id', edges='values'))) == 8


def test_a_subset_has_groups_of_its_own(root):
    dataset = build(root, indices=[0, 11, 5])
    groups = make_groups(dataset, dict(field='camera_pitch', edges=[0, 0.3, 0.5, 1]))
    assert [groups.members(i).tolist() for i in range(len(groups))] == [[0], [2], [1]]


class Plain(BaseDataset):
    def load_data_list(self):
        return [dict(weather=text, angle=np.array([i])) for i, text in enumerate('abba')]


def test_other_datasets_are_asked_sample_by_sample():
    dataset = Plain(serialize_data=False)
    groups = make_groups(dataset, 'weather')
    assert [groups.members(i).tolist() for i in (0, 1)] == [[0, 3], [1, 2]]
    assert sample_field(dataset, 'angle').tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match='Plain: sample 0: wind: must be a number or a text'):
        make_groups(dataset, 'wind')


@pytest.mark.parametrize(
    ('spec', 'mode', 'message'),
    [
        ('minimal_distance', 'bottomup', 'is a field of people, but the samples of SynPose17Dataset are images'),
        ('behavior', 'bottomup', 'is a field of people'),
        ('weather', 'bottomup', "neither images nor annotations have a field 'weather'"),
        ('scene_id', 'bottomup', 'scene_id: the values are all alike'),
        (dict(field='camera_pitch', edges=[5, 6, 7]), 'bottomup', 'all 12 samples are in the one group'),
        (dict(field='camera_pitch', edges='even'), 'bottomup', "'variance', 'range' or 'values', got 'even'"),
        (dict(field='room_size', edges=[1, 2, 3]), 'bottomup', 'texts, which edges cannot divide'),
        (dict(name='camera_pitch'), 'bottomup', 'expected field'),
        (dict(field='camera_pitch', count=1), 'bottomup', 'count must be a whole number from 2'),
        ([], 'bottomup', 'no field given'),
    ],
)
def test_specs_that_do_not_fit_are_refused(root, spec, mode, message):
    with pytest.raises(ValueError, match=message):
        make_groups(build(root, mode), spec)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda c: c['images'][4].pop('camera_pitch'), 'image 5: camera_pitch: missing'),
        (lambda c: c['images'][4].update(camera_pitch=float('nan')), 'image 5: camera_pitch: must be a number'),
        (lambda c: [i.update(camera_pitch=float(np.degrees(i['camera_pitch']))) for i in c['images']], 'in degrees'),
    ],
)
def test_bad_fields_are_named(tmp_path, change, message):
    root = write_mixed_dataset(tmp_path, 6, image_size=(64, 48), splits=('train',))
    content = content_of(root)
    change(content)
    write_json(root / 'annotations/train.json', content)
    with pytest.raises(ValueError, match=message):
        make_groups(build(root), 'camera_pitch')


def test_numbers_of_both_types_and_texts_of_many_people(root, monkeypatch):
    monkeypatch.setattr('synpose.datasets.groups.fields._CHUNK', 5)
    found = sample_field(build(root, 'topdown'), 'behavior')
    people = [p['behavior'] for p in content_of(root)['annotations']]
    assert found.tolist() == [people[row] for row in build(root, 'topdown').rows]
