import math

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.registry import KEYPOINT_CODECS, MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from synpose.models.heads import PixelSoftmaxHead
from synpose.models.heads.pixel_softmax_head import pixel_cross_entropy

CODEC = {'type': 'PixelLabel', 'input_size': (64, 32), 'heatmap_size': (16, 8)}
K = 3


def build(**options) -> PixelSoftmaxHead:
    return MODELS.build({'type': 'PixelSoftmaxHead', 'out_channels': K, 'decoder': CODEC, **options})


def sample(joints: np.ndarray, **fields) -> PoseDataSample:
    """Pack the joints (K, 2) px of one person."""
    encoded = KEYPOINT_CODECS.build(CODEC).encode(joints[None])
    data = PoseDataSample(metainfo={'flip_indices': [1, 0, 2], 'input_size': (64, 32), **fields})
    data.gt_instance_labels = InstanceData(**encoded).to_tensor()
    data.gt_instances = InstanceData(bboxes=np.zeros((1, 4)), bbox_scores=np.ones(1))
    return data


JOINTS = np.array([[5.0, 6.0], [50.0, 20.0], [30.0, 30.0]])


def random_logits(count: int = 2, seed: int = 0) -> list[Tensor]:
    return list(torch.randn(count, 2, K, 8, 16, generator=torch.Generator().manual_seed(seed)))


@pytest.mark.parametrize('level', [0.0, 12.5])
def test_uniform_logits_cost_the_log_of_the_number_of_pixels(level: float) -> None:
    logits = torch.full((2, 13, 64, 64), level, dtype=torch.float64)
    labels = torch.randint(4096, (2, 13))
    weights = torch.ones(2, 13)
    weights[0, 3:] = 0
    assert pixel_cross_entropy(logits, labels, weights).item() == pytest.approx(math.log(4096), rel=1e-12)


