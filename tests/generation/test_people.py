import hashlib
import json
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from synpose.generation.movements import SEATED, STANDING
from synpose.generation.people import PersonFactory
from synpose.generation.primitives import Seat
from synpose.generation.props import HELD, LAPTOP_HEIGHT, hold
from synpose.skeletons import JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}


@cache
def factory() -> PersonFactory:
    return PersonFactory()


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
from test_people import digest, factory
from synpose.generation.primitives import Seat
print(digest(factory().sample_seated(np.random.default_rng(7), Seat())))
"""


def test_same_state_same_bytes_in_another_process_with_other_threads(request):
    here = digest(factory().sample_seated(np.random.default_rng(7), Seat()))
    again = digest(factory().sample_seated(np.random.default_rng(7), Seat()))
    command = [sys.executable, '-c', SCRIPT, '2', str(request.path.parent)]
    there = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
    assert here == again == there


def test_no_two_alike():
    people = [factory().sample_seated(np.random.default_rng([3, k]), Seat(), 'listening') for k in range(12)]
    assert len({digest(person) for person in people}) == 12
    assert len({str(person.attributes['colors']) for person in people}) == 12
    assert len({person.attributes['hair_style'] for person in people}) >= 3
    assert len({person.attributes['stature'] for person in people}) == 12


def test_every_movement_is_drawn():
    rng = np.random.default_rng(0)
    names = {factory().movements[rng.integers(len(SEATED))].name for _ in range(200)}
    assert names == {movement.name for movement in SEATED}


def test_seated_person_is_complete():
    person = factory().sample_seated(np.random.default_rng(2), Seat(), 'drinking')
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


def test_standing_person_faces_ahead():
    person = factory().sample_standing(np.random.default_rng(5))
    assert person.behavior in {movement.name for movement in STANDING}
    assert person.attributes['years'] >= 26
    assert person.joints[ROW['left_shoulder'], 0] < person.joints[ROW['right_shoulder'], 0]
    feet = min(mesh.vertices[:, 2].min() for mesh in person.meshes)
    assert feet == pytest.approx(0, abs=0.025)


def test_placed_people_move_rigidly():
    person = factory().sample_seated(np.random.default_rng(2), Seat(), 'writing')
    moved = person.placed(np.array([2.0, 1.0, 0.0]), np.pi / 2)
    expected = np.stack([2 - person.joints[:, 1], 1 + person.joints[:, 0], person.joints[:, 2]], axis=1)
    np.testing.assert_allclose(moved.joints, expected, atol=1e-5)


@pytest.mark.parametrize('thing', HELD)
@pytest.mark.parametrize('side', ['left', 'right'])
def test_things_are_in_the_hand(thing, side):
    person = factory().sample_seated(np.random.default_rng(6), Seat(), 'reading')
    meshes = hold(np.random.default_rng(0), thing, person.joints, side)
    points = np.concatenate([mesh.vertices for mesh in meshes])
    hand = person.joints[[ROW[f'{side}_{name}'] for name in ('palm', 'thumb_tip', 'index_tip', 'middle_2')]]
    nearest = np.linalg.norm(points[:, None] - hand[None], axis=2).min()
    assert nearest < 0.09
    for mesh in meshes:  # closed, and its faces point outward: the enclosed volume is positive
        a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(float) for k in range(3))
        assert (a * np.cross(b, c)).sum() / 6 > 1e-7


def test_bad_names_are_told():
    with pytest.raises(ValueError, match="unknown movement 'sleeping'"):
        factory().sample_seated(np.random.default_rng(0), Seat(), 'sleeping')
    with pytest.raises(ValueError, match='smplx'):
        PersonFactory('smplx')
    with pytest.raises(ValueError, match='violin'):
        hold(np.random.default_rng(0), 'violin', np.zeros((59, 3)), 'left')


@pytest.mark.parametrize('ages', [5, (9,), (20, 10), (0, 3)])
def test_bad_ages_are_told(ages):
    with pytest.raises(ValueError, match='teacher_age_range'):
        PersonFactory(teacher_age_range=ages)


def test_a_laptop_lifts_the_typing_hands():
    typing = factory().sample_seated(np.random.default_rng(4), Seat(), 'typing')
    assert typing.attributes['on_desk'] == ['laptop']
    tips = [ROW[f'{side}_{finger}_tip'] for side in ('left', 'right') for finger in ('index', 'middle')]
    assert typing.joints[tips, 2].min() > Seat().desk_height + LAPTOP_HEIGHT


def test_importing_the_module_does_not_import_anny():
    command = [sys.executable, '-c', 'import sys, synpose.generation.people; print("anny" in sys.modules)']
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1] == 'False'
