import json
import sys
from pathlib import Path

import cloudpickle
import cv2
import numpy as np
import pytest
from mmengine.config import Config

from synpose.generation.mixed_crowd import MixedCrowdGenerator
from synpose.generation.primitives import Material, Person
from synpose.generation.shapes import box
from synpose.registry import GENERATORS
from synpose.skeletons import COCO17_NAMES, JOINT_NAMES
from synpose.testing import read_tree

pytest.importorskip('mitsuba')
pytest.importorskip('fcl')

CONFIGS = Path(__file__).parents[2] / 'configs/generate'
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # worker processes cannot import a test module
SIZES = {11: (120, 90), 12: (70, 100), 13: (64, 64)}


class BlockMix(MixedCrowdGenerator):
    """Rendered people made of boxes."""

    requires = ('mitsuba',)
    killed_at = None

    def maker(self, rng, count):
        def make(number):
            low, high = np.array([-0.3, -0.2, 0]), np.array([0.3, 0.2, 1.7])
            meshes = [box(low, high, Material(rng.uniform(0.1, 0.8, 3)))]
            joints = rng.uniform(low + 0.05, high - 0.05, (59, 3))
            return Person(meshes, joints.astype(np.float32), 'block', {}, meshes[0].vertices)

        return make

    def render_unit(self, shots, writer):
        if shots[0].image_id == self.killed_at:
            raise KeyboardInterrupt
        return super().render_unit(shots, writer)


def standing(image_id, number, left, top, height):
    """Annotate someone upright of a height in px, with a rectangle for an outline."""
    rows = [0.05, 0.04, 0.04, 0.05, 0.05, 0.2, 0.2, 0.37, 0.37, 0.5, 0.5, 0.5, 0.5, 0.74, 0.74, 0.97, 0.97]
    side = height / 4
    points = [(left + side * (0.3 if i % 2 else 0.7), top + height * row, 2 - i % 2) for i, row in enumerate(rows)]
    x2, y2 = left + side, top + height
    return {
        'id': number,
        'image_id': image_id,
        'category_id': 1,
        'bbox': [left, top, side, height],
        'area': side * height,
        'iscrowd': 0,
        'keypoints': [round(value, 1) for point in points for value in point],
        'num_keypoints': 17,
        'segmentation': [[left, top, x2, top, x2, y2, left, y2]],
        'caption': f'person {number}',
    }


@pytest.fixture(scope='module')
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp('photos')
    images = []
    for image_id, (width, height) in SIZES.items():
        rows, columns = np.mgrid[:height, :width]
        photo = np.dstack([rows, columns, np.full_like(rows, 9 * image_id)]) + 60
        cv2.imwrite(str(folder / f'{image_id}.png'), photo.astype(np.uint8))
        images.append({'id': image_id, 'file_name': f'{image_id}.png', 'width': width, 'height': height})
    people = [standing(11, 1, 20, 10, 60), standing(11, 2, 70, 20, 50), standing(12, 3, 20, 20, 60)]
    category = {'id': 1, 'name': 'person', 'keypoints': list(COCO17_NAMES)}
    content = {'images': images, 'annotations': people, 'categories': [category]}
    (folder / 'people.json').write_text(json.dumps(content))
    return folder


def options(source, **changes):
    settings = {
        'seed': 3,
        'annotations': str(source / 'people.json'),
        'photos': str(source),
        'variants': 3,
        'min_visible_pixels': 4,
        'light_samples': 1,
    }
    return {**settings, **changes}


@pytest.fixture(scope='module')
def dataset(source, tmp_path_factory):
    root = tmp_path_factory.mktemp('mixed') / 'set'
    assert BlockMix(**options(source)).run(root)['train']['images'] == 6  # nobody is in the third photo
    return root


def images_and_people(root):
    content = json.loads((root / 'annotations/train.json').read_text())
    for image in content['images']:
        yield image, [a for a in content['annotations'] if a['image_id'] == image['id']]


@pytest.mark.slow
def test_any_number_of_workers_and_a_resumed_run_write_the_same_bytes(dataset, source, tmp_path):
    BlockMix(**options(source)).run(tmp_path / 'two', workers=2)
    assert read_tree(tmp_path / 'two') == read_tree(dataset)
    victim = BlockMix(**options(source))
    victim.killed_at = 4
    with pytest.raises(KeyboardInterrupt):
        victim.run(tmp_path / 'cut')
    BlockMix(**options(source)).run(tmp_path / 'cut', resume=True)
    assert read_tree(tmp_path / 'cut') == read_tree(dataset)


