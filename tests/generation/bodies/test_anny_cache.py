import pytest

from synpose.generation.bodies.anny_cache import _private_cache

NAME = 'v14/build_compact_model_data_0.safetensors'


def _write(root, content):
    (root / NAME).parent.mkdir(parents=True, exist_ok=True)
    (root / NAME).write_text(content)


def test_finished_models_move_in_and_the_rest_goes(tmp_path):
    with _private_cache(tmp_path) as scratch:
        _write(scratch, 'model')
        (scratch / 'v14/load_data_0.safetensors').write_text('large')
    assert (tmp_path / NAME).read_text() == 'model'
    assert sorted(path.name for path in tmp_path.rglob('*.safetensors')) == ['build_compact_model_data_0.safetensors']


def test_cached_models_are_seen_and_kept(tmp_path):
    _write(tmp_path, 'old')
    with _private_cache(tmp_path) as scratch:
        assert (scratch / NAME).read_text() == 'old'
    assert (tmp_path / NAME).read_text() == 'old'


def _interrupted_build(root):
    with _private_cache(root) as scratch:
        _write(scratch, 'half')
        raise KeyboardInterrupt


def test_an_interrupted_build_leaves_no_model_behind(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        _interrupted_build(tmp_path)
    assert not (tmp_path / NAME).exists()
    with _private_cache(tmp_path) as scratch:
        assert not (scratch / NAME).exists()
