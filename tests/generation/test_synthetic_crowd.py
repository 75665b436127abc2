import json
import sys
from dataclasses import replace
from pathlib import Path

import cloudpickle
import cv2
import numpy as np
import pytest
from mmengine.config import Config

from synpose.generation.primitives import Material, Person
from synpose.generation.shapes import box
from synpose.generation.synthetic_crowd import SyntheticCrowdGenerator
from synpose.registry import GENERATORS
from synpose.testing import read_tree

pytest.importorskip('mitsuba')
pytest.importorskip('fcl')

CONFIGS = Path(__file__).parents[2] / 'configs/generate'
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # worker processes cannot import a test module


class BlockCrowds(SyntheticCrowdGenerator):
    """People made of boxes: quick, and enough for geometry."""

    requires = ('mitsuba',)
    killed_at = None

    def maker(self, rng, count):
        def make(number):
            low, high = np.array([-0.25, -0.15, 0]), np.array([0.25, 0.15, 1.7])
            mesh = box(low, high, Material(rng.uniform(0.1, 0.8, 3)))
            meshes = [replace(mesh, parts=np.full(len(mesh.vertices), 7, np.uint8))]
            joints = rng.uniform(low + 0.05, high - 0.05, (59, 3))
            return Person(meshes, joints.astype(np.float32), 'block', {}, meshes[0].vertices)

        return make

    def render_unit(self, shots, writer):
        if shots[0].image_id == self.killed_at:
            raise KeyboardInterrupt
        return super().render_unit(shots, writer)


@pytest.fixture(scope='module')
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp('places')
    rows, columns = np.mgrid[:90, :120]
    for number in range(4):
        photo = np.dstack([rows, columns, np.full_like(rows, 30 * number)]) + 60
        cv2.imwrite(str(folder / f'{number}.png'), photo.astype(np.uint8))
    cv2.imwrite(str(folder / 'small.png'), np.zeros((50, 120, 3), np.uint8))
    return folder


def options(photos, **changes):
    settings = {
        'seed': 5,
        'images': {'train': 5, 'val': 1},
        'photos': str(photos),
        'min_photo_side': 64,
        'people_per_image': 4,
        'image_size': (80, 64),
        'min_visible_pixels': 4,
        'light_samples': 1,
    }
    return {**settings, **changes}


@pytest.fixture(scope='module')
def dataset(photos, tmp_path_factory):
    root = tmp_path_factory.mktemp('blocks') / 'set'
    counts = BlockCrowds(**options(photos)).run(root)
    assert {split: count['images'] for split, count in counts.items()} == {'train': 5, 'val': 1}
    return root


def images_and_people(root):
    for split in ('train', 'val'):
        content = json.loads((root / f'annotations/{split}.json').read_text())
        for image in content['images']:
            yield split, image, [a for a in content['annotations'] if a['image_id'] == image['id']]


class Recorder:
    """Stands in for the writer and keeps the pictures."""

    def __init__(self):
        self.pictures = {}

    def write(self, record, picture, stencil, depth, parts=None):
        self.pictures[record['image']['file_name']] = picture


def test_a_copy_in_another_process_renders_the_same_bytes(dataset, photos):
    generator = BlockCrowds(**options(photos))
    shots = generator.plan()
    sent = cloudpickle.dumps((generator, shots[3:5]))
    assert len(sent) < len(cloudpickle.dumps(BlockCrowds(**options(photos)))) + 1000  # no list of photos travels
    copy, some = cloudpickle.loads(sent)
    recorder = Recorder()
    assert copy.render_unit(some, recorder) == 2
    for name, picture in recorder.pictures.items():
        assert picture == (dataset / 'images' / name).read_bytes()


