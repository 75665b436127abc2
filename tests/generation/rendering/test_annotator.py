import numpy as np
import pytest

from synpose.generation.primitives import Person
from synpose.generation.rendering.annotator import annotate, joint_visibility, stencil_box
from synpose.generation.rendering.cameras import Camera
from synpose.skeletons import JOINT_NAMES

PELVIS, WRIST = JOINT_NAMES.index('pelvis'), JOINT_NAMES.index('left_wrist')


def visibility_of(joint, xy, joint_depth, surface, owner):
    """Visibility of one joint over a constant depth map whose pixels all belong to ``owner``."""
    keypoints, depths = np.zeros((59, 2)), np.full(59, joint_depth)
    keypoints[joint] = xy
    depth, stencil = np.full((10, 20), surface, np.float32), np.full((10, 20), owner, np.uint16)
    return joint_visibility(keypoints, depths, depth, stencil, 1)[joint]


@pytest.mark.parametrize(
    ('joint', 'joint_depth', 'surface', 'owner', 'expected'),
    [
        (WRIST, 2.03, 2.0, 1, 2),  # inside its own arm
        (WRIST, 2.30, 2.0, 1, 1),  # behind its own trunk
        (PELVIS, 2.15, 2.0, 1, 2),  # deep inside its own trunk
        (PELVIS, 2.15, 2.0, 2, 1),  # behind somebody else
        (WRIST, 2.03, 2.0, 0, 1),  # behind a desk, however near
        (WRIST, 2.0, 3.0, 0, 2),  # beside the silhouette, the wall behind
        (WRIST, 2.0, 0.0, 0, 2),  # beside the silhouette, nothing behind
        (WRIST, -1.0, 3.0, 0, 0),  # behind the camera
    ],
)
def test_visibility(joint, joint_depth, surface, owner, expected):
    assert visibility_of(joint, (5.5, 5.5), joint_depth, surface, owner) == expected


@pytest.mark.parametrize(
    ('xy', 'expected'), [((-0.5, -0.5), 2), ((19.49, 9.49), 2), ((19.5, 5), 0), ((5, 9.5), 0), ((-0.51, 5), 0)]
)
def test_joints_outside_the_image_are_absent(xy, expected):
    assert visibility_of(WRIST, xy, 1.0, 2.0, 0) == expected


@pytest.mark.parametrize(('x', 'expected'), [(5.49, 1), (5.5, 2), (6.49, 2), (6.5, 1)])
def test_a_joint_lies_in_the_pixel_whose_center_is_nearest(x, expected):
    keypoints, depth = np.full((59, 2), (x, 3.0)), np.ones((10, 20), np.float32)
    depth[3, 6] = 5.0  # a hole in a near wall
    assert set(joint_visibility(keypoints, np.full(59, 2.0), depth, np.zeros((10, 20), np.uint16), 1)) == {expected}


def test_box_is_the_extent_of_the_stencil():
    stencil = np.zeros((8, 9), np.uint16)
    stencil[2:5, 3] = stencil[4, 3:8] = 7
    assert stencil_box(stencil, 7) == ([3, 2, 5, 3], 7)
    assert stencil_box(stencil, 1) == ([0, 0, 0, 0], 0)


def test_small_people_are_left_out_and_stencils_renumbered():
    camera = Camera.look_at((0, 0, 1), (0, 1, 1), 1.0, (20, 10))
    people = [Person([], np.tile([x, 3.0, 1.0], (59, 1)), 'writing', {'years': 10 + x}) for x in (-0.5, 0.0, 0.5)]
    stencil = np.zeros((10, 20), np.uint16)
    stencil[4:6, 5:7], stencil[0, 0], stencil[4:7, 13:15] = 1, 2, 3
    annotations, renumbered, skipped = annotate(people, camera, np.full((10, 20), 5.0), stencil, 4)
    assert skipped == 1
    assert [a['stencil_id'] for a in annotations] == [1, 2]
    assert [a['area'] for a in annotations] == [4, 6]
    assert annotations[1]['bbox'] == [13, 4, 2, 3]
    assert [a['attributes'] for a in annotations] == [{'years': 9.5}, {'years': 10.5}]
    np.testing.assert_array_equal(renumbered, np.select([stencil == 1, stencil == 3], [1, 2], 0))
