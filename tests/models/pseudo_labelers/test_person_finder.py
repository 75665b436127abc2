import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS

from synpose.models.pseudo_labelers.person_finder import PersonFinder
from synpose.models.pseudo_labelers.pose_teacher import read_config

from .conftest import OPEN, draw_people
from .test_whole_body_pseudo_labeler import label

IMAGES = [draw_people(0, seed=seed)[0] for seed in (1, 2)]


@pytest.fixture(scope='module')
def detector(tmp_path_factory):
    """RTMDet of a few channels with random weights, as a config and a checkpoint."""
    folder = tmp_path_factory.mktemp('detector')
    config = read_config('mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py')
    model = config.model
    model.backbone.update(widen_factor=1 / 16, deepen_factor=0.167, norm_cfg=dict(type='BN'), init_cfg=None)
    model.neck.update(in_channels=[16, 32, 64], out_channels=16, norm_cfg=dict(type='BN'))
    model.bbox_head.update(in_channels=16, feat_channels=16, norm_cfg=dict(type='BN'))
    config = Config(config.to_dict())
    config.test_dataloader.dataset.pipeline[1].scale = (96, 96)
    config.test_dataloader.dataset.pipeline[2].size = (96, 96)
    config.model.test_cfg.max_per_img = 5
    config.dump(str(folder / 'detector.py'))
    with DefaultScope.overwrite_default_scope('mmdet'):
        from mmdet.apis import init_detector

        torch.manual_seed(0)
        built = init_detector(str(folder / 'detector.py'), device='cpu', palette='random')
    for layer in built.bbox_head.rtm_cls:  # everything is a person, more or less
        layer.bias.data.fill_(-9.0)
        torch.nn.init.normal_(layer.weight, std=0.5)
        layer.bias.data[0] = 0.0
    for layer in built.bbox_head.rtm_reg:  # and as large as it can be told
        layer.bias.data.fill_(2.0)
    torch.save({'state_dict': built.state_dict()}, folder / 'detector.pth')
    return dict(config=str(folder / 'detector.py'), checkpoint=str(folder / 'detector.pth'))


def test_people_are_those_of_mmdetections_own_call(detector):
    from mmdet.apis import inference_detector, init_detector

    finder = PersonFinder(**detector, score_thr=0.1)
    with DefaultScope.overwrite_default_scope('mmdet'):
        stock = init_detector(detector['config'], detector['checkpoint'], device='cpu', palette='random')
        expected = [inference_detector(stock, image).pred_instances for image in IMAGES]
    for (boxes, scores), instances in zip(finder.find(IMAGES), expected):
        people = instances[(instances.labels == 0) & (instances.scores >= 0.1)]
        assert len(boxes) == len(people) > 0
        assert (np.diff(scores) <= 0).all()
        np.testing.assert_allclose(np.sort(boxes, axis=0), np.sort(people.bboxes.numpy(), axis=0), rtol=1e-5)


def test_the_scope_of_mmpose_stays(detector):
    before = DefaultScope.get_current_instance().scope_name
    PersonFinder(**detector)
    assert DefaultScope.get_current_instance().scope_name == before


def test_pictures_without_people_get_those_that_are_found(detector, teachers):
    options = dict(limits=OPEN, chunk_size=4, detector=dict(**detector, score_thr=0.1))
    model = MODELS.build(dict(type='WholeBodyPseudoLabeler', teachers=teachers, **options))
    annotated = draw_people(1, seed=3)
    labels = label(model, (IMAGES[0], []), annotated)
    assert labels[0]['annotations'] == {}
    assert len(labels[0]['added']) == labels[0]['counts']['people/labeled'] > 0
    assert labels[1]['added'] == []
    boxes, scores = model.detector.find(IMAGES[:1])[0]
    person = labels[0]['added'][0]
    np.testing.assert_allclose(person['bbox'][:2], boxes[0, :2], atol=0.006)
    assert person['box_score'] == pytest.approx(scores[0], abs=1e-4)
    assert person['num_keypoints'] == np.count_nonzero(person['keypoints'][2::3]) > 0
    assert model.describe()['detector']['score_thr'] == 0.1


def test_another_models_checkpoint_is_refused(detector, teachers):
    with pytest.raises(ValueError, match=r'halpe26\.pth: not a checkpoint of .*detector\.py'):
        PersonFinder(detector['config'], teachers[0]['checkpoint'])
    with pytest.raises(ValueError, match='checkpoint: missing'):
        PersonFinder(detector['config'], None)
