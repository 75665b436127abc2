"""The symmetric spatial transformer around stock estimators, and around one that sees exactly one thing."""

import copy

import numpy as np
import pytest
import torch
from mmengine.hub import get_config
from mmengine.structures import InstanceData, PixelData
from mmpose.codecs import MSRAHeatmap
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import nn

from synpose.models import SSTNPoseEstimator
from synpose.testing.small_topdown import shrink_topdown

SIZE, CELLS = (192, 256), (48, 64)
CODEC = dict(type='MSRAHeatmap', input_size=SIZE, heatmap_size=CELLS, sigma=2)
SMALL_RESNET = dict(type='ResNet', depth=18, stem_channels=4, base_channels=4)
LOCALIZER = dict(type='AffineLocalizer', backbone=SMALL_RESNET, in_channels=32)
PREPROCESSOR = dict(type='PoseDataPreprocessor', mean=[0.0] * 3, std=[1.0] * 3)
TURNED = [0.75, -0.1, 0.06, 0.05, 0.85, -0.04]


class Subsample(nn.Module):
    """Every fourth pixel: what a codec calls cell i is pixel 4 i."""

    def forward(self, inputs):
        return (inputs[..., ::4, ::4],)


def eye_config(flip_test=False):
    return dict(
        type='TopdownPoseEstimator',
        data_preprocessor=PREPROCESSOR,
        backbone=dict(type=Subsample),
        head=dict(type='HeatmapHead', in_channels=3, out_channels=1, deconv_out_channels=None, decoder=CODEC),
        test_cfg=dict(flip_test=flip_test, shift_heatmap=True),
    )


def eye(parallel_weight=0.0, flip_test=False):
    """Return an SSTN whose estimator finds the brightest place of the first channel, and nothing else."""
    model = SSTNPoseEstimator(eye_config(flip_test), LOCALIZER, parallel_weight)
    for part in (model.estimator, model.parallel) if parallel_weight else (model.estimator,):
        part.head.final_layer.weight.data = torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1)
        part.head.final_layer.bias.data.zero_()
    return model


def stock(kind):
    """Return a config of MMPose's at 256x192, narrow."""
    folder = 'mmpose::wholebody_2d_keypoint/topdown_heatmap/coco-wholebody'
    name = {'hrnet': 'hrnet-w32', 'resnet': 'res50'}[kind]
    config = get_config(f'{folder}/td-hm_{name}_8xb64-210e_coco-wholebody-256x192.py')
    if kind == 'hrnet':
        return shrink_topdown(config, SIZE).model.to_dict()
    config.model.backbone = SMALL_RESNET
    config.model.head.update(in_channels=32, deconv_out_channels=(8, 8, 8))
    return config.model.to_dict()


def dot(x, y, sigma=10.0):
    columns, rows = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    picture = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))
    return torch.from_numpy(np.repeat(picture[None], 3, axis=0)).float()


def samples(keypoints, flip_indices=None):
    """Return data samples as a pipeline packs them, of people in boxes of their own; keypoints (B, K, 2) input px."""
    codec = MSRAHeatmap(**{key: value for key, value in CODEC.items() if key != 'type'})
    found = []
    for number, pose in enumerate(np.asarray(keypoints, np.float32)):
        encoded = codec.encode(pose[None])
        sample = PoseDataSample(
            metainfo=dict(
                input_center=np.array([300.0 + number, 200.0]),
                input_scale=np.array([96.0, 128.0]),
                input_size=SIZE,
                flip_indices=list(range(len(pose))) if flip_indices is None else flip_indices,
            )
        )
        sample.gt_instances = InstanceData(bboxes=np.zeros((1, 4)), bbox_scores=np.ones(1))
        sample.gt_fields = PixelData(heatmaps=torch.from_numpy(encoded['heatmaps']))
        sample.gt_instance_labels = InstanceData(keypoint_weights=torch.from_numpy(encoded['keypoint_weights']))
        found.append(sample)
    return found


def set_theta(model, theta):
    model.localizer.output.bias.data = torch.tensor(theta)


def random_batch(count=2):
    torch.manual_seed(0)
    flip = get_config(
        'mmpose::wholebody_2d_keypoint/topdown_heatmap/coco-wholebody/td-hm_res50_8xb64-210e_coco-wholebody-256x192.py'
    )
    assert flip.codec.sigma == 2
    poses = np.random.default_rng(0).uniform((20, 30), (150, 200), (count, 133, 2))
    return torch.randn(count, 3, 256, 192), samples(poses)


