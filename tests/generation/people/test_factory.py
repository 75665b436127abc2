import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial import cKDTree

from synpose.generation.people.factory import PersonFactory, press
from synpose.generation.people.props import LAPTOP_HEIGHT
from synpose.generation.posing.movements import MOVEMENTS, SEATED, STANDING
from synpose.generation.primitives import Material, Mesh, Seat
from synpose.skeletons import BODY_PARTS, JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}


def digest(person):
    """Hash everything of a person that ends up in an image or a label."""
    value = hashlib.sha256(person.joints.tobytes() + person.behavior.encode() + repr(person.attributes).encode())
    for mesh in person.meshes:
        value.update(mesh.vertices.tobytes() + mesh.faces.tobytes() + mesh.material.color.tobytes())
        for optional in (mesh.uv, mesh.material.texture):
            value.update(b'' if optional is None else optional.tobytes())
    return value.hexdigest()


SCRIPT = """
import sys, torch, numpy as np
torch.set_num_threads(int(sys.argv[1]))
sys.path.insert(0, sys.argv[2])
from test_factory import digest
from synpose.generation.people.factory import PersonFactory
from synpose.generation.primitives import Seat
print(digest(PersonFactory().sample_seated(np.random.default_rng(7), Seat())))
"""


@pytest.mark.slow
def test_same_state_same_bytes_in_another_process_with_other_threads(factory, request):
    here = digest(factory.sample_seated(np.random.default_rng(7), Seat()))
    again = digest(factory.sample_seated(np.random.default_rng(7), Seat()))
    command = [sys.executable, '-c', SCRIPT, '2', str(request.path.parent)]
    there = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
    assert here == again == there


def test_no_two_alike(factory):
    numbers = factory.identities(np.random.default_rng(3), 12)
    people = [factory.sample_seated(np.random.default_rng([3, k]), Seat(), 'listening', k) for k in numbers]
    assert [person.attributes['identity'] for person in people] == numbers
    assert len({digest(person) for person in people}) == 12
    assert len({str(person.attributes['colors']) for person in people}) == 12
    assert len({person.attributes['hair_style'] for person in people}) >= 3
    assert len({person.attributes['stature'] for person in people}) == 12


def test_every_movement_is_drawn(factory):
    rng = np.random.default_rng(0)
    names = {factory.movements[rng.integers(len(SEATED))].name for _ in range(1500)}
    assert names == {movement.name for movement in SEATED}


def test_seated_person_is_complete(factory):
    person = factory.sample_seated(np.random.default_rng(2), Seat(), 'drinking')
    assert person.behavior == 'drinking'
    assert person.joints.shape == (59, 3)
    assert person.joints.dtype == np.float32
    assert np.isfinite(person.joints).all()
    attributes = person.attributes
    assert attributes['sex'] in ('female', 'male')
    assert 9 <= attributes['years'] <= 25
    assert attributes['held'] == 'cup'
    assert json.loads(json.dumps(attributes)) == attributes
    points = np.concatenate([mesh.vertices for mesh in person.meshes])
    outside = np.maximum(points.min(axis=0) - person.joints, person.joints - points.max(axis=0))
    assert outside.max() <= 0


def test_standing_person_faces_ahead(factory):
    person = factory.sample_standing(np.random.default_rng(5))
    assert person.behavior in {movement.behavior for movement in STANDING}
    assert person.attributes['years'] >= 26
    assert person.joints[ROW['left_shoulder'], 0] < person.joints[ROW['right_shoulder'], 0]
    feet = min(mesh.vertices[:, 2].min() for mesh in person.meshes)
    assert feet == pytest.approx(0, abs=0.025)


def test_an_identity_keeps_its_look_through_movements_and_processes(factory):
    people = [
        factory.sample_seated(np.random.default_rng(k), Seat(), name, identity=44)
        for k, name in enumerate(('reading', 'drinking'))
    ]
    people.append(factory.sample_standing(np.random.default_rng(9), identity=44))
    for key in ('identity', 'sex', 'years', 'stature', 'hair_style', 'top', 'colors'):
        assert len({repr(person.attributes[key]) for person in people}) == 1
    materials = [{id(mesh.material) for mesh in person.meshes if mesh.parts is not None} for person in people]
    assert materials[0] == materials[1] == materials[2]
    assert people[0].attributes['movement'] == 'reading'
    assert people[0].behavior == 'reading'


