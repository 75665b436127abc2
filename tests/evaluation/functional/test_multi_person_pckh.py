"""MPII's multi-person measure: by hand, and against a plain reading of its steps, person by person."""

import math

import numpy as np
import pytest

from synpose.evaluation.functional import (
    PeopleOfImage,
    assign_people,
    in_group,
    multi_person_average_precision,
)


def image(predicted, labeled, scores=None, head: float = 10.0) -> PeopleOfImage:
    """People of one joint each where the lists are of pairs, of K where they are of lists of pairs."""
    joints = np.shape(predicted or labeled)[1] if np.ndim(predicted or labeled) == 3 else 1
    found, true = (np.array(people, dtype=float).reshape(-1, joints, 2) for people in (predicted, labeled))
    scores = np.ones(found.shape[:2]) if scores is None else np.array(scores, dtype=float).reshape(found.shape[:2])
    return PeopleOfImage(found, scores, true, np.full(len(true), head))


def test_half_a_head_is_right() -> None:
    labeled = [[0, 0], [100, 0]]
    for distance, expected in ((5.0, 1.0), (5.001, 0.5)):
        figures = multi_person_average_precision([image([[0, distance], [100, 0]], labeled, [0.5, 0.9])])
        assert figures == pytest.approx([expected])


def test_false_positives_by_score() -> None:
    """Right at .9 and .5, wrong at .7: precision 1 up to recall 1/2, then 2/3."""
    people = image([[0, 0], [300, 0], [100, 0]], [[0, 0], [100, 0]], [0.9, 0.7, 0.5])
    assert multi_person_average_precision([people]) == pytest.approx([0.5 + 0.5 * 2 / 3])
    # The same on two images: the figures are of the set, not means of images.
    images = [image([[0, 0], [300, 0]], [[0, 0]], [0.9, 0.7]), image([[100, 0]], [[100, 0]], [0.5])]
    assert multi_person_average_precision(images) == pytest.approx([0.5 + 0.5 * 2 / 3])


def test_images_without_labels_have_false_positives_alone() -> None:
    images = [image([[0, 0]], [[0, 0]], [0.5]), image([[7, 7]], [], [0.9])]
    assert multi_person_average_precision(images) == pytest.approx([0.5])
    assert multi_person_average_precision([images[0], image([], [[50, 50]])]) == pytest.approx([0.5])


def test_a_person_is_found_once() -> None:
    """The pose with the larger share is assigned; the joints of the other are wrong even where they are near."""
    labeled = [[[0, 0], [50, 0]]]
    predicted = [[[0, 0], [80, 0]], [[1, 0], [51, 0]]]
    figures = multi_person_average_precision([image(predicted, labeled, [[0.9, 0.9], [0.5, 0.5]])])
    assert figures == pytest.approx([0.5, 0.5])


def test_joints_without_label_and_joints_not_predicted() -> None:
    nothing = [math.nan, math.nan]
    labeled = [[[0, 0], nothing, nothing]]
    predicted = [[[0, 0], [50, 0], [9, 9]]]
    figures = multi_person_average_precision([image(predicted, labeled)])
    assert figures[0] == 1
    assert np.isnan(figures[1:]).all()  # nobody has them
    more = image([[[200, 0], nothing, [9, 9]]], [[[200, 0], [250, 0], [9, 9]]])
    # The second joint: one label, found never; the wrong one of the first person. The third: one right, one wrong.
    figures = multi_person_average_precision([image(predicted, labeled, [[1, 1, 2]]), more])
    assert figures == pytest.approx([1, 0, 0.5])


def test_assignment() -> None:
    near = np.zeros((3, 2, 4), dtype=bool)
    near[0, 0, :2] = near[1, 0, :3] = near[2, 1, 0] = True
    near[1, 1, 1:] = True  # the second prediction finds three joints of both, which is all the second person has
    assert assign_people(near, np.array([4, 3])).tolist() == [0, 1, -1]
    assert assign_people(np.zeros((2, 0, 4)), np.array([])).tolist() == [-1, -1]


def plain_reading(images: list[PeopleOfImage], threshold: float) -> list[float]:
    """The toolkit's steps, a pair of joints at a time."""
    num_joints = images[0].scores.shape[1]
    entries: list[list[tuple[float, bool]]] = [[] for _ in range(num_joints)]
    totals = [0] * num_joints
    for people in images:
        shares: dict[tuple[int, int], float] = {}
        near = {}
        for p, pose in enumerate(people.predicted):
            for g, person in enumerate(people.labeled):
                there = [k for k in range(num_joints) if not math.isnan(person[k][0])]
                for k in there:
                    near[p, g, k] = math.dist(pose[k], person[k]) / people.head_sizes[g] <= threshold
                shares[p, g] = sum(near[p, g, k] for k in there) / len(there) if there else 0
        choice = {}
        for p in range(len(people.predicted)):
            best = max(range(len(people.labeled)), key=lambda g: shares[p, g], default=None)
            if best is not None and shares[p, best] > 0:
                choice[p] = best
        winner = {}
        for g in set(choice.values()):
            rivals = [p for p in choice if choice[p] == g]
            winner[max(rivals, key=lambda p: shares[p, g])] = g
        for p in range(len(people.predicted)):
            for k in range(num_joints):
                right = p in winner and near.get((p, winner[p], k), False)
                entries[k].append((people.scores[p][k], bool(right)))
        for person in people.labeled:
            for k in range(num_joints):
                totals[k] += not math.isnan(person[k][0])
    result = []
    for k in range(num_joints):
        ranked = sorted(entries[k], key=lambda entry: -entry[0])
        points, hits = [], 0
        for rank, (_, right) in enumerate(ranked, start=1):
            hits += right
            points.append((hits / totals[k], hits / rank))
        area, before = 0.0, 0.0
        for i, (recall, _) in enumerate(points):
            area += (recall - before) * max(precision for _, precision in points[i:])
            before = recall
        result.append(area)
    return result


@pytest.mark.parametrize('seed', range(4))
def test_equal_to_a_plain_reading(seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = []
    for _ in range(8):
        people, joints = rng.integers(0, 6), 5
        labeled = rng.uniform(0, 60, (people, joints, 2))
        labeled[rng.random((people, joints)) < 0.2] = np.nan
        copies = labeled[rng.integers(0, people, rng.integers(0, 8))] if people else labeled
        predicted = np.nan_to_num(copies, nan=30.0) + rng.normal(0, 6, copies.shape)
        images.append(PeopleOfImage(predicted, rng.random(predicted.shape[:2]), labeled, rng.uniform(6, 20, people)))
    figures = multi_person_average_precision(images)
    assert figures == pytest.approx(plain_reading(images, 0.5), abs=1e-12)
    assert 0.05 < figures.mean() < 0.95


def test_bad_input() -> None:
    with pytest.raises(ValueError, match='there are no images'):
        multi_person_average_precision([])
    with pytest.raises(ValueError, match='image number 1: head sizes must be positive'):
        multi_person_average_precision([image([[0, 0]], [[0, 0]]), image([[0, 0]], [[0, 0]], head=0.0)])


def test_people_of_a_group_have_their_middle_in_its_box() -> None:
    poses = np.array([[[0, 0], [20, 20]], [[60, 10], [80, 10]], [[79, 10], [79, 10]]], dtype=float)
    box = np.array([20.0, 5, 70, 15])
    assert in_group(poses, box, 0).tolist() == [False, True, False]
    assert in_group(poses, box, 9).tolist() == [False, True, True]
    assert in_group(poses, box, 10).tolist() == [True, True, True]
    assert in_group(np.zeros((0, 2, 2)), box, 0).tolist() == []
