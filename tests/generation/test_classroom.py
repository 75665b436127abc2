import json
import sys
from importlib.metadata import version
from pathlib import Path

import cloudpickle
import cv2
import numpy as np
import pytest
from mmengine.config import Config

from synpose.generation.classroom import ClassroomGenerator
from synpose.generation.primitives import Material, Person
from synpose.generation.shapes import box
from synpose.registry import GENERATORS
from synpose.testing import read_tree

pytest.importorskip('mitsuba')

ROOM = {'name': 'square', 'layout': {'type': 'rows', 'rows': 2, 'columns': 2}}
CONFIGS = Path(__file__).parents[2] / 'configs/generate'
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # worker processes cannot import a test module


class Blocks:
    """People made of a few boxes, with joints inside them: quick, and enough for geometry."""

    model = None

    def identities(self, rng, count, teachers=False):
        return [None] * count

    def sample_seated(self, rng, seat, movement=None, identity=None):
        z, shirt, skin = seat.seat_height, *(Material(rng.uniform(0.1, 0.8, 3)) for _ in range(2))
        meshes = [
            box((-0.2, -0.12, z), (0.2, 0.12, z + 0.5), shirt),
            box((-0.1, -0.1, z + 0.5), (0.1, 0.1, z + 0.8), skin),
        ]
        joints = rng.uniform((-0.15, -0.08, z), (0.15, 0.08, z + 0.5), (59, 3)).astype(np.float32)
        # Joints again, so that both must be labeled alike; one point that the body model lacks.
        wholebody = np.concatenate([joints, joints[:57]])
        wholebody[5] = np.nan
        return Person(meshes, joints, 'block', wholebody=wholebody)

    def sample_standing(self, rng, identity=None):
        return self.sample_seated(rng, type('', (), {'seat_height': 0.9}))


class BlockGenerator(ClassroomGenerator):
    requires = ('mitsuba',)
    killed_at = None

    def factory(self):
        return Blocks()

    def render_unit(self, shots, writer):
        if self.killed_at is not None and any(shot.image_id >= self.killed_at for shot in shots):
            (writer.root / 'images/.00000099-abcd1234.jpg').write_bytes(b'half a picture')
            raise KeyboardInterrupt
        return super().render_unit(shots, writer)


def options(**changes):
    settings = Config.fromfile(CONFIGS / '_base_/classroom.py').generator.to_dict()
    settings.pop('type')
    settings.update(
        image_size=(64, 36),
        scenes={'train': 2, 'val': 1},
        frames_per_scene=1,
        cameras_per_frame=2,
        rooms=[ROOM | {'size': 'small'}, {'name': 'wide', 'size': 'large', 'layout': ROOM['layout'] | {'columns': 3}}],
        occupancy=1.0,
        min_visible_pixels=4,
        light_samples=1,
    )
    return {**settings, **changes}


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    root = tmp_path_factory.mktemp('blocks') / 'set'
    counts = BlockGenerator(**options()).run(root)
    assert {split: count['images'] for split, count in counts.items()} == {'train': 4, 'val': 2}
    return root


def images_and_people(root, split):
    content = json.loads((root / f'annotations/{split}.json').read_text())
    for image in content['images']:
        yield image, [a for a in content['annotations'] if a['image_id'] == image['id']]


def all_images(root):
    return [*images_and_people(root, 'train'), *images_and_people(root, 'val')]


@pytest.mark.slow
def test_any_number_of_workers_writes_the_same_bytes(dataset, tmp_path):
    BlockGenerator(**options()).run(tmp_path / 'set', workers=2)
    assert read_tree(tmp_path / 'set') == read_tree(dataset)


@pytest.mark.parametrize('killed_at', [1, 3, 5])
def test_a_killed_run_resumes_to_the_same_bytes(dataset, tmp_path, killed_at):
    victim = BlockGenerator(**options())
    victim.killed_at = killed_at
    with pytest.raises(KeyboardInterrupt):
        victim.run(tmp_path / 'set')
    records = sorted((tmp_path / 'set/.records').glob('*.json'))
    assert len(records) == killed_at - 1
    if records:
        records[0].write_bytes(records[0].read_bytes()[:-20])  # a torn record is rendered again
    BlockGenerator(**options()).run(tmp_path / 'set', resume=True)
    assert read_tree(tmp_path / 'set') == read_tree(dataset)