@pytest.mark.parametrize('killed_at', [1, 4])
def test_a_killed_run_resumes_to_the_same_bytes(dataset, photos, tmp_path, killed_at):
    victim = BlockCrowds(**options(photos))
    victim.killed_at = killed_at
    with pytest.raises(KeyboardInterrupt):
        victim.run(tmp_path / 'set')
    BlockCrowds(**options(photos)).run(tmp_path / 'set', resume=True)
    assert read_tree(tmp_path / 'set') == read_tree(dataset)
    assert BlockCrowds(**options(photos)).run(tmp_path / 'set', resume=True) == {}


def test_a_changed_folder_of_photos_is_not_resumed(photos, tmp_path):
    folder = tmp_path / 'places'
    folder.mkdir()
    for path in photos.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    victim = BlockCrowds(**options(folder))
    victim.killed_at = 2
    with pytest.raises(KeyboardInterrupt):
        victim.run(tmp_path / 'set')
    (folder / '0.png').rename(folder / 'renamed.png')
    with pytest.raises(ValueError, match=r'cannot resume, photos\.accepted_sha256 is'):
        BlockCrowds(**options(folder)).run(tmp_path / 'set', resume=True)


def test_rejected_photos_are_listed_and_splits_share_none(dataset):
    listed = json.loads((dataset / 'dataset.json').read_text())['photos']
    assert listed['accepted'] == 4
    assert listed['rejected'] == {'too_small': {'small.png': [120, 50]}, 'person': {}}
    used = {split: set() for split in ('train', 'val')}
    for split, image, _ in images_and_people(dataset):
        used[split].add(image['background']['file_name'])
    assert not used['train'] & used['val']
    assert len(used['train'] | used['val']) == 4


def test_labels_agree_with_stencil_depth_and_camera(dataset):
    seen = 0
    for _, image, people in images_and_people(dataset):
        stencil = cv2.imread(str(dataset / image['stencil_file']), cv2.IMREAD_UNCHANGED)
        depth = cv2.imread(str(dataset / image['depth_file']), cv2.IMREAD_UNCHANGED)
        assert stencil.shape == depth.shape == (image['height'], image['width']) == (64, 80)
        assert set(np.unique(stencil)) - {0} == {person['stencil_id'] for person in people}
        assert (depth[stencil > 0] > 0).all()
        assert np.deg2rad(0) <= image['camera_pitch'] <= np.deg2rad(45)
        assert image['domain'] == 'synthetic'
        for person in people:
            rows, columns = np.nonzero(stencil == person['stencil_id'])
            box_ = [columns.min(), rows.min(), columns.max() - columns.min() + 1, rows.max() - rows.min() + 1]
            assert person['bbox'] == box_
            assert person['is_synthetic'] is True
            points = np.array(person['keypoints_3d']) @ np.array(image['camera']['K']).T
            keypoints = np.array(person['keypoints']).reshape(59, 3)
            labeled = keypoints[:, 2] > 0
            np.testing.assert_allclose(keypoints[labeled, :2], (points[:, :2] / points[:, 2:])[labeled], atol=0.01)
            seen += 1
    assert seen >= 10


def test_depth_holds_people_alone_and_the_photo_shows_elsewhere(dataset, photos):
    for _, image, _ in images_and_people(dataset):
        picture = cv2.imread(str(dataset / 'images' / image['file_name'])).astype(float)
        depth = cv2.imread(str(dataset / image['depth_file']), cv2.IMREAD_UNCHANGED)
        background = image['background']
        x, y, w, h = background['crop']
        part = cv2.imread(str(photos / background['file_name']))[y : y + h, x : x + w]
        part = cv2.resize(part, (80, 64), interpolation=cv2.INTER_AREA).astype(float)
        part = part[:, ::-1] if background['mirrored'] else part
        far = cv2.dilate((depth > 0).astype(np.uint8), np.ones((17, 17))) == 0  # JPEG blocks, half covered pixels
        assert (depth == 0).any()
        if far.any():
            assert np.abs(picture - part)[far].mean() < 3


