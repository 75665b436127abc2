import numpy as np
import pytest
from pycocotools import mask as coco_mask

from synpose.generation.crowds.real_people import (
    RealPerson,
    RealPhoto,
    cover,
    fit_camera,
    number_people,
    pixels_per_metre,
    spot_among,
)
from synpose.generation.rendering.cameras import Camera
from synpose.skeletons import JOINT_NAMES

SIZE = (640, 480)
# Someone of 1.70 m who stands with straight limbs, in the frame of the generator (x right, y ahead, z up).
STANDING = {
    'left_ankle': (-0.1, 0, 0.066),
    'left_knee': (-0.1, 0, 0.066 + 0.418),
    'left_hip': (-0.1, 0, 0.9),
    'left_shoulder': (-0.187, 0, 1.39),
    'right_shoulder': (0.187, 0, 1.39),
    'right_hip': (0.1, 0, 0.9),
    'right_ankle': (0.1, 0, 0.066),
}


def person(points, box=(0, 0, 10, 20), mask=None, **fields):
    keypoints = np.zeros((59, 3))
    for name, (x, y, v) in points.items():
        keypoints[JOINT_NAMES.index(name)] = x, y, v
    return RealPerson({'keypoints': keypoints.ravel().tolist(), 'bbox': list(box), **fields}, mask)


def seen_by(camera, position, names=tuple(STANDING)):
    points = camera.project(camera.to_camera(np.array([STANDING[name] for name in names]) + position))
    return person({name: (*point, 2) for name, point in zip(names, points)})


@pytest.mark.parametrize('height', [1.0, 1.6, 4.0])
@pytest.mark.parametrize('pitch', [0.0, 0.2])
def test_the_camera_of_people_on_the_ground_is_found_again(height, pitch):
    ahead = np.array([0, np.cos(pitch), -np.sin(pitch)])
    position = np.array([0, 0, height])
    camera = Camera.look_at(position, position + ahead, np.deg2rad(55), SIZE)
    spots = [(-1.5, 7, 0), (0.5, 9, 0), (2, 12, 0)]
    people = tuple(seen_by(camera, np.array(spot)) for spot in spots)
    found, distances = fit_camera(RealPhoto(0, 'a.jpg', *SIZE, people), np.deg2rad(55), pitch)
    assert found.position[2] == pytest.approx(height, abs=0.25)
    assert found.pitch == pytest.approx(pitch)
    np.testing.assert_allclose(found.K, camera.K)
    true = camera.to_camera(np.array(spots) + np.array([0, 0, 0.9]))[:, 2]
    np.testing.assert_allclose(distances, true, rtol=0.1)


def test_hips_or_shoulders_stand_in_for_hidden_ankles():
    camera = Camera.look_at(np.array([0, 0, 1.5]), np.array([0, 1, 1.5]), np.deg2rad(55), SIZE)
    upper = ('left_shoulder', 'right_shoulder', 'left_hip', 'right_hip')
    for names in (upper, upper[:2]):
        photo = RealPhoto(0, 'a.jpg', *SIZE, (seen_by(camera, np.array([0.3, 5, 0]), names),))
        assert fit_camera(photo, np.deg2rad(55), 0.0)[0].position[2] == pytest.approx(1.5, abs=0.15)


def test_crowds_have_no_size_and_nobody_no_camera_height():
    photo = RealPhoto(0, 'a.jpg', *SIZE, (person({}, iscrowd=1),))
    camera, distances = fit_camera(photo, 1.0, 0.1)
    assert distances.tolist() == [5.0]
    assert camera.position[2] == pytest.approx(1.5)


def test_the_longest_limb_tells_the_scale_and_the_box_stands_in():
    points = {'left_knee': (100, 100, 2), 'left_ankle': (100, 100 + 0.246 * 1.7 * 200, 1)}
    points |= {'left_elbow': (50, 50, 2), 'left_wrist': (51, 50, 2)}  # foreshortened
    assert pixels_per_metre(person(points)) == pytest.approx(200)
    assert pixels_per_metre(person({'nose': (3, 3, 2)}, box=(0, 0, 40, 340))) == pytest.approx(200)


def test_places_are_at_the_peoples_distances_with_the_hips_in_the_image():
    rng = np.random.default_rng(0)
    camera = Camera.look_at(np.array([0, 0, 1.5]), np.array([0, 1, 1.4]), 0.9, SIZE)
    places = np.array([spot_among(rng, camera, [4.0, 9.0], 0.05)[0] for _ in range(200)])
    hips = camera.to_camera(places + np.array([0, 0, 0.9]))
    assert np.minimum(abs(hips[:, 2] - 4), abs(hips[:, 2] - 9)).max() < 1.6
    assert 0.3 < (hips[:, 2] > 6).mean() < 0.7
    assert not places[:, 2].any()
    columns, rows = camera.project(hips).T
    assert 0 <= columns.min() <= columns.max() <= SIZE[0]
    assert -0.06 * SIZE[1] < rows.min() <= rows.max() < 1.06 * SIZE[1]


def test_only_visible_joints_under_cover_change_and_only_their_visibility():
    points = {
        'nose': (5, 5, 2),
        'chin': (5.4, 4.6, 1),
        'left_eye': (20, 5, 2),
        'left_ear': (-3, 5, 2),
        'neck': (4.5, 5, 2),
    }
    someone = person(points, note='kept')
    covered = np.zeros((10, 30), bool)
    covered[5, 5] = True
    hidden = cover(someone, covered)
    before, after = someone.keypoints, np.array(hidden['keypoints']).reshape(59, 3)
    np.testing.assert_array_equal(before[:, :2], after[:, :2])
    changed = {JOINT_NAMES[i] for i in np.flatnonzero(before[:, 2] != after[:, 2])}
    assert changed == {'nose', 'neck'}
    assert after[JOINT_NAMES.index('nose'), 2] == 1
    assert hidden['note'] == 'kept'


def test_outlines_get_numbers_as_far_as_they_are_known_and_uncovered():
    rle = coco_mask.encode(np.asfortranarray(np.pad(np.ones((2, 2), np.uint8), ((4, 4), (4, 4)))))
    rle['counts'] = rle['counts'].decode()
    crowd = {'size': [10, 10], 'counts': [0, 100]}
    people = [
        person({}, mask=[[0, 0, 6, 0, 6, 6, 0, 6]]),
        person({}, mask=rle),
        person({}),
        person({}, mask=crowd, iscrowd=1),
        person({}, mask=[[8, 8, 10, 8, 10, 10, 8, 10]]),
    ]
    stencil, covered = np.zeros((10, 10), np.uint16), np.zeros((10, 10), bool)
    stencil[7:, 7:] = 1
    covered[7:, 7:] = covered[0, 0] = True  # (0, 0): somebody rendered whose label was left out
    assert number_people(people, stencil, covered, 2) == [2, 3, 0, 5, 0]
    assert stencil[0, 0] == 0
    assert (stencil[4:6, 4:6] == 3).all()  # the smaller one lies on top
    assert stencil[2, 2] == 2
    assert stencil[9, 0] == 5
    assert (stencil[7:, 7:] == 1).all()
