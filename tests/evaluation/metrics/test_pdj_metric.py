import math

import numpy as np
import pytest
from mmpose.registry import METRICS

NAMES = ['left_shoulder', 'right_shoulder', 'left_elbow', 'right_elbow', 'right_hip']
META = {'keypoint_name2id': {name: index for index, name in enumerate(NAMES)}}
TRUE = np.array([[[10.0, 10], [50, 10], [5, 40], [60, 40], [40, 50]]])


def build(**options):
    metric = METRICS.build({'type': 'PDJMetric', **options})
    metric.dataset_meta = META
    return metric


def sample(moves: dict[str, tuple[float, float]], hidden: tuple[str, ...] = (), scale: float = 128, number: int = 1):
    """A person of whom some joints are found beside their place, px, and some are not labeled."""
    found, visible = TRUE.copy(), np.ones((1, 5))
    for name, move in moves.items():
        found[0, NAMES.index(name)] += move
    for name in hidden:
        visible[0, NAMES.index(name)] = 0
    return {
        'img_id': number,
        'gt_instances': {'keypoints': TRUE, 'keypoints_visible': visible},
        'pred_instances': {'keypoints': found},
        'input_scale': np.array([scale, scale / 2], np.float32),
    }


def evaluate(samples: list, **options) -> dict[str, float]:
    metric = build(**options)
    for one in samples:
        metric.process({}, [one])
    return metric.evaluate(len(samples))


def test_figures_by_hand() -> None:
    # The shoulders are 40 px apart: .05, .2 and .4 of it are 2, 8 and 16 px.
    samples = [
        sample({'left_elbow': (1.9, 0), 'right_elbow': (0, 8)}),
        sample({'left_elbow': (3, 4), 'right_elbow': (0, 100)}, scale=512),
    ]
    metrics = evaluate(samples)
    assert metrics['pdj/PDJ@0.05'] == pytest.approx(1 / 4)
    assert metrics['pdj/PDJ@0.2'] == pytest.approx(2 / 4)
    assert metrics['pdj/PDJ@0.4'] == pytest.approx(3 / 4)
    # Crops of 128 and 512 px are scaled to 256: errors twice and half as large; ten joints, twenty coordinates.
    squares = 4 * (1.9**2 + 8**2) + (3**2 + 4**2 + 100**2) / 4
    assert metrics['pdj/RMSE'] == pytest.approx(math.sqrt(squares / 20))
    assert len(metrics) == 4


def test_perfect() -> None:
    assert evaluate([sample({})]) == {'pdj/PDJ@0.05': 1, 'pdj/PDJ@0.2': 1, 'pdj/PDJ@0.4': 1, 'pdj/RMSE': 0}


@pytest.mark.parametrize(
    ('torso', 'size'), [('shoulders', 40), ('diagonal', 50), (('right_shoulder', 'right_hip'), math.hypot(10, 40))]
)
def test_torso(torso, size: float) -> None:
    for factor, expected in ((0.999, 1), (1.001, 0)):
        found = sample({'left_elbow': (0, 0.2 * size * factor)})
        metrics = evaluate([found], torso=torso, joints=['left_elbow'], ratios=[0.2])
        assert metrics['pdj/PDJ@0.2'] == expected


def test_joints_and_visibility() -> None:
    samples = [sample({'right_hip': (50, 0), 'left_elbow': (90, 0)}, hidden=('left_elbow',))]
    metrics = evaluate(samples, joints='all', crop_size=None)
    assert metrics['pdj/PDJ@0.4'] == pytest.approx(3 / 4)
    assert metrics['pdj/RMSE'] == pytest.approx(math.sqrt(2500 / 8))
    samples[0]['gt_instances']['keypoints_visible'] = np.repeat(
        samples[0]['gt_instances']['keypoints_visible'], 2
    ).reshape(1, 5, 2)
    assert evaluate(samples, joints='all', crop_size=None) == metrics


def test_people_without_torso_count_for_the_error_alone() -> None:
    metrics = evaluate([sample({}), sample({'left_elbow': (0, 30)}, hidden=('right_shoulder',))], crop_size=128)
    assert metrics['pdj/PDJ@0.05'] == 1
    assert metrics['pdj/RMSE'] == pytest.approx(math.sqrt(900 / 18))


def test_labels_are_not_changed() -> None:
    one = sample({'left_elbow': (1, 1)}, hidden=('right_hip',))
    evaluate([one])
    np.testing.assert_array_equal(one['gt_instances']['keypoints'], TRUE)
    np.testing.assert_array_equal(one['pred_instances']['keypoints'][0, 2], TRUE[0, 2] + 1)


def test_bad_samples() -> None:
    with pytest.raises(ValueError, match='PDJMetric: there are no samples'):
        METRICS.build({'type': 'PDJMetric'}).compute_metrics([])
    without = sample({}, number=7)
    del without['input_scale']
    with pytest.raises(ValueError, match='image 7: input_scale: missing'):
        evaluate([without])
    crowd = sample({}, number=8)
    crowd['pred_instances']['keypoints'] = np.zeros((2, 5, 2))
    with pytest.raises(ValueError, match=r'image 8: keypoints: \(2, 5, 2\) predicted, but \(1, 5, 2\) labeled'):
        evaluate([crowd])
    with pytest.raises(ValueError, match='image 9: pred_instances: keypoints must be finite'):
        evaluate([sample({'left_elbow': (np.nan, 0)}, number=9)])
    with pytest.raises(ValueError, match='the model has no nose; it has left_shoulder'):
        evaluate([sample({})], joints=['nose'])


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        ({'ratios': ()}, 'ratios must be positive'),
        ({'ratios': (0.0, 1.0)}, 'ratios must be positive'),
        ({'joints': 'elbows'}, 'joints must be names'),
        ({'joints': []}, 'joints must name at least one'),
        ({'torso': 'head'}, 'torso must be of'),
        ({'torso': ['a', 'b', 'c']}, 'torso must be of'),
    ],
)
def test_bad_options(options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        build(**options)