def test_resuming_a_complete_set_changes_nothing(dataset):
    before = read_tree(dataset)
    assert BlockGenerator(**options()).run(dataset, resume=True) == {}
    assert read_tree(dataset) == before


WHOLEBODY = [
    *('foot_kpts', 'foot_valid', 'face_kpts', 'face_valid', 'face_box'),
    *('lefthand_kpts', 'lefthand_valid', 'lefthand_box', 'righthand_kpts', 'righthand_valid', 'righthand_box'),
]


def test_wholebody_fields_are_added_on_request_and_change_nothing_else(dataset, tmp_path):
    root = tmp_path / 'set'
    BlockGenerator(**options(wholebody=True)).run(root)
    before, after = read_tree(dataset), read_tree(root)
    changed = {str(name) for name in after if before.get(name) != after[name]}
    texts = ('README.md', 'croissant.json', 'dataset.json')
    assert changed == {*texts, 'annotations/train.json', 'annotations/val.json'}
    assert 'wholebody' not in json.loads((dataset / 'dataset.json').read_text())['generator']
    assert json.loads((root / 'dataset.json').read_text())['generator']['wholebody'] is True
    assert '`lefthand_kpts`' in (root / 'README.md').read_text()
    assert '"val_annotations/face_box"' in (root / 'croissant.json').read_text()
    for (_, people), (_, others) in zip(all_images(root), all_images(dataset), strict=True):
        for person, other in zip(people, others, strict=True):
            points = [value for field in WHOLEBODY if field.endswith('_kpts') for value in person[field]]
            assert points[15:18] == [0, 0, 0]  # the point that the body model lacks
            points[15:18] = person['keypoints'][15:18]
            seen = np.array(person['keypoints']).reshape(59, 3)
            points, joints = np.array(points).reshape(116, 3), np.concatenate([seen, seen[:57]])
            np.testing.assert_array_equal(points[:, :2], joints[:, :2])
            np.testing.assert_array_equal(points[:, 2] > 0, joints[:, 2] > 0)
            for field in WHOLEBODY:
                del person[field]
            assert person == other


def test_stencils_match_boxes_areas_and_ids(dataset):
    seen = 0
    for image, people in all_images(dataset):
        stencil = cv2.imread(str(dataset / image['stencil_file']), cv2.IMREAD_UNCHANGED)
        assert stencil.shape == (image['height'], image['width']) == (36, 64)
        assert set(np.unique(stencil)) - {0} == {a['stencil_id'] for a in people}
        for person in people:
            rows, columns = np.nonzero(stencil == person['stencil_id'])
            box_ = [columns.min(), rows.min(), columns.max() - columns.min() + 1, rows.max() - rows.min() + 1]
            assert person['bbox'] == box_
            assert person['area'] == len(rows) >= 4
            seen += 1
    assert seen > 6


def test_keypoints_are_the_projected_joints_and_obey_the_depth_map(dataset):
    for image, people in all_images(dataset):
        depth = cv2.imread(str(dataset / image['depth_file']), cv2.IMREAD_UNCHANGED) / 1000
        stencil = cv2.imread(str(dataset / image['stencil_file']), cv2.IMREAD_UNCHANGED)
        for person in people:
            points = np.array(person['keypoints_3d'])
            keypoints = np.array(person['keypoints']).reshape(59, 3)
            labeled = keypoints[:, 2] > 0
            assert person['num_keypoints'] == labeled.sum()
            pixels = points @ np.array(image['camera']['K']).T
            pixels = pixels[:, :2] / pixels[:, 2:]
            np.testing.assert_allclose(keypoints[labeled, :2], pixels[labeled], atol=0.01)
            assert not keypoints[~labeled].any()
            for (x, y, v), z in zip(keypoints[labeled], points[labeled, 2]):
                pixel = int(np.floor(y + 0.5)), int(np.floor(x + 0.5))
                surface, own = depth[pixel], stencil[pixel] == person['stencil_id']
                if v == 2:
                    assert z - surface <= (0.2 if own else 0) + 0.001
                else:
                    assert z > surface - 0.001


