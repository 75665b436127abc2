from types import SimpleNamespace

import numpy as np
import pytest

from synpose.generation.people.props import ON_DESK
from synpose.generation.primitives import Material, Person, Seat
from synpose.generation.rooms.building import Place, Room
from synpose.generation.rooms.collisions import Solid
from synpose.generation.rooms.scene import REASONS, compose
from synpose.generation.shapes import box

GRAY = Material(np.ones(3))
TRUNK = box((-0.2, -0.15, 0.0), (0.2, 0.15, 1.3), GRAY)
_FILL = np.stack(
    np.meshgrid(*(np.linspace(a, b, n) for a, b, n in ((-0.2, 0.2, 9), (-0.15, 0.15, 7), (0, 1.3, 66)))), -1
)
SKIN = np.concatenate([TRUNK.vertices, _FILL.reshape(-1, 3)])  # the triangles use the first vertices only


class Points:
    """People who are one point ahead of their origin, without a skin."""

    model = SimpleNamespace(faces=TRUNK.faces)

    def identities(self, rng, count, teachers=False):
        return list(range(1000, 1000 + count)) if teachers else list(rng.permutation(count))

    def sample_seated(self, rng, seat, movement=None, identity=None):
        return Person([], np.tile([0.0, 1.0, seat.seat_height], (59, 1)), 'seated', {'identity': identity})

    def sample_standing(self, rng, identity=None):
        return Person([], np.tile([0.0, 1.0, 1.5], (59, 1)), 'standing', {'identity': identity})


class Bodies(Points):
    """People who are boxes; the seated lean aside by ``sway`` m at random."""

    def __init__(self, sway=0.0, forward=0.0):
        self.sway, self.forward = sway, forward

    def sample_seated(self, rng, seat, movement=None, identity=None):
        aside = np.array([rng.choice([-1, 1]) * self.sway, self.forward, 0.0])
        return Person([], np.zeros((59, 3)), 'seated', {}, (SKIN + aside).astype(np.float32))

    def sample_standing(self, rng, identity=None):
        return Person([], np.zeros((59, 3)), 'standing', {}, SKIN)


def make_room(spacing=1.0, count=10, **more):
    seats = [Seat(seat_height=0.4 + 0.01 * i, desk_near=0.25) for i in range(count)]
    places = [Place(seat, np.array([(i - 0.5 * (count - 1)) * spacing, 2.0, 0]), 0.0) for i, seat in enumerate(seats)]
    return Room('small', (14, 8, 3), places=places, teacher=((-1, 1), (7, 7.2)), **more)


@pytest.fixture
def room():
    return make_room()


def fill(room, factory, seed=0, occupancy=1.0, teacher=0.0, **options):
    return compose(np.random.default_rng(seed), room, factory, occupancy, teacher, **{'standing': 0.0, **options})


@pytest.mark.parametrize(
    ('occupancy', 'teacher', 'least', 'most'), [(1.0, 0.0, 10, 10), (1.0, 1.0, 11, 12), (0.0, 1.0, 1, 2)]
)
def test_number_of_people(room, occupancy, teacher, least, most):
    counts = {len(fill(room, Points(), seed, occupancy, teacher).people) for seed in range(40)}
    assert (min(counts), max(counts)) == (least, most)


def test_occupancy_is_a_probability(room):
    rng = np.random.default_rng(0)
    counts = [len(compose(rng, room, Points(), 0.3, 0).people) for _ in range(300)]
    assert np.mean(counts) == pytest.approx(3, abs=0.3)
    room.occupancy = 0.5
    counts = [len(compose(rng, room, Points(), 0.3, 0).people) for _ in range(300)]
    assert np.mean(counts) == pytest.approx(1.5, abs=0.2)


def test_people_sit_on_their_own_chair_facing_the_board(room):
    people = fill(room, Points(), heading_jitter=0.0).people
    for i, person in enumerate(people):
        np.testing.assert_allclose(person.joints[0], (i - 4.5, 3.0, 0.4 + 0.01 * i), atol=1e-6)


def test_everyone_is_someone_else(room):
    who = [person.attributes['identity'] for person in fill(room, Points(), teacher=1.0).people]
    assert len(set(who)) == len(who) >= 11
    assert max(who) >= 1000


def test_the_teacher_faces_the_class(room):
    teacher = fill(room, Points(), 1, 0.0, 1.0).people[0]
    assert teacher.behavior == 'standing'
    assert teacher.joints[0, 1] < 7


def test_max_people_limits_everyone(room):
    assert len(fill(room, Points(), teacher=1.0, max_people=4).people) == 4


def test_people_in_one_another_are_drawn_again():
    # Neighbors .5 m apart, .4 m wide: who leans .15 m to one side must lean the same way as the one before.
    result = fill(make_room(0.5), Bodies(0.15), heading_jitter=0.0, tries=50)
    assert len(result.people) == 10
    assert result.redrawn['body'] > 0
    assert result.redrawn['left_empty'] == 0
    x = np.array([person.skin[:, 0].mean() for person in result.people])
    assert (np.diff(x) > 0.4).all()


def test_clothes_of_neighbors_do_not_touch_either():
    class Coats(Bodies):
        def sample_seated(self, rng, seat, movement=None, identity=None):
            coat = box((-0.3, -0.15, 0.3), (0.3, 0.15, 1.2), GRAY)
            return Person([TRUNK, coat], np.zeros((59, 3)), 'seated', {}, SKIN.astype(np.float32))

    for spacing, people in ((0.65, 10), (0.55, 5)):  # the skins are .4 m wide, the coats .6 m
        assert len(fill(make_room(spacing), Coats(), heading_jitter=0.0, tries=2).people) == people


