import numpy as np
import pytest

from synpose.reporting.drawing import (
    INSIDE,
    Skeleton,
    color_depth,
    draw_boxes,
    draw_poses,
    line_width,
    person_color,
    tint_stencil,
)
from synpose.skeletons import COCO17_NAMES, JOINT_NAMES, LEFT_COLOR, RIGHT_COLOR, build_metainfo

PAIR = Skeleton(('left_wrist', 'right_wrist'), ((0, 1),), (LEFT_COLOR, RIGHT_COLOR), ((9, 8, 7),))


def canvas(height: int = 100, width: int = 200) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


def pixel(image: np.ndarray, x: int, y: int) -> tuple[int, ...]:
    return tuple(int(value) for value in image[y, x, ::-1])  # red, green, blue


def test_links_of_our_skeleton_are_its_bones() -> None:
    skeleton = Skeleton.from_names(JOINT_NAMES)
    bones = {skeleton.names[a] + '-' + skeleton.names[b] for a, b in skeleton.links}
    assert 'left_elbow-left_wrist' in bones
    assert 'left_shoulder-right_shoulder' not in bones


def test_coco_gets_a_torso() -> None:
    skeleton = Skeleton.from_names(COCO17_NAMES)
    bones = {
        (skeleton.names[a], skeleton.names[b]): color for (a, b), color in zip(skeleton.links, skeleton.link_colors)
    }
    assert bones['left_shoulder', 'left_hip'] == LEFT_COLOR
    assert bones['left_shoulder', 'right_shoulder'] not in (LEFT_COLOR, RIGHT_COLOR)
    # Every joint is joined to something.
    assert {index for link in skeleton.links for index in link} == set(range(17))


def test_from_metainfo_takes_its_links_and_colors() -> None:
    from mmpose.datasets.datasets.utils import parse_pose_metainfo

    parsed = parse_pose_metainfo(build_metainfo('coco17', COCO17_NAMES))
    skeleton = Skeleton.from_metainfo(parsed)
    assert skeleton.names == COCO17_NAMES
    assert skeleton.joint_colors[5:7] == (LEFT_COLOR, RIGHT_COLOR)
    assert len(skeleton.links) == len(parsed['skeleton_links'])


def test_a_skeleton_looks_the_same_by_names_and_by_metainfo() -> None:
    from mmpose.datasets.datasets.utils import parse_pose_metainfo

    by_metainfo = Skeleton.from_metainfo(parse_pose_metainfo(build_metainfo('ours', JOINT_NAMES)))
    by_names = Skeleton.from_names(JOINT_NAMES)
    assert by_metainfo.joint_colors == by_names.joint_colors
    assert {(0, 255, 0), (255, 128, 0), (51, 153, 255)} == set(by_names.joint_colors)


def test_a_pose_is_drawn_where_it_stands() -> None:
    image = canvas()
    draw_poses(image, np.array([[[50.0, 40.0], [150.0, 40.0]]]), PAIR)
    assert pixel(image, 50, 40) == LEFT_COLOR
    assert pixel(image, 150, 40) == RIGHT_COLOR
    assert pixel(image, 100, 40) == pytest.approx((9, 8, 7), abs=3)
    assert pixel(image, 100, 60) == (128, 128, 128)


def test_joints_not_shown_leave_no_trace() -> None:
    image = canvas()
    draw_poses(image, np.array([[[50.0, 40.0], [150.0, 40.0]]]), PAIR, shown=np.array([[True, False]]))
    assert pixel(image, 50, 40) == LEFT_COLOR
    assert (image[:, 60:] == 128).all()
    image = canvas()
    draw_poses(image, np.array([[[np.nan, 40.0], [np.nan, 40.0]]]), PAIR)
    assert (image == 128).all()


def test_occluded_joints_have_a_white_middle() -> None:
    image = canvas(1000, 1000)
    draw_poses(image, np.array([[[200.0, 500.0], [800.0, 500.0]]]), PAIR, occluded=np.array([[True, False]]))
    assert pixel(image, 200, 500) == INSIDE
    assert pixel(image, 800, 500) == RIGHT_COLOR


def test_far_away_joints_do_not_overflow() -> None:
    image = canvas()
    draw_poses(image, np.array([[[-1e30, 50.0], [1e30, 50.0]]]), PAIR)
    assert image.shape == (100, 200, 3)


def test_wrong_number_of_joints_is_refused() -> None:
    with pytest.raises(ValueError, match=r'\(N, 2, 2\), got \(1, 3, 2\)'):
        draw_poses(canvas(), np.zeros((1, 3, 2)), PAIR)


@pytest.mark.parametrize(('shape', 'width'), [((100, 200), 1), ((480, 640), 2), ((1080, 1920), 4)])
def test_lines_scale_with_the_image(shape: tuple[int, int], width: int) -> None:
    assert line_width(np.zeros((*shape, 3), np.uint8)) == width


def test_boxes_have_the_colors_given() -> None:
    image = canvas()
    draw_boxes(image, np.array([[20, 10, 50, 60], [120, 10, 50, 60]]), [(255, 0, 0), (0, 0, 255)])
    assert pixel(image, 20, 40) == pytest.approx((255, 0, 0), abs=25)  # antialiased
    assert pixel(image, 170, 40) == pytest.approx((0, 0, 255), abs=25)
    assert pixel(image, 45, 40) == (128, 128, 128)


def test_stencil_tint_mixes_by_opacity() -> None:
    image = canvas(2, 3)
    stencil = np.array([[0, 1, 1], [0, 7, 0]], np.uint16)
    tint_stencil(image, stencil, opacity=0.5)
    assert pixel(image, 0, 0) == (128, 128, 128)
    for (x, y), index in {(1, 0): 0, (1, 1): 6}.items():
        expected = np.round(0.5 * 128 + 0.5 * np.array(person_color(index)))
        np.testing.assert_array_equal(pixel(image, x, y), expected)
    with pytest.raises(ValueError, match=r'\(5, 5\) px but its image is \(3, 2\) px'):
        tint_stencil(image, np.zeros((5, 5), np.uint16))


def test_depth_is_bright_near_and_black_where_nothing_was_hit() -> None:
    colored = color_depth(np.array([[0, 1000, 2000, 3000]], np.uint16)).astype(int).sum(axis=2)[0]
    assert colored[0] == 0
    assert colored[1] > colored[2] > colored[3] > 0
    assert not color_depth(np.zeros((2, 2), np.uint16)).any()


def test_neighboring_people_differ_in_color() -> None:
    colors = np.array([person_color(i) for i in range(12)], dtype=int)
    for step in (1, 2):
        assert (np.abs(colors[step:] - colors[:-step]).max(axis=1) > 60).all()