def test_world_geometry_agrees_with_the_depth_map(dataset):
    # The floor is z = 0 in the world: depth pixels moved back by (K, R, t) must reach it and never go below.
    for image, _ in all_images(dataset):
        K, R, t = (np.array(image['camera'][key]) for key in ('K', 'R', 't'))
        depth = cv2.imread(str(dataset / image['depth_file']), cv2.IMREAD_UNCHANGED) / 1000
        y, x = np.mgrid[:36, :64]
        rays = np.dstack([x, y, np.ones_like(x)]) @ np.linalg.inv(K).T
        height = ((rays * depth[..., None] - t) @ R)[..., 2]
        assert height.min() == pytest.approx(0, abs=0.01)
        assert image['camera_pitch'] == pytest.approx(np.arcsin(-R[2, 2]))
        assert image['camera_pitch'] > 0


def test_splits_differ_by_scene_and_views_alternate(dataset):
    scenes = {
        split: {image['scene_id'] for image, _ in images_and_people(dataset, split)} for split in ('train', 'val')
    }
    assert scenes == {'train': {0, 1}, 'val': {2}}
    images = [image for image, _ in all_images(dataset)]
    assert [image['viewpoint'] for image in images] == ['front', 'back'] * 3
    assert [image['room_size'] for image in images] == ['small', 'small', 'large', 'large', 'small', 'small']
    assert [image['id'] for image in images] == list(range(1, 7))


def test_dataset_json_renders_the_same_again(dataset, tmp_path):
    description = json.loads((dataset / 'dataset.json').read_text())
    settings = description['generator']
    assert settings.pop('type') == 'BlockGenerator'
    BlockGenerator(**settings).run(tmp_path / 'set')
    assert read_tree(tmp_path / 'set') == read_tree(dataset)


def test_versions_of_all_that_renders_are_recorded(dataset):
    versions = json.loads((dataset / 'dataset.json').read_text())['versions']
    assert {name: versions[name] for name in ('torch', 'drjit')} == {n: version(n) for n in ('torch', 'drjit')}


def test_a_missing_package_is_named_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(BlockGenerator, 'requires', ('mitsuba', 'no_such_renderer'))
    with pytest.raises(ImportError, match=r'no_such_renderer is not installed; pip install synpose\[generate\]'):
        BlockGenerator(**options()).run(tmp_path / 'set')
    assert not (tmp_path / 'set').exists()