def test_a_place_stays_empty_when_nobody_fits():
    result = fill(make_room(0.3), Bodies(), heading_jitter=0.0, tries=3)
    assert len(result.people) == 5  # every other one
    assert result.redrawn == {'desk': 0, 'furniture': 0, 'wall': 0, 'body': 15, 'left_empty': 5}


@pytest.mark.parametrize(
    ('reason', 'forward', 'solids'),
    [
        ('desk', 0.3, []),
        ('wall', -2.1, []),
        ('furniture', 0.0, [Solid('cabinet', np.array([0, 2.0, 0.6]), 0.0, np.array([9, 0.05, 0.6]))]),
    ],
)
def test_the_reason_is_told(reason, forward, solids):
    result = fill(make_room(solids=solids), Bodies(forward=forward), tries=2)
    assert not result.people
    assert result.redrawn == {**dict.fromkeys(REASONS, 0), reason: 20, 'left_empty': 10}


def test_sitters_may_touch_their_own_chair_but_no_other():
    def chair(place):
        return Solid('chair', np.array([-4.5, 2.0, 0.4]), 0.0, np.array([0.2, 0.2, 0.03]), place)

    assert len(fill(make_room(solids=[chair(0)]), Bodies()).people) == 10
    assert len(fill(make_room(solids=[chair(1)]), Bodies()).people) == 9


def test_some_stand_up_beside_their_desk():
    room = make_room(2.0, 4)
    result = fill(room, Bodies(), standing=1.0)
    assert [person.behavior for person in result.people] == ['standing'] * 4
    for place, person in zip(room.places, result.people):
        away = person.skin.mean(0)[:2] - place.position[:2]
        assert np.hypot(*away) == pytest.approx(np.hypot(0.75, 0.1), abs=0.01)


def test_nobody_stands_where_there_is_no_room():
    crowded = Solid('benches', np.array([0, 2.0, 1.0]), 0.0, np.array([9, 2.5, 0.1]))
    result = fill(make_room(2.0, 4, solids=[crowded]), Points(), standing=1.0)
    assert [person.behavior for person in result.people] == ['standing'] * 4  # points are never in the way
    result = fill(make_room(2.0, 4, solids=[crowded]), Bodies(), standing=1.0)
    assert not result.people
    assert result.redrawn['furniture'] > 0


def test_teachers_who_do_not_fit_are_counted():
    crowded = Solid('benches', np.array([0, 7.0, 1.0]), 0.0, np.array([9, 1.0, 0.1]))
    result = fill(make_room(solids=[crowded]), Bodies(), occupancy=0.0, teacher=1.0, tries=3)
    assert not result.people
    assert result.redrawn['furniture'] == 3 * result.redrawn['left_empty'] > 0


def test_who_cannot_stand_is_counted_and_sits():
    around = Solid('tablet', np.array([0, 2.0, 1.0]), 0.0, np.array([2, 1.0, 0.1]), 0)  # only the sitter may touch it
    result = fill(make_room(2.0, 1, solids=[around]), Bodies(), standing=1.0)
    assert [person.behavior for person in result.people] == ['seated']
    assert result.redrawn == {**dict.fromkeys(REASONS, 0), 'furniture': 3, 'left_empty': 0}


def test_a_frame_is_a_function_of_its_seed():
    first, same, other = (fill(make_room(0.5), Bodies(0.15), seed, 0.8, 0.5) for seed in (3, 3, 4))
    assert first.redrawn == same.redrawn
    for a, b in zip(first.people, same.people, strict=True):
        np.testing.assert_array_equal(a.skin, b.skin)
    skins = [np.concatenate([person.skin for person in result.people]) for result in (first, other)]
    assert skins[0].shape != skins[1].shape or not np.array_equal(*skins)


@pytest.mark.parametrize('thing', ON_DESK)
def test_things_lie_on_the_desk_before_their_person(room, thing):
    class Busy(Points):
        def sample_seated(self, rng, seat, movement=None, identity=None):
            return Person([], np.zeros((59, 3)), 'busy', {'on_desk': [thing], 'main_hand': 'left'})

    result = fill(room, Busy(), teacher=1.0, heading_jitter=0.0)
    per_desk = len(result.things) // 10
    assert len(result.things) == 10 * per_desk > 0  # the teacher has no desk
    for i, place in enumerate(room.places):
        own = result.things[i * per_desk : (i + 1) * per_desk]
        points = np.concatenate([mesh.vertices for mesh in own]) - place.position
        seat = place.seat
        assert points[:, 2].min() == pytest.approx(seat.desk_height)
        assert np.abs(points[:, 0]).max() < seat.desk_width / 2
        assert points[:, 1].min() > seat.desk_near
        assert points[:, 1].max() < seat.desk_near + seat.desk_depth


def test_belongings_stay_with_the_chair(room):
    class Owner(Points):
        def sample_seated(self, rng, seat, movement=None, identity=None):
            attributes = {'belongings': ['backpack on floor'], 'main_hand': 'left', 'colors': {'bag': [0.1, 0.2, 0.3]}}
            return Person([], np.zeros((59, 3)), 'busy', attributes)

    result = fill(room, Owner())
    points = np.concatenate([mesh.vertices for mesh in result.things])
    assert points[:, 2].min() == pytest.approx(0, abs=0.02)
    assert (np.abs(points[:, 1] - 2.0) < 0.5).all()
    assert np.abs(points[:, 0]).max() < 5.2
    np.testing.assert_allclose(result.things[0].material.color, (0.1, 0.2, 0.3), rtol=1e-6)
