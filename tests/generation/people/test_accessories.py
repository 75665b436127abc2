import numpy as np
import pytest
from scipy.spatial import cKDTree

from synpose.generation.people import accessories
from synpose.generation.people.accessories import BAGS, BELONGINGS, GLASSES, MASKS
from synpose.generation.people.pieces import HEAD
from synpose.generation.primitives import Material, Seat

BLACK = Material(np.zeros(3, np.float32))


def _outward(fitting, points):
    rows = np.unique(fitting.regions.outer_faces)
    body = fitting.body.vertices[rows]
    _, nearest = cKDTree(body).query(points)
    return ((points - body[nearest]) * fitting.normals[rows][nearest]).sum(axis=1)


@pytest.mark.parametrize('shape', GLASSES)
def test_glasses_stand_before_the_eyes_and_reach_the_ears(fitting, shape):
    pieces = accessories.glasses(fitting, shape, BLACK)
    points = np.concatenate([piece.surface.points for piece in pieces])
    for side in ('left', 'right'):
        eye, ear = fitting.joints[f'{side}_eye'], fitting.joints[f'{side}_ear']
        rim = points[(np.abs(points[:, 0] - eye[0]) < 0.012) & (points[:, 1] > eye[1])]
        assert rim[:, 2].min() < eye[2] - 0.008
        assert rim[:, 2].max() > eye[2] + 0.008
        assert (rim[:, 1] - eye[1]).max() < 0.035
        assert np.linalg.norm(points - ear, axis=1).min() < 0.035
    assert (_outward(fitting, points) > -0.006).mean() > 0.97
    assert {piece.part for piece in pieces} == {HEAD}


@pytest.mark.parametrize('kind', MASKS)
def test_masks_cover_nose_and_mouth_but_not_the_eyes(tailor, fitting, kind):
    pieces = accessories.mask(fitting, kind, BLACK)
    cover = pieces[0].surface.points
    joints = fitting.joints
    assert cover[:, 2].max() < joints['left_eye'][2]
    assert cover[:, 2].min() < joints['chin'][2] + 0.01
    assert cover[:, 1].max() > joints['nose'][1]
    assert (_outward(fitting, cover) > 0).mean() > 0.9  # all but inner lips and nostrils, which it hides
    loops = np.concatenate([piece.surface.points for piece in pieces[1:]])
    assert len(pieces) == 5
    for side in ('left', 'right'):
        assert np.linalg.norm(loops - joints[f'{side}_ear'], axis=1).min() < 0.03


def test_headphones_sit_on_the_ears_and_over_the_hair(fitting):
    points = np.concatenate([p.surface.points for p in accessories.headphones(fitting, BLACK, 0.03)])
    assert points[:, 2].max() > fitting.joints['head_top'][2] + 0.03
    for side in ('left', 'right'):
        assert np.linalg.norm(points - fitting.joints[f'{side}_ear'], axis=1).min() < 0.03


@pytest.mark.parametrize('kind', BAGS)
def test_bags_are_worn_outside_the_clothes(fitting, kind):
    outer = fitting.shell(0.02, 8)
    pieces = accessories.bag(fitting, kind, outer, 0.02, BLACK, BLACK)
    points = np.concatenate([piece.surface.points for piece in pieces])
    assert (_outward(fitting, points) > 0).mean() > 0.9
    assert {piece.part for piece in pieces} == {0}
    if kind == 'backpack':
        assert points[:, 1].min() < fitting.body.vertices[:, 1].min() - 0.05


@pytest.mark.parametrize('name', BELONGINGS)
def test_belongings_stand_or_hang_clear_of_the_sitter(name):
    seat = Seat()
    meshes = accessories.belongings(np.random.default_rng(2), name, seat)
    points = np.concatenate([mesh.vertices for mesh in meshes])
    if name.endswith('floor'):
        assert points[:, 2].min() == pytest.approx(0, abs=0.01)
        assert np.abs(points[:, 0]).min() > 0.1
    else:
        assert points[:, 1].max() < -seat.seat_depth / 2
        assert seat.seat_height - 0.25 < points[:, 2].min() < points[:, 2].max() < seat.seat_height + 0.5
    assert all(mesh.parts is None for mesh in meshes)
    again = accessories.belongings(np.random.default_rng(2), name, seat)
    np.testing.assert_array_equal(points, np.concatenate([mesh.vertices for mesh in again]))


def test_unknown_things(fitting):
    seat, rng = Seat(), np.random.default_rng(0)
    for call in (
        lambda: accessories.glasses(fitting, 'monocle', BLACK),
        lambda: accessories.mask(fitting, 'monocle', BLACK),
        lambda: accessories.bag(fitting, 'monocle', fitting.body.vertices, 0.01, BLACK, BLACK),
        lambda: accessories.belongings(rng, 'monocle', seat),
    ):
        with pytest.raises(ValueError, match='monocle'):
            call()
