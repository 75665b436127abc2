import itertools

import numpy as np
import pytest

from synpose.generation.crowds.crowd import crowd_camera, gather, make_person, spot_in_view
from synpose.generation.posing.free_actions import read_actions
from synpose.generation.posing.free_posing import FreePoser
from synpose.generation.primitives import Material, Person
from synpose.generation.shapes import box

pytest.importorskip('fcl')


def block(number):
    mesh = box((-0.25, -0.25, 0), (0.25, 0.25, 1), Material(np.ones(3)))
    return Person([mesh], np.zeros((59, 3), np.float32), f'block {number}')


def test_nobody_is_in_anybody_and_who_would_be_is_counted():
    rng = np.random.default_rng(0)
    crowd = gather(8, block, lambda attempt: (np.array([*rng.uniform(0, 3, 2), 0]), 0.0))
    centers = np.array([person.meshes[0].vertices.mean(axis=0)[:2] for person in crowd.people])
    assert len(centers) == 8
    assert crowd.redrawn['interpenetration'] > 0
    for a, b in itertools.combinations(centers, 2):
        assert np.abs(a - b).max() > 0.5  # equal upright squares overlap exactly if both differences are under a side


def test_who_finds_no_room_is_left_out_and_counted():
    made = []
    crowd = gather(
        2,
        lambda number: made.append(number) or block(number),
        lambda attempt: (np.zeros(3) + 1e-3 * attempt, 0.1 * attempt),
    )
    assert [person.behavior for person in crowd.people] == ['block 0']
    assert crowd.redrawn['no_room'] == 1
    assert made.count(0) == 1
    assert made.count(1) > 1  # made anew when places ran out


def test_a_person_made_anew_starts_over_with_places():
    tries = []
    gather(2, block, lambda attempt: tries.append(attempt) or (np.zeros(3), 0.0))
    assert tries[:1] == [0]
    assert tries[1:] == [*range(8)] * 6


def test_surface_joins_all_meshes():
    person = Person(
        [block(0).meshes[0], block(1).meshes[0].moved(block(1).meshes[0].vertices + 5)], np.zeros((59, 3)), ''
    )
    vertices, faces = person.surface()
    count = len(person.meshes[0].vertices)
    assert len(vertices) == 2 * count
    assert faces[: len(faces) // 2].max() < count <= faces[len(faces) // 2 :].min()


@pytest.mark.parametrize('pitch', [0, 20, 45])
def test_places_are_on_the_ground_and_in_view(pitch):
    rng = np.random.default_rng(pitch)
    camera = crowd_camera(rng, np.deg2rad(pitch), np.deg2rad(50), 6.0, (640, 480))
    assert camera.pitch == pytest.approx(np.deg2rad(pitch), abs=1e-9)
    spots = [spot_in_view(rng, camera, 2.0, 9.0) for _ in range(100)]
    positions = np.array([position for position, _ in spots])
    assert not positions[:, 2].any()
    assert 2 <= positions[:, 1].min() <= positions[:, 1].max() <= 9
    hips = camera.project(camera.to_camera(positions + np.array([0, 0, 0.9])))
    assert ((hips >= 0) & (hips < (640, 480))).all()
    assert np.ptp(hips[:, 0]) > 500
    assert np.ptp([heading for _, heading in spots]) > 5


def test_people_come_from_all_groups_with_their_action_named(factory):
    actions = list(read_actions().values())
    chosen = [next(a for a in actions if a.behavior == kind) for kind in ('walking', 'lying')]
    poser = FreePoser(factory.model)
    people = [make_person(np.random.default_rng(seed), factory, poser, chosen, identity=3) for seed in range(6)]
    assert {person.behavior for person in people} == {'walking', 'lying'}
    assert {person.attributes['movement'] for person in people} == {action.name for action in chosen}
    assert len({person.attributes['identity'] for person in people if 'identity' in person.attributes}) <= 1