def test_images_have_their_photos_size_and_a_photo_keeps_its_camera(dataset):
    cameras = {}
    for image, _ in images_and_people(dataset):
        assert (image['width'], image['height']) == SIZES[image['source']['id']]
        stem = Path(image['file_name']).stem
        assert cv2.imread(str(dataset / f'images/{stem}.jpg')).shape[:2] == (image['height'], image['width'])
        assert image['domain'] == 'mixed'
        cameras.setdefault(image['source_file'], []).append((image['camera'], image['variant']))
    assert len(cameras) == 2
    for views in cameras.values():
        assert [variant for _, variant in views] == [0, 1, 2]
        assert all(camera == views[0][0] for camera, _ in views)
    assert len({json.dumps(views[0][0]) for views in cameras.values()}) == 2


def test_real_annotations_stay_but_for_joints_now_covered(dataset, source):
    originals = {a['id']: a for a in json.loads((source / 'people.json').read_text())['annotations']}
    rows = [JOINT_NAMES.index(name) for name in COCO17_NAMES]
    hidden = kept = 0
    for image, people in images_and_people(dataset):
        depth = cv2.imread(str(dataset / image['depth_file']), cv2.IMREAD_UNCHANGED)
        real = [person for person in people if not person['is_synthetic']]
        assert {person['source_id'] for person in real} == {
            key for key, a in originals.items() if a['image_id'] == image['source']['id']
        }
        for person in real:
            original = originals[person['source_id']]
            for key in ('bbox', 'area', 'iscrowd', 'segmentation', 'caption'):
                assert person[key] == original[key]
            assert person['source_keypoints'] == original['keypoints']
            before = np.array(original['keypoints']).reshape(17, 3)
            after = np.array(person['keypoints']).reshape(59, 3)
            np.testing.assert_array_equal(after[rows, :2], before[:, :2])
            assert not np.delete(after, rows, axis=0).any()
            for (x, y, was), now in zip(before, after[rows, 2]):
                under = depth[int(y + 0.5), int(x + 0.5)] > 0
                assert now == (1 if was == 2 and under else was)
                hidden += was == 2 and under
                kept += was == 2 and not under
    assert hidden > 0
    assert kept > 0


def test_stencils_tell_real_from_rendered_people_by_the_right_pixels(dataset):
    rendered = 0
    for image, people in images_and_people(dataset):
        stencil = cv2.imread(str(dataset / image['stencil_file']), cv2.IMREAD_UNCHANGED)
        depth = cv2.imread(str(dataset / image['depth_file']), cv2.IMREAD_UNCHANGED)
        numbers = [person['stencil_id'] for person in people if person['stencil_id']]
        assert len(set(numbers)) == len(numbers)
        assert set(np.unique(stencil)) - {0} == set(numbers)
        for person in people:
            mask = stencil == person['stencil_id'] if person['stencil_id'] else np.zeros(stencil.shape, bool)
            if person['is_synthetic']:
                rendered += 1
                assert (depth[mask] > 0).all()
                assert mask.sum() == person['area']
            else:
                assert not depth[mask].any()
                x, y, w, h = (round(value) for value in person['bbox'])
                inside, around = np.zeros(stencil.shape, bool), np.zeros(stencil.shape, bool)
                inside[y + 1 : y + h - 1, x + 1 : x + w - 1] = True
                around[y - 1 : y + h + 1, x - 1 : x + w + 1] = True
                assert not (mask & ~around).any()
                others = np.isin(stencil, [n for n in numbers if n != person['stencil_id']]) | (depth > 0)
                np.testing.assert_array_equal(mask[inside & ~others], True)
    assert rendered > 5


def test_rendered_people_come_at_the_sizes_of_the_photos_own(dataset):
    heights = {}
    for image, people in images_and_people(dataset):
        for person in people:
            if person['is_synthetic']:
                depth = np.array(person['keypoints_3d'])[:, 2].mean()
                heights.setdefault(image['source']['id'], []).append(1.7 * image['camera']['K'][1][1] / depth)
    assert 35 < np.median(heights[11]) < 85  # the photo's people have 50 and 60 px
    assert 40 < np.median(heights[12]) < 90  # 60 px


def test_pictures_show_the_photo_where_nobody_was_added(dataset, source):
    for image, _ in images_and_people(dataset):
        picture = cv2.imread(str(dataset / 'images' / image['file_name'])).astype(float)
        photo = cv2.imread(str(source / image['source_file'])).astype(float)
        depth = cv2.imread(str(dataset / image['depth_file']), cv2.IMREAD_UNCHANGED)
        far = cv2.dilate((depth > 0).astype(np.uint8), np.ones((17, 17))) == 0
        if far.any():
            assert np.abs(picture - photo)[far].mean() < 3


