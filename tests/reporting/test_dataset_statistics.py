"""What a dataset holds, against figures worked out by hand from the scene's own measures."""

from pathlib import Path

import numpy as np
import pytest

from synpose.reporting.dataset_scan import DatasetReader
from synpose.reporting.dataset_statistics import POSE_BINS, Statistics, angle_between, covered_shares
from synpose.skeletons import JOINT_NAMES
from synpose.testing import write_posed_dataset, write_synpose_dataset


@pytest.fixture
def statistics(tmp_path: Path) -> Statistics:
    folder = DatasetReader.open(write_posed_dataset(tmp_path / 'posed'))
    result = Statistics()
    for split, entries in folder.moments():
        for entry in entries:
            view, _ = folder.read(split, entry)
            assert view is not None
            result.add(view)
    return result


def test_counts(statistics: Statistics) -> None:
    assert (statistics.images, statistics.people, statistics.synthetic) == (2, 4, 4)
    assert statistics.sizes == {(480, 270): 2}
    assert statistics.counters['behavior'] == {'writing': 2, 'reading': 2}
    assert statistics.counters['identity'] == {'p000': 2, 'p001': 2}
    assert statistics.counters['movement'] == {'write': 2, 'read': 2}
    assert statistics.counters['camera'] == {'0': 1, '1': 1}
    assert statistics.counters['room'] == {}
    assert statistics.joints.sum() == 4 * len(JOINT_NAMES)


def test_measures_of_the_scene(statistics: Statistics) -> None:
    spread = statistics.distributions
    assert (spread['camera height'].low, spread['camera height'].high) == pytest.approx((2.2, 2.4))
    # The cameras look from (.45, 4, 2.2) and (-2, 3.2, 2.4) at (.45, 0, .7).
    pitches = np.rad2deg([np.arctan2(1.5, 4), np.arctan2(1.7, np.hypot(2.45, 3.2))])
    assert (spread['camera pitch'].low, spread['camera pitch'].high) == pytest.approx(tuple(pitches))
    assert spread['trunk lean'].high == pytest.approx(0, abs=1e-3)
    assert spread['head turn'].mean == pytest.approx(0, abs=1e-3)
    assert spread['knee angle'].mean == pytest.approx(90, abs=1)
    assert spread['people per image'].mean == 2
    distances = [np.linalg.norm(np.subtract((0.45, 4, 2.2), place)) for place in ((0, 0, 0.5), (0.9, 0.1, 0.5))]
    assert spread['distance of the pelvis'].low <= min(distances) + 1e-5


def test_the_pose_map_is_upright_and_has_every_joint(statistics: Statistics) -> None:
    front, side = statistics.poses
    assert front.sum() == side.sum() == 4 * len(JOINT_NAMES)
    middle = POSE_BINS // 2
    assert front[:, : middle - 1].sum() == front[:, middle + 1 :].sum() > 0  # the body is symmetric
    assert side[:, middle + 5 :].sum() > side[:, : middle - 5].sum() == 0  # thighs and hands are ahead
    assert front[middle:].sum() > front[:middle].sum()


def test_parts_add_up_to_the_whole(statistics: Statistics) -> None:
    twice = Statistics()
    twice.merge(statistics)
    twice.merge(statistics)
    once, double = statistics.summary(), twice.summary()
    assert double['people'] == 2 * once['people']
    assert double['joints']['nose'] == {name: 2 * value for name, value in once['joints']['nose'].items()}
    assert double['counts']['behavior'] == {'writing': 4, 'reading': 4}
    assert double['distributions']['box height']['mean'] == once['distributions']['box height']['mean']


def test_what_the_annotations_do_not_hold_is_left_out(tmp_path: Path) -> None:
    folder = DatasetReader.open(write_synpose_dataset(tmp_path / 'flat', num_images=1, num_people=0))
    result = Statistics()
    for split, entries in folder.moments():
        view, _ = folder.read(split, entries[0])
        assert view is not None
        result.add(view)
    summary = result.summary()
    assert set(summary['distributions']) == {'people per image', 'camera pitch', 'camera height'}
    assert set(summary['counts']) == {'room size', 'viewpoint', 'domain', 'camera', 'scene'}
    assert summary['joints'] == {}


def test_covered_shares() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 0, 10, 10], [2, 2, 2, 2], [50, 50, 1, 1], [np.nan] * 4])
    np.testing.assert_allclose(covered_shares(boxes), [0.5, 0.5, 1, 0])
    assert covered_shares(boxes[:1]).tolist() == [0]
    assert covered_shares(np.zeros((0, 4))).shape == (0,)


def test_angles() -> None:
    first = np.array([[1.0, 0, 0], [1, 0, 0], [0, 2, 0]])
    second = np.array([[0.0, 3, 0], [-2, 0, 0], [0, 1, 0]])
    np.testing.assert_allclose(angle_between(first, second), [90, 180, 0])