@pytest.mark.parametrize('kind', ['hrnet', 'resnet'])
def test_it_starts_as_the_estimator(kind):
    model = SSTNPoseEstimator(stock(kind), LOCALIZER).eval()
    inputs, data = random_batch()
    theta, degenerate = model.locate(inputs)
    assert theta.tolist() == [[[1, 0, 0], [0, 1, 0]]] * 2
    assert not degenerate.any()
    torch.testing.assert_close(model(inputs), model.estimator(inputs, None), rtol=0, atol=1e-5)
    ours = [sample.pred_instances for sample in model(inputs, copy.deepcopy(data), 'predict')]
    theirs = [sample.pred_instances for sample in model.estimator(inputs, copy.deepcopy(data), 'predict')]
    for mine, plain in zip(ours, theirs):
        np.testing.assert_allclose(mine.keypoint_scores, plain.keypoint_scores, rtol=0, atol=1e-5)
        assert np.median(np.abs(mine.keypoints - plain.keypoints)) < 1e-3  # peaks of noise may change places


@pytest.mark.parametrize('kind', ['hrnet', 'resnet'])
def test_both_branches_teach_the_localizer_and_the_frozen_one_learns_nothing(kind):
    model = SSTNPoseEstimator(stock(kind), LOCALIZER)
    model.init_weights()
    model.train()
    before = copy.deepcopy(model.parallel.state_dict())
    inputs, data = random_batch()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(2):
        losses = model(inputs, data, 'loss')
        assert losses['degenerate_theta'] == 0
        for name in ('loss_kpt', 'loss_parallel'):
            optimizer.zero_grad()
            losses[name].backward(retain_graph=True)
            assert model.localizer.output.weight.grad.abs().max() > 0, name
            if step:  # the last layer starts at zero and stops the gradient once
                assert model.localizer.backbone.conv1.weight.grad.abs().max() > 0, name
        assert model.estimator.head.final_layer.weight.grad is None or not (
            model.estimator.head.final_layer.weight.grad.any()
        )  # the last backward was the frozen branch's
        optimizer.zero_grad()
        sum(value for name, value in losses.items() if 'loss' in name).backward()
        optimizer.step()
    assert not model.parallel.training
    after = model.parallel.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert any(not torch.equal(before[name], value) for name, value in model.estimator.state_dict().items())


@pytest.mark.parametrize('flip_test', [False, True])
@pytest.mark.parametrize('theta', [TURNED, [1.0, 0, 0, 0, 1, 0], [1.1, 0, 0.1, 0, 1.2, 0.05]])
def test_a_thing_is_found_where_it_is_whatever_the_crop(theta, flip_test):
    model = eye(flip_test=flip_test).eval()
    set_theta(model, theta)
    places = np.array([[100.0, 120.0], [76.0, 160.0]])
    inputs = torch.stack([dot(*place) for place in places])
    data = samples(places[:, None])
    found = np.concatenate([sample.pred_instances.keypoints[0] for sample in model(inputs, data, 'predict')])
    scale, corner = np.array([96 / 192, 128 / 256]), np.array([[300 - 48, 200 - 64], [301 - 48, 200 - 64]])
    # In the image, whose pixels are two of the input; decoding and flip test are good for half a cell.
    np.testing.assert_allclose(found, places * scale + corner, rtol=0, atol=1.3)


def test_the_crop_moves():
    model = eye().eval()
    inputs = dot(100, 120)[None]
    seen = []
    model.estimator.backbone.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    model(inputs)
    set_theta(model, [1, 0, 2 * 20 / 192, 0, 1, 0])
    model(inputs)
    peaks = [divmod(crop[0, 0].argmax().item(), SIZE[0]) for crop in seen]
    assert peaks == [(120, 100), (120, 80)]


