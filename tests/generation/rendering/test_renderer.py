import numpy as np
import pytest

from synpose.generation.primitives import Material, Mesh, Person
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rendering.renderer import SceneRenderer
from synpose.generation.rooms.building import Light
from synpose.generation.shapes import box, quad

pytest.importorskip('mitsuba')

WHITE = Material(np.full(3, 0.8))
CAMERA = Camera.look_at((0, 0, 1), (0, 5, 1), np.deg2rad(60), (64, 36))
LAMP = Light(quad((-1, 1, 4), (0, 2, 0), (2, 0, 0), WHITE), np.full(3, 5.0))
JOINTS = np.zeros((59, 3), np.float32)


def block(low, high, color=0.5):
    return Person([box(low, high, Material(np.full(3, color)))], np.zeros((59, 3)), 'block')


@pytest.fixture(scope='module')
def renderer():
    wall = quad((-5, 6, -3), (10, 0, 0), (0, 0, 8), WHITE)
    counter = box((-3, 2.0, -1), (3, 2.2, 0.8), WHITE)
    people = [
        block((-1, 3, 0), (-0.4, 3.5, 1.5)),
        block((-0.7, 4, 0), (0.6, 4.5, 1.4), 0.1),
        block((0, 9, 0), (1, 10, 1)),
    ]
    return SceneRenderer([wall, counter], [LAMP], people, samples=2)


@pytest.fixture(scope='module')
def view(renderer):
    return renderer.render(CAMERA, 1)


def pixel_rays():
    y, x = np.mgrid[:36, :64] + 0.5
    return (x - 32) / CAMERA.K[0, 0], (18 - y) / CAMERA.K[1, 1]  # x and z of the world at y = 1


def test_depth_is_measured_along_the_axis_at_pixel_centers(view):
    x, z = pixel_rays()
    counter = (1 + 2 * z < 0.8) & (1 + 2 * z > -1)
    np.testing.assert_allclose(view.depth[counter], 2.0, atol=1e-4)
    person = (np.abs(3 * x + 0.7) < 0.3) & (1 + 3 * z < 1.5) & (1 + 3 * z > 0) & ~counter & (1 + 2.2 * z > 0.8)
    assert person.sum() > 20
    np.testing.assert_allclose(view.depth[person], 3.0, atol=1e-4)
    np.testing.assert_allclose(view.depth[0, 0], 6.0, atol=1e-4)


def test_stencil_shows_the_nearest_person_and_stops_at_furniture(view):
    x, z = pixel_rays()
    over_counter = 1 + 2.2 * z > 0.8
    first = (np.abs(3 * x + 0.7) < 0.3) & (1 + 3 * z < 1.5) & over_counter
    second = (np.abs(4 * x + 0.05) < 0.65) & (1 + 4 * z < 1.4) & over_counter & ~first
    expected = np.select([first, second], [1, 2], 0)
    inside = np.abs(view.depth - np.select([first, second], [3, 4], -1)) < 1e-3  # not a block's side or top
    np.testing.assert_array_equal(view.stencil[inside], expected[inside])
    assert set(np.unique(view.stencil)) == {0, 1, 2}  # the third block is behind the wall
    assert not view.stencil[~over_counter].any()


def test_color_is_finite_and_lit(view):
    assert np.isfinite(view.color).all()
    assert (view.color >= 0).all()
    wall, dark = view.color[(view.stencil == 0) & (view.depth > 5)].mean(), view.color[view.stencil == 2].mean()
    assert wall > 2 * dark > 0


def test_same_seed_same_bytes(renderer, view):
    again, other = renderer.render(CAMERA, 1), renderer.render(CAMERA, 2)
    np.testing.assert_array_equal(again.color, view.color)
    assert (other.color != view.color).any()
    np.testing.assert_array_equal(other.depth, view.depth)


@pytest.mark.parametrize(('x', 'z'), [(0.0, 1.0), (0.437, 1.3), (-1.21, 0.62)])
def test_a_projected_joint_is_the_middle_of_what_is_drawn_there(x, z):
    half = 0.1  # m: some three pixels
    tile = quad((x - half, 4, z - half), (2 * half, 0, 0), (0, 0, 2 * half), WHITE)
    person = Person([tile], np.tile([x, 4.0, z], (59, 1)).astype(np.float32), 'tile')
    view = SceneRenderer([quad((-9, 6, -9), (18, 0, 0), (0, 0, 18), WHITE)], [LAMP], [person], 1).render(CAMERA, 0)
    rows, columns = np.nonzero(view.stencil == 1)
    joint = CAMERA.project(CAMERA.to_camera(person.joints[0]))
    np.testing.assert_allclose(joint, (columns.mean(), rows.mean()), atol=0.45)


