import numpy as np
import pytest

from synpose.generation.primitives import Person, Seat
from synpose.generation.props import LAPTOP_HEIGHT, ON_DESK, lay
from synpose.generation.rooms import Place, Room
from synpose.generation.scene import compose


class Points:
    """People who are one point ahead of their origin."""

    def sample_seated(self, rng, seat, movement=None):
        return Person([], np.tile([0.0, 1.0, seat.seat_height], (59, 1)), 'seated')

    def sample_standing(self, rng):
        return Person([], np.tile([0.0, 1.0, 1.5], (59, 1)), 'standing')


@pytest.fixture
def room():
    places = [Place(Seat(seat_height=0.4 + 0.01 * i), np.array([i, 2.0, 0]), 0.0) for i in range(10)]
    return Room('small', (12, 8, 3), places=places, teacher=((-1, 1), (7, 7.2)))


@pytest.mark.parametrize(('occupancy', 'teacher', 'expected'), [(1.0, 0.0, 10), (1.0, 1.0, 11), (0.0, 1.0, 1)])
def test_number_of_people(room, occupancy, teacher, expected):
    assert len(compose(np.random.default_rng(0), room, Points(), occupancy, teacher)[0]) == expected


def test_occupancy_is_a_probability(room):
    rng = np.random.default_rng(0)
    counts = [len(compose(rng, room, Points(), 0.3, 0)[0]) for _ in range(300)]
    assert np.mean(counts) == pytest.approx(3, abs=0.3)


def test_people_sit_on_their_own_chair_facing_the_board(room):
    people, _ = compose(np.random.default_rng(0), room, Points(), 1.0, 0.0, heading_jitter=0.0)
    for i, person in enumerate(people):
        np.testing.assert_allclose(person.joints[0], (i, 3.0, 0.4 + 0.01 * i), atol=1e-6)


def test_the_teacher_faces_the_class(room):
    (teacher,), _ = compose(np.random.default_rng(1), room, Points(), 0.0, 1.0)
    assert teacher.behavior == 'standing'
    assert teacher.joints[0, 1] < 7


def test_max_people_limits_everyone(room):
    assert len(compose(np.random.default_rng(0), room, Points(), 1.0, 1.0, max_people=4)[0]) == 4


@pytest.mark.parametrize('thing', ON_DESK)
def test_things_lie_on_the_desk_before_their_person(room, thing):
    class Busy(Points):
        def sample_seated(self, rng, seat, movement=None):
            return Person([], np.zeros((59, 3)), 'busy', {'on_desk': [thing], 'main_hand': 'left'})

    people, things = compose(np.random.default_rng(0), room, Busy(), 1.0, 1.0)
    assert len(people) == 11  # the teacher has no desk
    per_desk = len(things) // 10
    assert len(things) == 10 * per_desk > 0
    for i, place in enumerate(room.places):
        points = np.concatenate([mesh.vertices for mesh in things[i * per_desk : (i + 1) * per_desk]]) - place.position
        seat = place.seat
        assert points[:, 2].min() == pytest.approx(seat.desk_height)
        assert np.abs(points[:, 0]).max() < seat.desk_width / 2
        assert points[:, 1].min() > seat.desk_near
        assert points[:, 1].max() < seat.desk_near + seat.desk_depth


def test_a_laptops_screen_faces_its_person():
    base, lid = lay(np.random.default_rng(0), 'laptop', Seat(), 'right')
    assert base.vertices[:, 2].max() == pytest.approx(Seat().desk_height + LAPTOP_HEIGHT)
    a, b, c = (lid.vertices[lid.faces[:, k]].astype(float) for k in range(3))
    normals = np.cross(b - a, c - a)
    screen = normals[np.argmax(np.linalg.norm(normals, axis=1) * (normals[:, 1] < 0))]
    assert screen @ (np.array([0, 0.1, 1.2]) - lid.vertices.mean(axis=0)) > 0


def test_unknown_things_are_told():
    with pytest.raises(ValueError, match='globe'):
        lay(np.random.default_rng(0), 'globe', Seat(), 'left')
