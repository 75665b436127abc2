"""Files with random contents in the layout of the official ones."""

import numpy as np
import pytest

from synpose.generation.bodies.kinematics import rotation
from synpose.generation.bodies.smplx_file import load_smplx, to_generator_axes
from synpose.generation.bodies.smplx_skeleton import SMPLX_PARENTS

COUNT = 12


def fields(num_shapes=20):
    rng = np.random.default_rng(0)
    weights = rng.uniform(size=(COUNT, 55))
    return {
        'v_template': rng.normal(size=(COUNT, 3)),
        'f': rng.integers(0, COUNT, (7, 3)).astype(np.uint32),
        'shapedirs': rng.normal(size=(COUNT, 3, num_shapes)),
        'posedirs': rng.normal(size=(COUNT, 3, 486)),
        'J_regressor': rng.normal(size=(55, COUNT)),
        'weights': weights / weights.sum(axis=1, keepdims=True),
        'kintree_table': np.array([[2**32 - 1, *SMPLX_PARENTS[1:]], range(55)], dtype=np.uint32),
        'hands_meanl': rng.normal(size=45),
        'hands_meanr': rng.normal(size=45),
    }


def written(folder, **changes):
    made = {name: field for name, field in {**fields(), **changes}.items() if field is not None}
    np.savez(folder / 'SMPLX_NEUTRAL.npz', **made)
    return folder / 'SMPLX_NEUTRAL.npz'


def test_axes_turn_rigidly():
    np.testing.assert_array_equal(to_generator_axes(np.eye(3)), [[-1, 0, 0], [0, 0, 1], [0, 1, 0]])
    assert np.linalg.det(to_generator_axes(np.eye(3))) == pytest.approx(1)


@pytest.mark.parametrize('where', ['.', 'smplx', 'file'])
def test_arrays_are_turned_into_our_axes(tmp_path, where):
    folder = tmp_path / 'smplx' if where == 'smplx' else tmp_path
    folder.mkdir(exist_ok=True)
    path = written(folder)
    data = load_smplx(path if where == 'file' else tmp_path, 'neutral', 4)
    made = fields()
    turn = to_generator_axes(np.eye(3)).T
    np.testing.assert_allclose(data.template, made['v_template'] @ turn.T)
    betas = np.array([1.0, -2.0, 0.5, 0.3])
    np.testing.assert_allclose(data.shapes @ betas, (made['shapedirs'][..., :4] @ betas) @ turn.T)
    np.testing.assert_allclose(data.regressor.toarray(), made['J_regressor'])
    np.testing.assert_array_equal(data.faces, made['f'])
    # A joint's rotation in the files' axes displaces what the same rotation, seen in ours, displaces.
    rng = np.random.default_rng(1)
    theirs = np.stack([rotation(rng.normal(size=3), 0.5) for _ in range(54)])
    expected = made['posedirs'] @ (theirs - np.eye(3)).ravel() @ turn.T
    ours = (turn @ theirs @ turn.T - np.eye(3)).ravel()
    np.testing.assert_allclose(data.corrections @ ours, expected, atol=1e-4)
    hand = rotation(made['hands_meanr'][:3], 0.4)
    np.testing.assert_allclose(rotation(data.hands[15], 0.4), turn @ hand @ turn.T, atol=1e-12)


@pytest.mark.parametrize(('columns', 'most'), [(20, 10), (400, 300)])
def test_shapes_end_where_expressions_begin(tmp_path, columns, most):
    path = written(tmp_path, shapedirs=fields(columns)['shapedirs'])
    assert load_smplx(path, 'neutral', most).shapes.shape == (COUNT, 3, most)
    for count in (most + 1, 0):
        with pytest.raises(ValueError, match=rf'SMPLX_NEUTRAL.npz: num_betas={count}.*{most}'):
            load_smplx(path, 'neutral', count)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'posedirs': None}, "'posedirs'.*missing"),
        ({'posedirs': np.zeros((COUNT, 3, 207))}, r'posedirs has the shape \(12, 3, 207\), expected \(12, 3, 486\)'),
        ({'weights': np.zeros((COUNT + 1, 55))}, r'weights has the shape \(13, 55\), expected \(12, 55\)'),
        ({'J_regressor': np.zeros((24, COUNT))}, r'J_regressor has the shape \(24, 12\)'),
        ({'v_template': np.full((COUNT, 3), np.nan)}, 'v_template.*finite'),
        ({'v_template': np.full((COUNT, 3), 'x')}, 'v_template.*numbers'),
        ({'f': np.full((7, 3), COUNT)}, 'f names vertices'),
        ({'weights': np.full((COUNT, 55), 1.0)}, 'weights do not sum to 1'),
        ({'kintree_table': np.zeros((2, 55), dtype=int)}, 'kintree_table'),
        ({'hands_meanl': np.array([None] * 45)}, 'hands_meanl is not a plain array'),
    ],
)
def test_bad_fields_are_named(tmp_path, changes, message):
    path = written(tmp_path, **changes)
    with pytest.raises(ValueError, match=f'SMPLX_NEUTRAL.npz: .*{message}'):
        load_smplx(path, 'neutral', 5)


def test_other_files_are_refused(tmp_path):
    (tmp_path / 'SMPLX_MALE.npz').write_text('no archive')
    with pytest.raises(ValueError, match=r'SMPLX_MALE\.npz: not an \.npz archive'):
        load_smplx(tmp_path, 'male', 10)
    (tmp_path / 'SMPLX_MALE.pkl').write_text('pickle')
    with pytest.raises(ValueError, match=r'SMPLX_MALE\.pkl: only the \.npz'):
        load_smplx(tmp_path / 'SMPLX_MALE.pkl', 'male', 10)
    with pytest.raises(ValueError, match="gender 'both'"):
        load_smplx(tmp_path, 'both', 10)


@pytest.mark.parametrize('name', ['', 'nowhere', 'nowhere/SMPLX_NEUTRAL.npz'])
def test_a_missing_file_says_where_to_get_it(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=r'SMPLX_NEUTRAL\.npz.*license.*smpl-x\.is\.tue\.mpg\.de.*model_path='):
        load_smplx(tmp_path / name, 'neutral', 10)
