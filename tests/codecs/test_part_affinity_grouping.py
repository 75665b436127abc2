"""Peaks, limbs, matches and people against plain loops over them."""

import numpy as np
import pytest
import torch

from synpose.codecs.limbs import Limbs
from synpose.codecs.part_affinity_grouping import (
    Matches,
    Peaks,
    assemble_people,
    find_peaks,
    match_greedily,
    score_limbs,
)
from synpose.testing.plain_part_affinity import plain_grouping, plain_limb_score, plain_matches, plain_peaks


@pytest.mark.parametrize('levels', [0, 4])
def test_peaks_are_those_of_a_plain_loop(levels: int) -> None:
    maps = torch.rand(2, 3, 11, 17, generator=torch.Generator().manual_seed(0))
    if levels:
        maps = (maps * levels).round() / levels  # many equal neighbors
    found = find_peaks(maps, 0.2, 1000)
    for b, k in np.ndindex(2, 3):
        expected = plain_peaks(maps[b, k].numpy(), 0.2)
        count = int((found.scores[b, k] > 0).sum())
        values = [maps[b, k, y, x].item() for x, y in expected]
        np.testing.assert_array_equal(found.scores[b, k, :count], values)
        if not levels:
            assert ((found.cells[b, k, :count] - torch.tensor(expected)).abs() <= 0.5).all()
    (few,) = find_peaks(maps[:1], 0.2, 2).scores
    assert torch.equal(few, found.scores[0, :, :2])


@pytest.mark.parametrize('place', [(5.0, 4.0), (5.3, 3.6), (4.5, 3.5), (6.49, 4.01)])
def test_places_of_gaussians_are_exact(place: tuple[float, float]) -> None:
    y, x = torch.meshgrid(torch.arange(9.0), torch.arange(12.0), indexing='ij')
    peaks = find_peaks(torch.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / 1.5)[None, None], 0.1, 9)
    assert peaks.scores.shape == (1, 1, 1)
    np.testing.assert_allclose(peaks.cells[0, 0, 0], place, atol=1e-4)


def test_limb_scores_are_those_of_a_plain_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    limbs = np.array([[0, 1], [2, 1], [0, 2]])
    cells = rng.uniform(0, 11, (3, 7, 2)).astype(np.float32)
    cells[0, 0] = cells[1, 3]
    fields = rng.normal(0, 0.2, (6, 9, 12)).astype(np.float32) + np.float32(0.3)
    shown = rng.random((3, 7)) < 0.8
    peaks = Peaks(torch.tensor(cells), torch.tensor(shown).float())
    found = score_limbs(peaks, torch.tensor(fields), limbs, 10, 0.05, 0.8)
    expected = np.zeros((3, 7, 7))
    for c, a, b in np.ndindex(3, 7, 7):
        start, end = limbs[c]
        if shown[start, a] and shown[end, b]:
            expected[c, a, b] = plain_limb_score(
                cells[start, a].astype(float), cells[end, b].astype(float), fields[2 * c : 2 * c + 2]
            )
    assert 10 < np.count_nonzero(expected) < 100
    np.testing.assert_allclose(found, expected, atol=1e-5)
    monkeypatch.setattr('synpose.codecs.part_affinity_grouping.PAIRS_AT_ONCE', 60)
    assert torch.equal(score_limbs(peaks, torch.tensor(fields), limbs, 10, 0.05, 0.8), found)


@pytest.mark.parametrize('levels', [0, 3])
def test_matches_are_those_of_a_plain_loop(levels: int) -> None:
    scores = np.random.default_rng(levels).uniform(-0.5, 1, (5, 12, 12))
    if levels:
        scores = np.round(scores * levels) / levels  # many ties
    found = match_greedily(scores)
    pairs = {(c, a, b) for c in range(5) for a, b in plain_matches(scores[c])}
    assert {(c, a, b) for c, a, b, _ in zip(*found)} == pairs
    assert len(found.limbs) == len(pairs) > 30
    np.testing.assert_array_equal(found.scores, scores[found.limbs, found.starts, found.ends])
    assert len(match_greedily(np.zeros((5, 3, 3))).limbs) == 0


@pytest.mark.parametrize('skeleton', ['mpii', 'coco'])
@pytest.mark.parametrize('seed', range(3))
def test_people_of_noise_are_those_of_plain_loops(skeleton: str, seed: int) -> None:
    """On noise almost every limb contradicts others."""
    rng = np.random.default_rng(seed)
    limbs = Limbs(skeleton)
    joints, peaks = len(limbs.joint_names), 6
    cells = rng.uniform(0, 20, (joints, peaks, 2))
    fields = rng.uniform(-0.3, 1, (2 * len(limbs), 16, 21))
    expected = plain_grouping(list(cells), fields, [(start, end) for start, end in limbs.pairs.tolist()])
    scores = score_limbs(
        Peaks(torch.tensor(cells), torch.ones(joints, peaks)), torch.tensor(fields), limbs.pairs, 10, 0.05, 0.8
    )
    people, sums = assemble_people(match_greedily(scores.numpy()), limbs.pairs, joints, peaks)
    found = {tuple(person): total for person, total in zip(people.tolist(), sums)}
    assert len(found) == len(expected) > 5
    for person, total in expected:
        assert found[tuple(person.get(joint, -1) for joint in range(joints))] == pytest.approx(total, abs=1e-5)


def test_the_weakest_limb_of_a_contradiction_is_left_out() -> None:
    limbs = np.array([[0, 1], [1, 2], [0, 2]])
    # Two people, 0-1-2 and 0'-1', and a limb 0'-2 that would join them.
    matches = Matches(*(np.array(part) for part in ([0, 0, 1, 2], [0, 1, 0, 1], [0, 1, 0, 0], [0.9, 0.8, 0.7, 0.6])))
    people, sums = assemble_people(matches, limbs, 3, 2)
    assert people.tolist() == [[0, 0, 0], [1, 1, -1]]
    np.testing.assert_allclose(sums, [1.6, 0.8])
    # Stronger than 1-2, it takes joint 2 over to the other person.
    people, sums = assemble_people(matches._replace(scores=np.array([0.9, 0.8, 0.7, 0.75])), limbs, 3, 2)
    assert people.tolist() == [[0, 0, -1], [1, 1, 0]]
    np.testing.assert_allclose(sums, [0.9, 1.55])


def test_nobody() -> None:
    people, sums = assemble_people(match_greedily(np.zeros((1, 1, 1))), np.array([[0, 1]]), 2, 1)
    assert people.shape == (0, 2)
    assert sums.shape == (0,)