def test_people_depend_on_seed_scene_and_frame_only():
    first, second = (BlockGenerator(**options(seed=seed)) for seed in (1, 2))
    assert first.rng(0, 2, 0).random() == BlockGenerator(**options(seed=1)).rng(0, 2, 0).random()
    assert len({first.rng(0, 2, 0).random(), first.rng(1, 2, 0).random(), second.rng(0, 2, 0).random()}) == 3


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'fames_per_scene': 3}, "unknown generator option 'fames_per_scene'"),
        ({'num_images': 0}, 'num_images: 0 is not in'),
        ({'num_images': -4}, 'num_images: -4 is not in'),
        ({'occupancy': 1.2}, 'occupancy: 1.2 is not in'),
        ({'cameras_per_frame': 9}, 'cameras_per_frame: 9 is not in'),
        ({'seed': -1}, 'seed: -1 is not in'),
        ({'seed': None}, 'seed: None is not a whole number'),
        ({'seed': 1.5}, 'seed: 1.5 is not a whole number'),
        ({'light_samples': None}, 'light_samples: None is not a whole number'),
        ({'occupancy': None}, 'occupancy: None is not a number'),
        ({'people': {'movements': ['sleeping']}}, "unknown movement 'sleeping'"),
        ({'people': {'movements': []}}, 'movements: need at least one'),
        ({'people': {'body': {'type': 'Smplx'}}}, "body: unknown type 'Smplx'; known: .*AnnyBody.*SMPLXBody"),
        ({'people': {'age_range': 5}}, 'age_range: 5 is not a'),
        ({'people': {'age': (3, 4)}}, "unknown people option 'age'"),
        ({'camera': {'fov': (55, 85), 'height': (2, 3)}}, "camera: 'pitch' is missing"),
        ({'camera': {'fov': (80, 52), 'height': (2, 3), 'pitch': (14, 45)}}, 'camera: fov: .80, 52. is no'),
        ({'sensor': {'noise': (0.2, 0.1)}}, 'sensor: noise: .0.2, 0.1. is no'),
        ({'people': {'roster': 8}}, "roster: 8 identities are 1 teachers and 7 pupils; .* 2 and up to 6 .room 'wide'"),
        ({'people': {'roster': 8}, 'max_people': 3}, 'roster: 8 identities .* 2 and up to 3'),
        ({'people': {'body': {'type': 'SMPLXBody'}}}, "body: SMPLXBody: missing .*'model_path'"),
        ({'people': {'body': {'type': 'AnnyBody', 'sex': 1}}}, "body: AnnyBody: .*'sex'"),
        ({'rooms': [{'name': 'a'}]}, "room 'a': .*layout"),
        ({'style': {}}, "style: 'board' is missing"),
        ({'scenes': {'training': 1}}, 'scenes: splits are'),
        ({'scenes': {'train': 0}}, 'scenes: train: 0 is not in'),
        ({'scenes': {'train': 1.5}}, 'scenes: train: 1.5 is not a whole number'),
        ({'scenes': {}}, 'scenes: {} is not a dict'),
        ({'scenes': 3}, 'scenes: 3 is not a dict'),
        ({'rooms': [ROOM | {'size': 'huge'}]}, "room 'square': .*size.*'huge'"),
        ({'sensor': {'grain': 1}}, "unknown sensor option 'grain'"),
        ({'image_size': (8, 8)}, 'image_size'),
        ({'wholebody': 'feet'}, "wholebody: 'feet' is not true or false"),
    ],
)
def test_bad_options_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        ClassroomGenerator(**options(**changes))


def test_a_missing_body_file_is_named_at_once(tmp_path):
    body = {'type': 'SMPLXBody', 'model_path': str(tmp_path)}
    with pytest.raises(FileNotFoundError, match=r'no SMPL-X model .SMPLX_NEUTRAL\.npz'):
        ClassroomGenerator(**options(people={'body': body}))


HALL = {'name': 'hall', 'layout': ROOM['layout'] | {'rows': 9}}


def test_a_roster_must_fill_the_rooms_in_use():
    small = {'people': {'roster': 11}, 'rooms': [ROOM, HALL]}
    with pytest.raises(ValueError, match=r"up to 18 \(room 'hall'\)"):
        ClassroomGenerator(**options(**small))
    for changes in ({'max_people': 9}, {'scenes': {'train': 1}}, {'people': {'roster': None}}):
        ClassroomGenerator(**options(**small | changes))


@pytest.mark.parametrize(
    ('name', 'images'),
    [
        ('demo_source', {'train': 264, 'val': 60}),
        ('demo_target', {'train': 24, 'test': 60}),
        ('demo_quick_source', {'train': 40, 'val': 12}),
        ('demo_quick_target', {'train': 12, 'test': 12}),
        ('synpose', {'train': 48 * 8 * 135, 'val': 8 * 8 * 135}),
    ],
)
def test_shipped_configs(name, images):
    plan = GENERATORS.build(Config.fromfile(CONFIGS / f'{name}.py').generator).plan()
    assert {split: sum(shot.split == split for shot in plan) for split in images} == images
    assert len(plan) == sum(images.values())
    assert {shot.room_size for shot in plan} == {'small', 'medium', 'large'}


def test_the_wholebody_study_is_held_out_by_scene():
    plan = GENERATORS.build(Config.fromfile(CONFIGS / 'wholebody_demo.py').generator).plan()
    scenes = {split: {shot.scene for shot in plan if shot.split == split} for split in ('train', 'test')}
    assert [len(scenes['train']), len(scenes['test'])] == [22, 6]
    assert not scenes['train'] & scenes['test']
    assert len(plan) == 280
