import numpy as np
import pytest

from synpose.generation.primitives import Material, Seat
from synpose.generation.rooms.furniture import chair, table, tablet
from synpose.generation.rooms.seating import Table

GRAY = Material(np.full(3, 0.5))
SEAT = Seat(seat_height=0.44, seat_depth=0.4, desk_height=0.73, desk_near=0.25, desk_depth=0.5, desk_width=0.8)
KINDS = ('legs', 'panel', 'bench', 'trestle', 'counter')
CHAIRS = ('school', 'wood', 'sled', 'office', 'stool', 'folding')


def points_of(meshes):
    return np.concatenate([mesh.vertices for mesh in meshes])


@pytest.mark.parametrize('kind', KINDS)
def test_tables_keep_to_their_measures(kind):
    top, *rest = table(kind, Table(np.zeros(3), 0.0, 1.6, 0.5, 0.73), GRAY, GRAY)
    np.testing.assert_allclose(top.vertices.min(0)[:2], (-0.8, -0.25), atol=1e-6)
    np.testing.assert_allclose(top.vertices.max(0), (0.8, 0.25, 0.73), atol=1e-6)
    points = points_of(rest)
    assert points[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert np.abs(points[:, 0]).max() <= 0.83
    assert np.abs(points[:, 1]).max() <= 0.28


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('two_sided', [False, True])
def test_knees_find_room_under_the_middle_of_a_table(kind, two_sided):
    depth = 1.1 if two_sided else 0.5
    _, *under = table(kind, Table(np.zeros(3), 0.0, 0.9, depth, 0.73, two_sided=two_sided), GRAY, GRAY)
    for mesh in under:  # a part is in the way if its box meets the knees'
        low, high = mesh.vertices.min(0), mesh.vertices.max(0)
        knees = np.array([(-0.2, -0.5 * depth, 0.3), (0.2, -0.5 * depth + 0.2, 0.6)])
        assert not ((low < knees[1]) & (high > knees[0])).all()


@pytest.mark.parametrize('shape', ['round', 'oval'])
def test_round_tables_are_round(shape):
    cover, *columns = table('legs', Table(np.zeros(3), 0.0, 3.0, 1.4, 0.74, shape), GRAY, GRAY)
    x, y, z = cover.vertices.T
    np.testing.assert_allclose((np.abs(x).max(), np.abs(y).max(), z.max()), (1.5, 0.7, 0.74), rtol=0.02)
    corner = np.abs(x / 1.5) + np.abs(y / 0.7)
    assert corner.max() < (1.45 if shape == 'round' else 1.75)  # a rectangle reaches 2
    assert points_of(columns)[:, 2].min() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize('kind', CHAIRS)
def test_chairs_keep_to_the_seats_measures(kind):
    top, *rest = chair(kind, SEAT, GRAY, GRAY)
    assert top.vertices[:, 2].max() == pytest.approx(0.44)
    if kind != 'stool':
        assert np.abs(top.vertices[:, 1]).max() == pytest.approx(0.2)
        back = points_of(rest)
        above = back[back[:, 2] > 0.44 + 0.15]
        assert len(above)
        assert above[:, 1].max() < -0.2 + 0.01  # nothing behind the sitter reaches over the seat
    points = points_of([top, *rest])
    assert points[:, 2].min() > -0.02
    assert np.abs(points[:, 0]).max() < 0.31  # neighbors at .64 m do not touch


def test_a_writing_tablet_is_where_the_desk_is():
    cover, *_ = tablet(SEAT, GRAY, GRAY)
    np.testing.assert_allclose(cover.vertices.min(0)[:2], (-0.4, 0.25), atol=0.01)
    np.testing.assert_allclose(cover.vertices.max(0), (0.4, 0.75, 0.73), atol=0.01)


@pytest.mark.parametrize(('make', 'what'), [(chair, SEAT), (table, Table(np.zeros(3), 0, 1, 1, 1))])
def test_an_unknown_kind_is_named(make, what):
    with pytest.raises(ValueError, match="'hammock', expected one of"):
        make('hammock', what, GRAY, GRAY)
