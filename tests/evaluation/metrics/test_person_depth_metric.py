import numpy as np
import pytest
import torch
from mmpose.registry import METRICS

NAMES = ['pelvis', 'head', 'left_toe']
META = {'keypoint_name2id': {name: index for index, name in enumerate(NAMES)}}


def sample(predicted, true, joints=(), visible=None, number: int = 1) -> dict:
    """A crop whose labels are a quarter of the input's size; joints in px of the input."""
    predicted, true = (torch.tensor(np.atleast_2d(value))[None] for value in (predicted, true))
    height, width = true.shape[1:]
    points = np.full((1, len(NAMES), 2), -100.0)
    points[0, : len(joints)] = np.reshape(joints, (-1, 2))
    return {
        'img_id': number,
        'pred_fields': {'labels': predicted},
        'gt_fields': {'labels': true},
        'gt_instances': {
            'transformed_keypoints': points,
            'keypoints_visible': np.ones((1, len(NAMES))) if visible is None else np.array([visible]),
        },
        'input_size': (4 * width, 4 * height),
    }


def evaluate(samples: list, **options) -> dict[str, float]:
    metric = METRICS.build({'type': 'PersonDepthMetric', **options})
    metric.dataset_meta = META
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_errors_by_hand_are_averaged_over_images() -> None:
    first = sample([9, 3, 12, 10], [0, 0, 10, 10])  # two pixels of the person, 2 and 0 bins off
    second = sample([[7, 10], [10, 10]], [[10, 10], [10, 10]])  # 3 bins off once in four
    figures = evaluate([first, second], joints=())
    assert figures == pytest.approx(
        {'depth/RMSE': 45 * (np.sqrt(4 / 2) + np.sqrt(9 / 4)) / 2, 'depth/st-RMSE': pytest.approx(0)}
    )


def test_background_inside_a_person_counts_as_bin_0() -> None:
    assert evaluate([sample([0, 10], [10, 10])], joints=())['depth/RMSE'] == pytest.approx(45 * np.sqrt(100 / 2))


def test_background_does_not_count() -> None:
    right = sample([[0, 0], [5, 12]], [[0, 0], [5, 12]])
    wrong = sample([[19, 1], [5, 12]], [[0, 0], [5, 12]])
    assert evaluate([right], joints=()) == evaluate([wrong], joints=())


def test_affine_depth() -> None:
    true = np.arange(1, 13).reshape(3, 4)
    figures = evaluate([sample(true + 5, true)], joints=())
    assert figures['depth/RMSE'] == pytest.approx(5 * 45)
    assert figures['depth/st-RMSE'] == pytest.approx(0, abs=1e-9)


def test_pose_errors_are_at_the_joints() -> None:
    true = np.array([[4, 5, 6, 0], [7, 8, 9, 10]])
    predicted = np.array([[4, 9, 6, 3], [7, 8, 9, 16]])
    # (5, 2) px is in column 1, row 0: 4 bins off; (14, 6) in column 3, row 1: 6 off; (14, 1) shows no person.
    figures = evaluate([sample(predicted, true, [(5, 2), (14, 6), (14, 1)])])
    assert figures['depth/pose-RMSE'] == pytest.approx(45 * np.sqrt((16 + 36) / 2))
    assert figures['depth/st-pose-RMSE'] == pytest.approx(0, abs=1e-9)  # two points are always fitted
    chosen = evaluate([sample(predicted, true, [(5, 2), (14, 6), (14, 1)])], joints=['head'])
    assert chosen['depth/pose-RMSE'] == pytest.approx(45 * 6)
    hidden = evaluate([sample(predicted, true, [(5, 2), (14, 6), (14, 1)], [0, 1, 1])])
    assert hidden['depth/pose-RMSE'] == pytest.approx(45 * 6)


def test_a_joint_belongs_to_the_pixel_around_it() -> None:
    # Input pixels 0 to 3 are label pixel 0, from -.5 to 3.5.
    for x, bins in ((-0.4, 1), (3.4, 1), (3.6, 2), (7.4, 2)):
        figures = evaluate([sample([4, 4], [3, 2], [(x, 0)])])
        assert figures['depth/pose-RMSE'] == pytest.approx(45 * bins)


def test_images_without_a_person_are_left_out_and_counted() -> None:
    some, nobody = sample([10], [8], [(1, 1)]), sample([10], [0], [(1, 1)], number=2)
    figures = evaluate([some, nobody])
    assert figures['depth/RMSE'] == pytest.approx(90)
    assert figures['depth/pose-RMSE'] == pytest.approx(90)
    assert np.isnan(list(evaluate([nobody]).values())).all()


def test_bad_samples() -> None:
    with pytest.raises(ValueError, match=r'image 7: labels: \(1, 1\) pixels predicted, but \(1, 2\) labeled'):
        evaluate([sample([10], [10, 10], number=7)])
    with pytest.raises(ValueError, match=r'the dataset has no joint nose; it has pelvis, head, left_toe'):
        evaluate([sample([10], [10])], joints=['nose'])
    lacking = sample([10], [10], number=7)
    del lacking['gt_instances']['transformed_keypoints']
    with pytest.raises(ValueError, match=r'image 7: transformed_keypoints: missing'):
        evaluate([lacking])
    with pytest.raises(ValueError, match='there are no samples'):
        METRICS.build({'type': 'PersonDepthMetric'}).compute_metrics([])
