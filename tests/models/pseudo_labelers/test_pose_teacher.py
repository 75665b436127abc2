import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import inference_topdown, init_model

from synpose.models.pseudo_labelers.pose_teacher import Crop, PoseTeacher, read_config

IMAGE = cv2.resize(np.random.default_rng(1).integers(0, 256, (12, 16, 3), dtype=np.uint8), (161, 120))
BOXES = np.array([[10.0, 5, 90, 100], [60, 20, 180, 90], [-30, -20, 40, 50], [3, 3, 12, 12], [50, 50, 80, 110]])


@pytest.fixture(scope='module')
def teacher(teachers):
    return PoseTeacher(**teachers[0], chunk_size=3)


def test_it_finds_what_mmpose_finds(teacher, teachers):
    model = init_model(teachers[0]['config'], teachers[0]['checkpoint'], device='cpu')
    expected = [sample.pred_instances for sample in inference_topdown(model, IMAGE, BOXES)]
    points, scores = teacher.predict([Crop(IMAGE, box) for box in BOXES])
    np.testing.assert_allclose(points, [found.keypoints[0] for found in expected], atol=1e-3)
    np.testing.assert_allclose(scores, [found.keypoint_scores[0] for found in expected], atol=1e-5)
    assert points.shape == (5, 26, 2)
    assert scores.std() > 0.01


def test_company_changes_nothing(teacher):
    together = teacher.predict([Crop(IMAGE, box) for box in BOXES])
    other = teacher.predict([Crop(IMAGE, BOXES[k]) for k in (3, 1, 4)])
    for k, box in enumerate(BOXES):
        alone = teacher.predict([Crop(IMAGE, box)])
        assert all(np.array_equal(a[k], b[0]) for a, b in zip(together, alone))
    assert all(np.array_equal(a[[3, 1, 4]], b) for a, b in zip(together, other))


def test_no_crops(teacher):
    points, scores = teacher.predict([])
    assert (points.shape, scores.shape) == ((0, 26, 2), (0, 26))


def test_a_mirrored_crop_is_the_crop_of_the_mirrored_picture(teacher):
    flipped = np.ascontiguousarray(IMAGE[:, ::-1])
    mirrored, _ = teacher.predict([Crop(IMAGE, BOXES[0], mirrored=True)])
    box = BOXES[0].copy()
    box[[0, 2]] = 160 - BOXES[0][[2, 0]]
    expected, _ = teacher.predict([Crop(flipped, box)])
    np.testing.assert_allclose(mirrored[..., 0], 160 - expected[..., 0])
    np.testing.assert_allclose(mirrored[..., 1], expected[..., 1])


def test_it_stays_frozen(teacher):
    teacher.train()
    assert not any(module.training for module in teacher.modules())
    assert not any(weight.requires_grad for weight in teacher.parameters())


def test_it_says_what_it_is(teacher):
    said = teacher.describe()
    assert said['parts'] == ['body', 'foot']
    assert len(said['checkpoint_sha256']) == 64
    assert said['settings']['model']['head']['out_channels'] == 26
    assert said['settings']['pipeline'][0]['type'] == 'LoadImage'


def changed(teachers, tmp_path, **changes):
    config = Config.fromfile(teachers[0]['config'])
    config.merge_from_dict(changes)
    config.dump(str(tmp_path / 'changed.py'))
    return str(tmp_path / 'changed.py')


def test_other_counts_are_refused_before_anything_is_labeled(teachers, tmp_path):
    config = changed(teachers, tmp_path, **{'model.head.out_channels': 25})
    weights = init_model(config, device='cpu').state_dict()
    torch.save({'state_dict': weights}, tmp_path / 'changed.pth')
    with pytest.raises(ValueError, match='predicts 25 joints, but the metainfo of halpe26 names 26'):
        PoseTeacher(('foot',), config, str(tmp_path / 'changed.pth'))
    with pytest.raises(ValueError, match=r'halpe26\.py \(halpe26\): face: needs 68 joints, but the model predicts 26'):
        PoseTeacher(('face',), teachers[0]['config'], teachers[0]['checkpoint'])


def test_another_models_checkpoint_is_refused(teachers):
    with pytest.raises(ValueError, match=r'300w\.pth: not a checkpoint of .*halpe26\.py: size mismatch for head'):
        PoseTeacher(('foot',), teachers[0]['config'], teachers[1]['checkpoint'])


def test_a_bottom_up_model_is_refused(teachers, tmp_path):
    config = changed(teachers, tmp_path, **{'model.type': 'BottomupPoseEstimator'})
    with pytest.raises(ValueError, match='must be a top-down model, but is a BottomupPoseEstimator'):
        PoseTeacher(('foot',), config, teachers[0]['checkpoint'])


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'parts': 'foot'}, 'parts must be some of'),
        ({'parts': ('feet',)}, 'parts must be some of'),
        ({'parts': ()}, 'parts must be some of'),
        ({'box_scale': 0}, 'box_scale must be positive'),
        ({'hand': 'both'}, 'hand must be'),
        ({'chunk_size': 0}, 'chunk_size must be at least 1'),
        ({'checkpoint': None}, 'checkpoint: missing'),
    ],
)
def test_bad_arguments(teachers, changes, message):
    with pytest.raises(ValueError, match=message):
        PoseTeacher(**{**teachers[0], **changes})


def test_configs_by_file_and_by_package(teachers):
    name = 'mmpose::face_2d_keypoint/topdown_heatmap/300w/td-hm_hrnetv2-w18_8xb64-60e_300w-256x256.py'
    assert read_config(name).model.head.out_channels == 68
    for missing in ('none.py', teachers[0]['config'] + '.none'):
        with pytest.raises(FileNotFoundError, match='no such config'):
            read_config(missing)
    with pytest.raises(FileNotFoundError, match=r'none\.pth'):
        PoseTeacher(**{**teachers[0], 'checkpoint': 'none.pth'})
