import json
from pathlib import Path

import numpy as np
import pytest

from synpose.datasets.proposals import FittedProposals, align_poses, nearest_poses
from synpose.datasets.proposals.fitting import fit_proposals

SHIFTS = {0: (-0.1, 0.0, 0.1, 0.05), 1: (0.2, 0.02, 0.0, -0.1)}


def test_poses_and_their_shifts_are_found(people: tuple[Path, Path, list[int]], tmp_path: Path) -> None:
    ann_file, det_file, kinds = people
    fitted = fit_proposals(ann_file, det_file, num_poses=2, components=1)
    assert sorted(atom.count for atom in fitted.atomic_poses) == sorted([kinds.count(0), kinds.count(1)])
    person = json.loads(ann_file.read_text())['annotations'][0]
    joints = np.reshape(person['keypoints'], (1, 17, 3))
    atomic = np.stack([atom.pose for atom in fitted.atomic_poses])
    aligned = align_poses(joints[..., :2], joints[..., 2] > 0, (5, 6, 11, 12))
    own = int(nearest_poses(aligned, atomic)[0])
    for index, kind in ((own, kinds[0]), (1 - own, 1 - kinds[0])):
        mixture = fitted.atomic_poses[index].offsets
        np.testing.assert_allclose(mixture.means[0], SHIFTS[kind], rtol=0, atol=0.004)
        np.testing.assert_allclose(np.sqrt(np.diag(mixture.covariances[0])), 0.01, rtol=0.35)
    path = tmp_path / 'fitted.json'
    path.write_text(json.dumps(fitted.to_json()))
    again = FittedProposals.read(path)
    assert again.joints == fitted.joints
    np.testing.assert_array_equal(again.atomic_poses[0].pose, fitted.atomic_poses[0].pose)
    np.testing.assert_array_equal(again.atomic_poses[1].offsets.covariances, fitted.atomic_poses[1].offsets.covariances)


def test_the_same_seed_fits_the_same(people: tuple[Path, Path, list[int]]) -> None:
    first, second = (fit_proposals(*people[:2], num_poses=5, components=2, seed=3).to_json() for _ in range(2))
    assert first == second
    for atom in first['atomic_poses']:
        assert len(atom['weights']) == min(2, max(1, atom['count'] // 10))


def test_nobody_detected_is_said(people: tuple[Path, Path, list[int]], tmp_path: Path) -> None:
    ann_file, det_file, _ = people
    with pytest.raises(ValueError, match=r'detections\.json: no detection overlaps a person of .*train\.json'):
        fit_proposals(ann_file, det_file, min_score=0.95)
    empty = tmp_path / 'empty.json'
    empty.write_text('[]')
    with pytest.raises(ValueError, match='no detection overlaps'):
        fit_proposals(ann_file, empty)


@pytest.mark.parametrize(
    ('options', 'message'),
    [({'num_poses': 0}, 'num_poses and components must'), ({'min_iou': 0}, r'min_iou lie in \(0, 1\]')],
)
def test_bad_arguments_are_named(people: tuple[Path, Path, list[int]], options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_proposals(*people[:2], **options)


def test_missing_files_are_named(people: tuple[Path, Path, list[int]], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'none\.json: detection file'):
        fit_proposals(people[0], tmp_path / 'none.json')