def test_loss_is_that_of_the_definition() -> None:
    stacks, outside = random_logits(), np.array([[70.0, 6.0], [50.0, 20.0], [30.0, 30.0]])
    losses = build().loss(stacks, [sample(JOINTS), sample(outside)])
    terms = []
    for logits in stacks:
        for row, joints in enumerate((JOINTS, outside)):
            for joint, (x, y) in enumerate(joints):
                if 0 <= x < 64:
                    values = np.exp(logits[row, joint].double().numpy())
                    terms.append(-np.log(values[int(y) // 4, int(x) // 4] / values.sum()))
    assert len(terms) == 10
    assert losses['loss_kpt'].item() == pytest.approx(np.mean(terms), rel=1e-5)


def test_gradient_is_of_labeled_joints_alone() -> None:
    logits = [stack.requires_grad_() for stack in random_logits()]
    outside = np.array([[70.0, 6.0], [50.0, 20.0], [30.0, 30.0]])
    build().loss(logits, [sample(JOINTS), sample(outside)])['loss_kpt'].backward()
    for stack in logits:
        assert stack.grad is not None
        assert not stack.grad[1, 0].any()
        assert stack.grad[0].flatten(1).any(1).all()
        assert stack.grad[1, 1:].flatten(1).any(1).all()


def test_no_joint_labeled() -> None:
    logits = [stack.requires_grad_() for stack in random_logits()]
    losses = build().loss(logits, [sample(JOINTS + 500)] * 2)
    losses['loss_kpt'].backward()
    assert losses['loss_kpt'] == 0
    assert not any(stack.grad.any() for stack in logits)


def perfect(joints: np.ndarray) -> Tensor:
    labels = KEYPOINT_CODECS.build(CODEC).encode(joints[None])['keypoint_labels'][0]
    logits = torch.zeros(1, K, 128)
    logits[0, torch.arange(K), torch.from_numpy(labels)] = 20
    return logits.view(1, K, 8, 16)


def test_accuracy_and_prediction() -> None:
    head, data = build(), [sample(JOINTS)]
    assert head.loss([perfect(JOINTS)], data)['acc_pose'] == 1
    moved = JOINTS.copy()
    moved[0, 0] += 16
    assert head.loss([perfect(moved)], data)['acc_pose'].item() == pytest.approx(2 / 3)
    assert 'acc_pose' not in head.loss([perfect(JOINTS)], data, {'compute_acc': False})
    (found,) = head.predict([perfect(JOINTS)], data)
    assert np.abs(found.keypoints[0] - JOINTS).max() <= 2
    np.testing.assert_allclose(found.keypoint_scores, np.ones((1, K)), atol=1e-5)


def test_stacks_are_averaged() -> None:
    stacks = random_logits(3)
    head = build()
    found, heatmaps = head.predict(stacks, [sample(JOINTS)] * 2, {'output_heatmaps': True})
    mean = torch.stack(stacks).mean(0).flatten(2)
    torch.testing.assert_close(heatmaps[0].heatmaps.flatten(1), mean[0].softmax(-1))
    np.testing.assert_allclose([one.keypoint_scores[0] for one in found], mean.softmax(-1).amax(-1), rtol=1e-5)
    cells = mean[1].argmax(-1)
    np.testing.assert_allclose(found[1].keypoints[0], np.stack((cells % 16, cells // 16), -1) * 4 + 1.5)


def test_flip_test_of_a_mirrored_map_is_the_map() -> None:
    (logits,), head = random_logits(1), build()
    mirrored = logits.flip(-1)[:, [1, 0, 2]]
    plain = head.predict([logits], [sample(JOINTS)] * 2)
    flipped = head.predict([[logits], [mirrored]], [sample(JOINTS)] * 2, {'flip_test': True})
    for one, other in zip(plain, flipped, strict=True):
        np.testing.assert_allclose(one.keypoints, other.keypoints)
        np.testing.assert_allclose(one.keypoint_scores, other.keypoint_scores, rtol=1e-6)


def test_layers_fit_any_backbone() -> None:
    head = build(in_channels=5, deconv_out_channels=(6,), deconv_kernel_sizes=(4,), final_layer={'kernel_size': 1})
    (logits,) = head((torch.zeros(1, 9, 2, 2), torch.randn(1, 5, 4, 8)))
    assert logits.shape == (1, K, 8, 16)
    with pytest.raises(ValueError, match='layers need in_channels'):
        build(final_layer={'kernel_size': 1})


def test_features_instead_of_logits() -> None:
    with pytest.raises(ValueError, match=r'needs maps of 3 joints, but they are \(2, 4, 8, 16\)'):
        build()([torch.zeros(2, 4, 8, 16)])


def tiny_estimator() -> dict:
    stages = dict(downsample_times=1, stage_channels=(256, 16), stage_blocks=(1, 1), feat_channel=32)
    return dict(
        type='TopdownPoseEstimator',
        data_preprocessor=dict(type='PoseDataPreprocessor', mean=[127.0] * 3, std=[64.0] * 3),
        backbone=dict(type='FeedbackHourglass', out_channels=K, num_stacks=2, **stages),
        head=dict(type='PixelSoftmaxHead', out_channels=K, decoder=CODEC),
        test_cfg=dict(flip_test=False),
    )


def test_estimator_learns_a_picture() -> None:
    torch.manual_seed(0)
    estimator = MODELS.build(tiny_estimator())
    estimator.init_weights()
    data = [sample(JOINTS, input_center=np.array([32, 16]), input_scale=np.array([64, 32]))]
    inputs = torch.randint(256, (1, 3, 32, 64), dtype=torch.uint8)
    batch = estimator.data_preprocessor({'inputs': [inputs[0]], 'data_samples': data})
    losses = []
    optimizer = torch.optim.RMSprop(estimator.parameters(), lr=1e-3)
    for _ in range(30):
        loss = estimator.loss(**batch)['loss_kpt']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(math.log(128), rel=0.05)
    assert losses[-1] < 0.5
    with torch.no_grad():
        (found,) = estimator.predict(**batch)
    assert found.pred_instances.keypoints.shape == (1, K, 2)


def test_with_the_adversary_on_the_sum_of_the_stacks() -> None:
    torch.manual_seed(0)
    classifier = dict(type='DomainClassifier', in_channels=K, mode='heatmap')
    codec = {**CODEC, 'input_size': (64, 64), 'heatmap_size': (16, 16)}
    estimator = tiny_estimator()
    estimator['head']['decoder'] = codec
    model = MODELS.build(
        dict(
            type='DomainAdversarialPoseEstimator',
            estimator=estimator,
            classifier=classifier,
            tap='backbone',
            index='sum',
        )
    )
    inputs = [torch.randint(256, (3, 64, 64), dtype=torch.uint8) for _ in range(3)]

    def losses(target_joints: np.ndarray) -> dict[str, Tensor]:
        joints = (JOINTS, JOINTS / 2, target_joints)
        data = [sample(points, domain_label=label) for points, label in zip(joints, (0, 0, 1))]
        return model.loss(**model.data_preprocessor({'inputs': inputs, 'data_samples': data}))

    found, other = losses(JOINTS), losses(JOINTS[::-1] / 3)
    assert found['loss_kpt'] == other['loss_kpt']
    assert found['loss_domain'] > 0
    found['loss_domain'].backward()
    assert all(conv.weight.grad.any() for conv in model.estimator.backbone.predictions)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision(dtype: torch.dtype) -> None:
    stacks, data = [stack.to(dtype) for stack in random_logits()], [sample(JOINTS)] * 2
    full = [stack.float() for stack in stacks]
    found, expected = (build().loss(logits, data) for logits in (stacks, full))
    torch.testing.assert_close(found, expected)
    for mine, theirs in zip(build().predict(stacks, data), build().predict(full, data)):
        np.testing.assert_array_equal(mine.keypoints, theirs.keypoints)
        np.testing.assert_array_equal(mine.keypoint_scores, theirs.keypoint_scores)
