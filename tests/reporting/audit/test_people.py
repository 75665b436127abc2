"""Each check of people against each other sees the fault planted for it, and nothing else."""

import numpy as np
import pytest

from synpose.reporting.audit import View
from synpose.reporting.audit.people import (
    check_collisions,
    check_duplicates,
    check_identities,
    segment_distance,
)


def test_a_clean_scene_has_no_findings(views: list[View]) -> None:
    for check in (check_duplicates, check_identities, check_collisions):
        assert [finding for view in views for finding in check(view)] == []


def move(view: View, person: int, shift: tuple[float, float, float]) -> None:
    """Move someone in the world, m."""
    view.points[person] += view.R @ np.array(shift)


def test_the_same_person_twice(view: View) -> None:
    view.points[1] = view.points[0] + 0.02
    (finding,) = check_duplicates(view)
    assert (finding.annotation, finding.message[-12:]) == (2, 'annotation 1')


def test_the_same_real_person_twice(view: View) -> None:
    view.points[:] = np.nan
    assert check_duplicates(view) == []
    view.keypoints[1] = view.keypoints[0] + (0.5, 0.5, 0)
    (finding,) = check_duplicates(view)
    assert finding.value == pytest.approx(np.sqrt(0.5), abs=1e-3)


def test_one_identity_twice(view: View) -> None:
    view.people[1]['attributes']['identity'] = 'p000'
    (finding,) = check_identities(view)
    assert (finding.annotation, finding.value, finding.message) == (2, 'p000', 'also annotation 1')


def test_two_bodies_in_one_another(view: View) -> None:
    move(view, 1, (-0.85, 0, 0))
    (finding,) = check_collisions(view)
    assert (finding.annotation, finding.message[-12:]) == (2, 'annotation 1')
    assert check_duplicates(view) == []


def test_arms_may_touch(view: View) -> None:
    move(view, 1, (-0.9 + 0.22 * 2 + 0.06, -0.1, 0))  # elbow beside elbow, 6 cm between the bones
    assert check_collisions(view) == []
    move(view, 1, (-0.03, 0, 0))
    (finding,) = check_collisions(view)
    assert finding.value == pytest.approx(0.02, abs=2e-3)


def test_distance_of_segments_against_dense_sampling() -> None:
    rng = np.random.default_rng(0)
    a0, a1, b0, b1 = rng.normal(size=(4, 50, 3))
    a1[:5], b1[5:10] = a0[:5], b0[5:10]  # points
    b1[10:15] = b0[10:15] + 2 * (a1[10:15] - a0[10:15])  # parallel
    share = np.linspace(0, 1, 201)[:, None]
    a, b = (p[:, None] + share * (q - p)[:, None] for p, q in ((a0, a1), (b0, b1)))
    sampled = np.linalg.norm(a[:, :, None] - b[:, None], axis=-1).min(axis=(1, 2))
    exact = segment_distance(a0, a1, b0, b1)
    assert (exact <= sampled + 1e-9).all()
    np.testing.assert_allclose(exact, sampled, atol=0.03)