def test_black_textures_keep_their_persons_number():
    black = Material(np.full(3, 0.0), np.random.default_rng(0).random((64, 64, 3), dtype=np.float32))
    people = [Person([quad((i - 2.5, 4, 0.3), (1, 0, 0), (0, 0, 1.4), black)], JOINTS, 'tile') for i in range(5)]
    view = SceneRenderer([], [LAMP], people, 1).render(CAMERA, 0)
    expected = np.digitize(4 * pixel_rays()[0], np.arange(5) - 2.5)
    seen = view.stencil > 0
    assert seen.sum() > 500
    np.testing.assert_array_equal(view.stencil[seen], np.broadcast_to(expected, seen.shape)[seen])


def test_inner_faces_show_their_own_surface():
    tile = quad((-1, 4, 0), (2, 0, 0), (0, 0, 2), Material(np.array([0.8, 0.1, 0.1])))
    inside_out = Mesh(tile.vertices, tile.faces[:, ::-1], tile.material)
    wall = quad((-5, 6, -3), (10, 0, 0), (0, 0, 8), WHITE)
    views = [
        SceneRenderer([wall], [LAMP], [Person([m], JOINTS, 'tile')], 1).render(CAMERA, 0) for m in (tile, inside_out)
    ]
    np.testing.assert_array_equal(views[0].stencil, views[1].stencil)
    np.testing.assert_allclose(views[0].coverage, views[1].coverage)
    np.testing.assert_allclose(views[0].color, views[1].color, rtol=1e-4)


def test_coverage_is_the_share_of_a_pixel_that_people_cover():
    tile = Person([quad((-1.01, 4, 0.1), (2, 0, 0), (0, 0, 1.6), WHITE)], JOINTS, 'tile')
    view = SceneRenderer([], [LAMP], [tile], 1).render(CAMERA, 0)
    pixel = 4 / CAMERA.K[0, 0]  # m at the tile's distance
    assert view.coverage.sum() == pytest.approx(2 * 1.6 / pixel**2, rel=0.02)
    assert set(np.unique(np.round(view.coverage * 5))) > {0, 5}
    assert (view.coverage[view.stencil > 0] > 0).all()


def test_parts_are_told_on_request_and_only_on_bodies():
    body = quad((-1, 4, 0), (2, 0, 0), (0, 0, 2), WHITE)
    body.parts = np.where(body.vertices[:, 0] < 0, 8, 5).astype(np.uint8)  # each triangle takes two corners' part
    held = quad((-0.2, 3.9, 0.8), (0.4, 0, 0), (0, 0, 0.4), WHITE)
    renderer = SceneRenderer([], [LAMP], [Person([body, held], JOINTS, 'tile')], 1)
    assert renderer.render(CAMERA, 0).parts is None
    view = renderer.render(CAMERA, 0, parts=True)
    x, _ = pixel_rays()
    middle = view.depth < 3.95
    assert view.parts.dtype == np.uint8
    assert (view.parts[middle | (view.stencil == 0)] == 0).all()
    shown = view.parts[(view.stencil > 0) & ~middle]
    assert set(np.unique(shown)) == {5, 8}
    assert (view.parts == 8).sum() == pytest.approx((view.parts == 5).sum(), rel=0.1)
    assert view.parts[(np.abs(4 * x + 0.9) < 0.05) & (view.stencil > 0)].max() == 8


def test_labels_light_nothing():
    floor = quad((-3, 0, 0), (6, 0, 0), (0, 9, 0), WHITE)
    below = Light(quad((-1, 1, -4), (0, 2, 0), (2, 0, 0), WHITE), np.full(3, 5.0))
    assert not SceneRenderer([floor], [below], [block((-1, 3, 0), (1, 4, 1))], 1).render(CAMERA, 0).color.any()


def test_light_is_proportional_to_reflectance_and_falls_with_distance():
    lamp = Light(quad((-0.1, 2.9, 3), (0, 0.2, 0), (0.2, 0, 0), WHITE), np.full(3, 5.0))
    floors = [quad((x, 0, 0), (3, 0, 0), (0, 9, 0), Material(np.full(3, c))) for x, c in ((-3, 0.8), (0, 0.4))]
    camera = Camera.look_at((0, -3, 2), (0, 3, 0), np.deg2rad(60), (64, 36))
    view = SceneRenderer(floors, [lamp], [], samples=4).render(camera, 0)
    left, right = view.color[18:22, 22:30].mean(), view.color[18:22, 34:42].mean()
    assert left / right == pytest.approx(2, rel=0.1)
    assert view.color[18, 26, 0] > view.color[35, 26, 0]


def test_an_error_while_labels_are_dark_lights_them_again(renderer, view):
    with pytest.raises(RuntimeError, match='no light'), renderer._no_labels():
        raise RuntimeError('no light')
    np.testing.assert_array_equal(renderer.render(CAMERA, 1).stencil, view.stencil)