def test_numbers_of_people_follow_poisson_without_zero(photos):
    generator = SyntheticCrowdGenerator(**options(photos, people_per_image=1.5))
    counts = []
    for image_id in range(1500):
        rng = generator.rng(1, image_id, 0)
        generator._camera(rng)
        counts.append(generator._count(rng))
    assert min(counts) == 1
    assert np.mean(counts) == pytest.approx(1.5 / (1 - np.exp(-1.5)), abs=0.1)


def test_pitch_and_lens_cover_their_ranges(photos):
    generator = SyntheticCrowdGenerator(**options(photos))
    seen = [generator._camera(generator.rng(1, k, 0))[0] for k in range(300)]
    pitches = np.rad2deg([camera.pitch for camera in seen])
    assert 0 <= pitches.min() < 2
    assert 43 < pitches.max() <= 45
    assert np.abs(np.histogram(pitches, 3, (0, 45))[0] - 100).max() < 35


def test_num_images_gives_every_split_its_share(photos):
    plan = BlockCrowds(**options(photos, images={'train': 80, 'val': 20}, num_images=10)).plan()
    assert [(shot.split, shot.image_id) for shot in plan] == [
        *(('train', k) for k in range(1, 9)),
        ('val', 81),
        ('val', 82),
    ]


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'picture_size': 3}, "unknown generator option 'picture_size'"),
        ({'images': {}}, 'images: splits are'),
        ({'images': {'train': 0}}, 'images: need at least 1 a split'),
        ({'people_per_image': 0}, 'people_per_image: is 0'),
        ({'pitch': (30, 10)}, 'pitch: .* is no .low, high. within'),
        ({'camera': {'fov': (50, 60)}}, "camera: 'distance' is missing"),
        ({'actions': ['flying']}, "actions: unknown action 'flying'"),
        ({'actions': 'walking'}, "actions: 'walking' is not a list"),
        ({'detector': {'config': 'x.py'}}, r'detector\.checkpoint: None is not a path'),
        ({'sensor': {'grain': 1}}, "unknown sensor option 'grain'"),
        ({'people': {'age': (3, 4)}}, "unknown people option 'age'"),
        ({'parts': 1}, 'parts: 1 is not true or false'),
        ({'match_brightness': 'yes'}, "match_brightness: 'yes' is not true or false"),
        ({'image_size': (8, 8)}, 'image_size'),
        ({'seed': -1}, 'seed: -1 is not in'),
    ],
)
def test_bad_options_are_named(photos, changes, message):
    with pytest.raises(ValueError, match=message):
        SyntheticCrowdGenerator(**options(photos, **changes))


def test_no_photo_is_an_error_before_anything_is_written(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'photos: .*nowhere: no such folder'):
        BlockCrowds(**options(tmp_path / 'nowhere')).run(tmp_path / 'set')
    assert not (tmp_path / 'set').exists()


@pytest.mark.parametrize(
    ('arguments', 'error'), [({}, FileExistsError), ({'resume': True}, ValueError), ({'workers': 0}, ValueError)]
)
def test_photos_are_not_judged_for_a_run_that_is_refused(photos, tmp_path, monkeypatch, arguments, error):
    judged = []
    monkeypatch.setattr('synpose.generation.synthetic_crowd.select_backgrounds', lambda *a: judged.append(a))
    (tmp_path / 'set').mkdir()
    (tmp_path / 'set/notes.txt').write_text('mine')
    with pytest.raises(error):
        BlockCrowds(**options(photos)).run(tmp_path / 'set', **arguments)
    assert judged == []


def test_photos_are_judged_once_and_verdicts_go_with_the_last_image(photos, tmp_path, monkeypatch):
    judged = []

    class Strict:
        def __init__(self, **options):
            pass

        def rejects(self, path):
            judged.append(path.name)
            return 0.9 if path.name == '0.png' else None

    monkeypatch.setattr('synpose.generation.crowds.backgrounds.PersonFilter', Strict)
    settings = options(photos, detector={'config': 'a.py', 'checkpoint': 'b.pth'})
    out = tmp_path / 'set'
    victim = BlockCrowds(**settings)
    victim.killed_at = 2
    with pytest.raises(KeyboardInterrupt):
        victim.run(out)
    assert (out / '.photos-verdicts.json').exists()
    BlockCrowds(**settings).run(out, resume=True)
    assert judged == ['0.png', '1.png', '2.png', '3.png']
    assert not list(out.glob('.*'))
    assert json.loads((out / 'dataset.json').read_text())['photos']['rejected']['person'] == {'0.png': 0.9}
    used = {image['background']['file_name'] for _, image, _ in images_and_people(out)}
    assert used == {'1.png', '2.png', '3.png'}


