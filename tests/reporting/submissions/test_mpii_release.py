"""``pred`` has each person's joints where the authors' file has the person."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from synpose.reporting.submissions import check_submission
from synpose.reporting.submissions.archive import write_archive
from synpose.reporting.submissions.mat_structs import struct_array
from synpose.reporting.submissions.mpii_files import encode_single
from synpose.reporting.submissions.mpii_release import find_places
from synpose.reporting.submissions.people import ScoredPose


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Four images, the second for training; of the third nobody, of the last the second and third person are asked."""
    images = []
    for name, centers in (('a', [(5, 6)]), ('b', [(5, 6)]), ('c', []), ('d', [(5, 6), (50, 60), (80, 20)])):
        places = [struct_array(['x', 'y'], [{'x': float(x), 'y': float(y)}]) for x, y in centers]
        rects = struct_array(['scale', 'objpos'], [{'scale': 1.0, 'objpos': place} for place in places])
        images.append({'image': struct_array(['name'], [{'name': f'{name}.jpg'}]), 'annorect': rects})
    release = {'annolist': struct_array(['image', 'annorect'], images), 'img_train': np.array([[0, 1, 0, 0]], np.uint8)}
    savemat(tmp_path / 'release.mat', {'RELEASE': struct_array(list(release), [release])})
    people = [('d.jpg', [80, 20]), ('a.jpg', [5, 6.5]), ('d.jpg', [50, 60])]
    (tmp_path / 'people.json').write_text(json.dumps([{'image': name, 'center': center} for name, center in people]))
    return tmp_path / 'release.mat', tmp_path / 'people.json'


def poses(count: int = 3) -> list[ScoredPose]:
    joints = np.random.default_rng(0).uniform(0, 90, (count, 16, 3))
    return [ScoredPose(points, 1.0, number) for number, points in enumerate(joints)]


def test_everybody_in_the_place_of_the_release(files: tuple[Path, Path], tmp_path: Path) -> None:
    found = poses()
    content = encode_single(found, find_places(*files))
    variables = loadmat(io.BytesIO(content))
    np.testing.assert_allclose(variables['preds'] - 1, [pose.joints[:, :2] for pose in found])
    pred = variables['pred'][0]
    assert [entry['annorect'].shape[1] for entry in pred] == [1, 0, 3]
    placed = {(0, 0): 1, (2, 1): 2, (2, 2): 0}
    for (image, rect), number in placed.items():
        points = pred[image]['annorect'][0, rect]['annopoints'][0, 0]['point'][0]
        assert points.dtype.names == ('x', 'y', 'id')
        where = np.array([[point['x'][0, 0], point['y'][0, 0]] for point in points])
        np.testing.assert_allclose(where - 1, found[number].joints[:, :2])
        assert [point['id'][0, 0] for point in points] == list(range(16))
    assert pred[2]['annorect'][0, 0]['annopoints'].size == 0
    path = write_archive(tmp_path, 'pred_keypoints_mpii.mat', content)
    assert check_submission(path, images=files[1]) == []


def test_faults_of_the_structs_are_found(files: tuple[Path, Path], tmp_path: Path) -> None:
    found = poses()
    found[1].joints[4, 0] = np.inf
    content = encode_single(found, find_places(*files))
    problems = check_submission(write_archive(tmp_path, 'pred_keypoints_mpii.mat', content))
    assert [problem.split('.zip: ')[1] for problem in problems] == ['person 1: preds: must be finite numbers']


def test_people_who_stand_nowhere(files: tuple[Path, Path]) -> None:
    files[1].write_text(json.dumps([{'image': 'd.jpg', 'center': [60, 60]}]))
    with pytest.raises(ValueError, match=r'record 0: center: nobody of .*release\.mat stands there on d\.jpg'):
        find_places(*files)
    files[1].write_text(json.dumps([{'image': 'b.jpg', 'center': [5, 6]}]))
    with pytest.raises(ValueError, match=r'stands there on b\.jpg'):
        find_places(*files)
    files[1].write_text(json.dumps([{'image': 'a.jpg'}]))
    with pytest.raises(ValueError, match=r'people\.json: record 0: center: missing'):
        find_places(*files)
