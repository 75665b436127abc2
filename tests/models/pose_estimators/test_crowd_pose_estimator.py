"""CrowdPoseEstimator: image pyramids from the file to the people, in batches; single images as in MMPose."""

import copy

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.runner import set_random_seed
from mmpose.registry import DATASETS, MODELS

SCALES = [0.5, 2.0]


@pytest.fixture
def pyramid_config(crowd_config):
    config = crowd_config
    config.model.type = 'CrowdPoseEstimator'
    config.model.data_preprocessor.type = 'PyramidDataPreprocessor'
    config.model.test_cfg.update(multiscale_test=True, nms_dist_thr=0.15)
    config.model.head.decoder.decode_max_instances = 40
    config.val_pipeline = config.val_dataloader.dataset.pipeline
    config.val_pipeline[1].aug_scales = SCALES
    config.val_pipeline[2].type = 'PackCrowdInputs'
    return config


def build(model):
    set_random_seed(2)
    model = MODELS.build(model)
    model.init_weights()
    with torch.no_grad():
        model.head.heatmap_conv_layers[2].bias.fill_(0.5)
    return model.eval()


def batch_of(config, count):
    dataset = DATASETS.build(config.val_dataloader.dataset)
    return pseudo_collate([dataset[i] for i in range(count)])


def by_place(keypoints):
    """The order of people ``(N, K, 2)`` by where they are, px."""
    return np.lexsort(keypoints.sum(1).round().T)


def test_stock_cannot_even_pack_levels_of_different_sizes(pyramid_config):
    pyramid_config.val_pipeline[2].type = 'PackPoseInputs'
    with pytest.raises(RuntimeError, match='stack expects each tensor to be equal size'):
        batch_of(pyramid_config, 1)


def test_a_batch_of_pyramids_gives_what_they_give_one_by_one(pyramid_config):
    model = build(pyramid_config.model)
    with torch.no_grad():
        together = model.test_step(batch_of(pyramid_config, 3))
        dataset = DATASETS.build(pyramid_config.val_dataloader.dataset)
        for i, sample in enumerate(together):
            (alone,) = model.test_step(pseudo_collate([dataset[i]]))
            assert len(alone.pred_instances.keypoints)
            # Scores of an untrained head almost tie, and a batch sums in another order: compare place by place.
            found, expected = (
                people[by_place(people.keypoints)] for people in (sample.pred_instances, alone.pred_instances)
            )
            for name in ('keypoints', 'keypoint_scores'):
                np.testing.assert_allclose(found[name], expected[name], atol=2e-4)


def predict_one_by_one(model, batch):
    with torch.no_grad():
        return [
            model.test_step({'inputs': [image], 'data_samples': [sample]})[0]
            for image, sample in zip(batch['inputs'], batch['data_samples'])
        ]


def test_batches_on_a_cpu_give_what_mmpose_gives_image_by_image(crowd_config):
    """Of images of unequal size too: the padding must not reach the maps."""
    stock, ours = (build(dict(crowd_config.model, type=f'{kind}PoseEstimator')) for kind in ('Bottomup', 'Crowd'))
    batch = batch_of(crowd_config, 3)
    image, sample = batch['inputs'][1], batch['data_samples'][1]
    batch['inputs'][1] = image.transpose(1, 2).contiguous()
    sample.set_metainfo({'input_size': tuple(sample.input_size[::-1])})
    assert len({image.shape for image in batch['inputs']}) == 2
    expected = predict_one_by_one(stock, copy.deepcopy(batch))
    with torch.no_grad():
        found = ours.test_step(batch)
    for one, other in zip(found, expected, strict=True):
        assert len(one.pred_instances)
        assert np.array_equal(one.pred_instances.keypoints, other.pred_instances.keypoints)
        assert np.array_equal(one.pred_instances.keypoint_scores, other.pred_instances.keypoint_scores)


def test_scales_agree_on_where_people_are(pyramid_config):
    """Maps are computed from each level's geometry alone; people must come out where they were planted, once."""
    model = build(pyramid_config.model)
    head, stride = model.head, 4
    roots = np.array([[40.0, 56.0], [97.0, 61.0]])  # px at scale 1 of a 172 x 128 image padded to 192 x 128
    joints = roots[:, None] + np.random.default_rng(0).uniform(-16, 16, (2, 17, 2))
    first = np.array([192.0, 128.0])

    def planted(size, zoom):
        W, H = (side // stride for side in size)
        y, x = np.mgrid[:H, :W]
        heatmaps, displacements = np.full((18, H, W), 1e-3), np.zeros((17, 2, H, W))
        cells = (np.array(size) / 2 + (np.concatenate([joints, roots[:, None]], 1) - first / 2) * zoom) / stride
        for person in cells:
            gaussians = np.exp(-((x - person[:, 0, None, None]) ** 2 + (y - person[:, 1, None, None]) ** 2) / 8)
            heatmaps = np.maximum(heatmaps, gaussians)
            near = gaussians[17] > 0.2
            displacements[:, :, near] = person[:17, :, None] - np.stack([x, y])[:, near]
        return [torch.tensor(m[None], dtype=torch.float32) for m in (heatmaps, displacements.reshape(34, H, W))]

    levels = [planted(size, zoom) for size, zoom in (((192, 128), 1), ((96, 64), 0.5), ((352, 256), 2))]
    test_cfg = dict(multiscale_test=True, nms_dist_thr=0.15)
    info = dict(input_size=(192, 128), batch_input_shape=(128, 192), aug_scales=SCALES)
    (found,) = head.decode(*zip(*levels), test_cfg, info)
    order = np.argsort(found.keypoints.mean(1)[:, 0])
    np.testing.assert_allclose(found.keypoints[order], joints, atol=0.01)
    assert (found.keypoint_scores > 0.5).all()
    padded = [[torch.nn.functional.pad(m, (0, 9, 0, 7)) for m in level] for level in levels]
    info.update(batch_input_shape=(128 + 28, 192 + 36), aug_input_sizes=[(96, 64), (352, 256)])
    (again,) = head.decode(*zip(*padded), test_cfg, info)
    assert np.array_equal(again.keypoints, found.keypoints)
    assert np.array_equal(again.keypoint_scores, found.keypoint_scores)