def test_an_estimate_judges_no_photo(photos, monkeypatch):
    monkeypatch.setattr('synpose.generation.crowds.backgrounds.PersonFilter', None)
    generator = BlockCrowds(**options(photos, detector={'config': 'a.py', 'checkpoint': 'b.pth'}))
    assert len(generator.unjudged().plan()) == 6
    assert generator.options['detector'] is not None
    with pytest.raises(TypeError):
        generator.plan()


def test_paths_hold_wherever_workers_start(photos, tmp_path, monkeypatch, dataset):
    monkeypatch.chdir(photos.parent)
    generator = BlockCrowds(**options(photos.name))
    shots = generator.plan()
    monkeypatch.chdir(tmp_path)
    recorder = Recorder()
    cloudpickle.loads(cloudpickle.dumps(generator)).render_unit(shots[:1], recorder)
    ((name, picture),) = recorder.pictures.items()
    assert picture == (dataset / 'images' / name).read_bytes()
    assert generator.options['photos'] == photos.name


def test_files_of_actions_belong_to_the_dataset(photos, tmp_path, monkeypatch):
    (tmp_path / 'mine.yaml').write_text('waiting: {queueing: {ground: feet}}')
    monkeypatch.chdir(tmp_path)
    generator = BlockCrowds(**options(photos, actions=['mine.yaml']))
    before = generator.header()
    (tmp_path / 'mine.yaml').write_text('waiting: {queueing: {ground: touch}}')
    assert generator.header() != before
    monkeypatch.chdir('/')
    SyntheticCrowdGenerator.maker(generator, np.random.default_rng(0), 1)
    with pytest.raises(FileNotFoundError, match=r'mine\.yaml'):
        BlockCrowds(**options(photos, actions=['mine.yaml']))


def test_parts_label_rendered_people_alone(photos, tmp_path):
    BlockCrowds(**options(photos, images={'train': 2}, parts=True)).run(tmp_path / 'set')
    content = json.loads((tmp_path / 'set/annotations/train.json').read_text())
    for image in content['images']:
        parts, stencil, depth = (
            cv2.imread(str(tmp_path / 'set' / image[f'{kind}_file']), cv2.IMREAD_UNCHANGED)
            for kind in ('parts', 'stencil', 'depth')
        )
        assert parts.dtype == np.uint8
        assert set(np.unique(parts)) == {0, 7}
        np.testing.assert_array_equal(parts > 0, depth > 0)
        assert (parts[stencil > 0] == 7).all()


def test_real_people_render(photos, tmp_path):
    generator = SyntheticCrowdGenerator(**options(photos, images={'train': 1}, people={'roster': None}))
    assert generator.run(tmp_path / 'set')['train']['people'] > 0
    _, _, people = next(images_and_people_of(tmp_path / 'set'))
    assert {'movement', 'main_hand'} <= set(people[0]['attributes'])


def images_and_people_of(root):
    content = json.loads((root / 'annotations/train.json').read_text())
    yield 'train', content['images'][0], content['annotations']


def test_the_shipped_config_builds():
    config = Config.fromfile(CONFIGS / 'ltsh_synthetic.py').generator
    generator = GENERATORS.build(config)
    assert isinstance(generator, SyntheticCrowdGenerator)
    assert generator.options['image_size'] == (640, 640)
    assert (generator.options['people_per_image'], generator.options['pitch']) == (9, (0, 45))
    assert generator.options['min_photo_side'] == 512