def test_the_frozen_branch_centers_the_person():
    """With labels left of the middle and no other loss the crop moves until the dot stands there."""
    torch.manual_seed(0)
    model = eye(parallel_weight=1.0)
    place = np.array([70.0, 150.0])
    inputs, data = dot(*place)[None], samples([[place]])
    optimizer = torch.optim.Adam([model.localizer.output.bias], lr=0.02)
    model.eval()
    losses = []
    for _ in range(20):
        loss = model(inputs, data, 'loss')['loss_parallel']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    theta = model.locate(inputs)[0][0].detach().numpy()
    middle = (theta[:, 2] + 1) * np.array(SIZE) / 2
    assert np.abs(middle - place).max() < 0.35 * np.abs(np.array(SIZE) / 2 - place).max()
    assert losses[-1] < 0.7 * losses[0]


def test_a_theta_without_inverse_crops_everything():
    model = eye(parallel_weight=1.0)
    plain = eye(parallel_weight=1.0)
    inputs, data = dot(100, 120)[None].repeat(2, 1, 1, 1), samples([[[100.0, 120.0]]] * 2)
    set_theta(model, [0.05, 0.0, 0.3, 0.0, 0.1, 0.0])  # .005 of the area
    losses = model(inputs, data, 'loss')
    assert losses['degenerate_theta'] == 1
    expected = plain(inputs, data, 'loss')
    torch.testing.assert_close(losses['loss_kpt'], expected['loss_kpt'])
    (losses['loss_kpt'] + losses['loss_parallel']).backward()
    assert not model.localizer.output.bias.grad.any()
    set_theta(model, [0.05, 0.0, 0.3, 0.0, 0.3, 0.0])
    assert model(inputs, data, 'loss')['degenerate_theta'] == 0


def test_the_frozen_branch_starts_as_the_trained_estimator(tmp_path):
    trained = MODELS.build(stock('resnet'))
    torch.save({'state_dict': trained.state_dict()}, tmp_path / 'trained.pth')
    pretrained = dict(type='Pretrained', checkpoint=str(tmp_path / 'trained.pth'))
    weights = trained.state_dict()
    for options in (
        dict(estimator={**stock('resnet'), 'init_cfg': pretrained}),
        dict(estimator=stock('resnet'), parallel_checkpoint=str(tmp_path / 'trained.pth')),
    ):
        model = SSTNPoseEstimator(localizer=LOCALIZER, **options)
        model.init_weights()
        assert all(torch.equal(value, weights[name]) for name, value in model.parallel.state_dict().items())
        assert not any(parameter.requires_grad for parameter in model.parallel.parameters())
        assert model.localizer.output.bias.tolist() == [1, 0, 0, 0, 1, 0]
    with pytest.raises(
        ValueError, match=r'parallel_checkpoint: .*trained\.pth does not fit the estimator: .*not match'
    ):
        SSTNPoseEstimator(eye_config(), LOCALIZER, 1.0, options['parallel_checkpoint']).init_weights()


def test_without_the_frozen_branch_its_weights_are_passed_over():
    trained = SSTNPoseEstimator(stock('resnet'), LOCALIZER)
    model = SSTNPoseEstimator(stock('resnet'), LOCALIZER, parallel_weight=0)
    assert model.parallel is None
    assert model.load_state_dict(trained.state_dict(), strict=True)
    inputs, data = random_batch(1)
    assert 'loss_parallel' not in model(inputs, data, 'loss')


@pytest.mark.parametrize(
    ('estimator', 'options', 'message'),
    [
        (
            dict(
                type='BottomupPoseEstimator',
                backbone=SMALL_RESNET,
                head=dict(type='HeatmapHead', in_channels=32, out_channels=17, decoder=CODEC),
            ),
            {},
            'needs a top-down estimator .* is BottomupPoseEstimator',
        ),
        (
            dict(
                type='TopdownPoseEstimator',
                backbone=SMALL_RESNET,
                head=dict(type='RegressionHead', in_channels=32, num_joints=17),
            ),
            {},
            'predicts heatmaps, but is TopdownPoseEstimator with RegressionHead',
        ),
        ({}, dict(min_determinant=0), r'min_determinant lie in \(0, 1\)'),
        ({}, dict(parallel_weight=-1), 'parallel_weight must be at least 0'),
    ],
)
def test_bad_arguments_are_named(estimator, options, message):
    with pytest.raises(ValueError, match=message):
        SSTNPoseEstimator(estimator, LOCALIZER, **options)


def test_an_unknown_mode_is_named():
    with pytest.raises(RuntimeError, match="'tensor', 'loss' or 'predict', but is 'test'"):
        eye()(dot(1, 1)[None], mode='test')