def test_people_far_away_are_seen(source, tmp_path):
    image = {'id': 5, 'file_name': 'far.png', 'width': 240, 'height': 160}
    cv2.imwrite(str(tmp_path / 'far.png'), np.full((160, 240, 3), 99, np.uint8))
    people = [standing(5, number, 40 * number, 70, 15) for number in range(1, 5)]
    category = {'id': 1, 'name': 'person', 'keypoints': list(COCO17_NAMES)}
    (tmp_path / 'people.json').write_text(
        json.dumps({'images': [image], 'annotations': people, 'categories': [category]})
    )
    counts = BlockMix(**options(tmp_path, people_per_image=6)).run(tmp_path / 'set')['train']
    rendered = counts['people'] - 3 * len(people)
    assert rendered >= 9
    for image, people in images_and_people(tmp_path / 'set'):
        stencil = cv2.imread(str(tmp_path / 'set' / image['stencil_file']), cv2.IMREAD_UNCHANGED)
        for person in (person for person in people if person['is_synthetic']):
            assert np.array(person['keypoints_3d'])[:, 2].min() > 10
            assert 4 <= (stencil == person['stencil_id']).sum() < 400


def test_the_annotations_and_photos_belong_to_the_dataset(source, tmp_path):
    for path in source.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = BlockMix(**options(tmp_path)).header()
    assert BlockMix(**options(tmp_path)).header() == before
    people = tmp_path / 'people.json'
    people.write_text(people.read_text().replace('person 1', 'person X'))
    assert BlockMix(**options(tmp_path)).header() != before
    people.write_text(people.read_text().replace('person X', 'person 1'))
    cv2.imwrite(str(tmp_path / '11.png'), np.zeros((90, 120, 3), np.uint8))
    assert BlockMix(**options(tmp_path)).header() != before


def test_the_plan_numbers_variants_of_a_photo_together(source):
    plan = MixedCrowdGenerator(**options(source, variants=5)).plan()
    assert [shot.image_id for shot in plan] == list(range(1, 11))
    assert [(shot.photo.file_name, shot.variant) for shot in plan[4:6]] == [('11.png', 4), ('12.png', 0)]
    few = MixedCrowdGenerator(**options(source, variants=5, num_images=3)).plan()
    assert [shot.image_id for shot in few] == [1, 2, 6]  # every photo once first


def test_numbers_of_people_follow_poisson_with_zero(source, monkeypatch):
    seen = []
    monkeypatch.setattr(
        'synpose.generation.crowds.crowd_generator.gather', lambda count, make, spot: seen.append(count) or _stop()
    )
    generator = BlockMix(**options(source, people_per_image=1.0, variants=200))
    for shot in generator.plan():
        with pytest.raises(StopIteration):
            generator.render_unit([shot], None)
    assert min(seen) == 0
    assert np.mean(seen) == pytest.approx(1.0, abs=0.15)


def _stop():
    raise StopIteration


def test_wrong_sources_are_named_before_anything_is_written(source, tmp_path):
    for changes, message in (
        ({'photos': str(tmp_path / 'none')}, 'photos: .*none: no such folder'),
        ({'annotations': str(tmp_path / 'none.json')}, 'none.json: no such file'),
    ):
        with pytest.raises(FileNotFoundError, match=message):
            BlockMix(**options(source, **changes)).run(tmp_path / 'set')
    assert not (tmp_path / 'set').exists()


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'variant': 3}, "unknown generator option 'variant'"),
        ({'format': 'voc'}, "format: 'voc' is none of"),
        ({'split': 'all'}, "split: 'all' is none of"),
        ({'variants': 0}, 'variants: 0 is not in'),
        ({'fov': 50}, 'fov: 50 is no'),
        ({'pitch': (20, 10)}, 'pitch: .* is no'),
        ({'annotations': None}, 'annotations: None is not a path'),
        ({'people_per_image': -1}, 'people_per_image: -1 is not in'),
    ],
)
def test_bad_options_are_named(source, changes, message):
    with pytest.raises(ValueError, match=message):
        MixedCrowdGenerator(**options(source, **changes))


@pytest.mark.parametrize(('name', 'kind'), [('ltsh_mixed_coco', 'coco'), ('ltsh_mixed_mpii', 'mpii')])
def test_shipped_configs_build(name, kind):
    generator = GENERATORS.build(Config.fromfile(CONFIGS / f'{name}.py').generator)
    assert isinstance(generator, MixedCrowdGenerator)
    assert [generator.options[key] for key in ('format', 'variants', 'people_per_image')] == [kind, 5, 4]