def test_cloth_does_not_hang_through_the_chair(factory):
    seat, shin = Seat(), BODY_PARTS.index('left_lower_leg')
    points = np.array([[0, 0, 0.40], [0, 0.1, 0.43], [0.3, 0, 0.40], [0, 0.3, 0.40], [0, 0, 0.46], [0, 0, 0.40]])
    parts = np.array([2, 9, 9, 9, 2, shin], dtype=np.uint8)
    mesh = Mesh(points.astype(np.float32), np.array([[0, 1, 2]], np.int32), Material(np.ones(3)), None, parts)
    pressed = press(mesh, seat).vertices
    np.testing.assert_array_equal(pressed[2:], mesh.vertices[2:])  # beside, ahead, above, or a shin
    assert seat.seat_height - 0.01 < pressed[0, 2] < pressed[1, 2] < seat.seat_height
    person = factory.sample_seated(np.random.default_rng(1), seat, 'listening', identity=1)  # wears a skirt
    for mesh in person.meshes:
        under = np.isin(mesh.parts, (2, 9, 12)) & (np.abs(mesh.vertices[:, :2]) < 0.19).all(axis=1)
        assert mesh.vertices[under, 2].min(initial=1) > seat.seat_height - 0.015


def test_skin_is_the_bare_body(factory):
    person = factory.sample_seated(np.random.default_rng(2), Seat(), 'writing', identity=3)
    model, bare = factory.model, person.skin
    assert bare.shape == model.template.shape
    chin = person.joints[ROW['chin']]
    np.testing.assert_allclose(bare[model.chin_vertex()], chin, atol=1e-6)
    skin = next(mesh for mesh in person.meshes if set(mesh.parts) >= {1, 5, 8})
    assert cKDTree(bare).query(skin.vertices)[0].max() < 0.02


def test_frames_take_different_people(factory):
    drawn = factory.identities(np.random.default_rng(1), 60)
    assert len(set(drawn)) == 60
    assert all(number % 10 for number in drawn)
    assert all(number % 10 == 0 for number in factory.identities(np.random.default_rng(1), 20, teachers=True))


def test_bags_are_worn_standing_and_put_down_sitting(factory):
    number = next(k for k in range(1, 60) if factory.roster[k].look.bag)
    sitting = [factory.sample_seated(np.random.default_rng(k), Seat(), 'listening', number) for k in range(12)]
    assert all(mesh.parts is not None for person in sitting for mesh in person.meshes)
    kind = factory.roster[number].look.bag
    assert {p.attributes['bag'] for p in sitting if p.attributes['belongings']} == {kind}
    assert {p.attributes['bag'] for p in sitting if not p.attributes['belongings']} == {None}
    assert {tuple(p.attributes['belongings']) for p in sitting} == {(), (f'{kind} on chair',), (f'{kind} on floor',)}
    pointing = MOVEMENTS['pointing']
    standing = [factory.sample_standing(np.random.default_rng(k), number, pointing) for k in range(12)]
    assert {any(mesh.parts is None for mesh in person.meshes) for person in standing} == {True, False}


def test_without_a_roster_everyone_is_new():
    factory = PersonFactory(roster=None)
    people = [factory.sample_seated(np.random.default_rng(k), Seat(), 'listening') for k in (1, 1, 2)]
    assert people[0].attributes['identity'] is None
    assert digest(people[0]) == digest(people[1]) != digest(people[2])
    assert factory.identities(np.random.default_rng(0), 3) == [None] * 3
    with pytest.raises(ValueError, match='no roster'):
        factory.sample_seated(np.random.default_rng(0), Seat(), identity=4)


def test_placed_people_move_rigidly(factory):
    person = factory.sample_seated(np.random.default_rng(2), Seat(), 'writing')
    moved = person.placed(np.array([2.0, 1.0, 0.0]), np.pi / 2)
    expected = np.stack([2 - person.joints[:, 1], 1 + person.joints[:, 0], person.joints[:, 2]], axis=1)
    np.testing.assert_allclose(moved.joints, expected, atol=1e-5)


def test_bad_names_are_told(factory):
    with pytest.raises(ValueError, match="unknown movement 'sleeping'"):
        factory.sample_seated(np.random.default_rng(0), Seat(), 'sleeping')
    with pytest.raises(ValueError, match="unknown type 'smplx'"):
        PersonFactory(body=dict(type='smplx'))
    with pytest.raises(ValueError, match='body'):
        PersonFactory(body={})
    with pytest.raises(ValueError, match='roster: 1'):
        PersonFactory(roster=1)
    with pytest.raises(ValueError, match='identity 551'):
        factory.sample_seated(np.random.default_rng(0), Seat(), identity=551)


@pytest.mark.parametrize('ages', [5, (9,), (20, 10), (0, 3)])
def test_bad_ages_are_told(ages):
    with pytest.raises(ValueError, match='teacher_age_range'):
        PersonFactory(teacher_age_range=ages)


def test_a_laptop_lifts_the_typing_hands(factory):
    typing = factory.sample_seated(np.random.default_rng(4), Seat(), 'typing')
    assert typing.attributes['on_desk'] == ['laptop']
    tips = [ROW[f'{side}_{finger}_tip'] for side in ('left', 'right') for finger in ('index', 'middle')]
    assert typing.joints[tips, 2].min() > Seat().desk_height + LAPTOP_HEIGHT - 0.002


def test_importing_the_module_does_not_import_anny():
    command = [sys.executable, '-c', 'import sys, synpose.generation.people.factory; print("anny" in sys.modules)']
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1] == 'False'
