import runpy
import sys
from pathlib import Path

import pytest

from synpose.generation import ClassroomGenerator

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools/generate.py'
CONFIG = ROOT / 'configs/generate/demo_quick_source.py'


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the tool in this process; return its exit status, output and error output."""

    def run_tool(*arguments):
        monkeypatch.setattr(sys, 'argv', [str(TOOL), *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_info:
            runpy.run_path(str(TOOL), run_name='__main__')
        return exit_info.value.code, *capsys.readouterr()

    return run_tool


def test_help_teaches(run):
    status, out, _ = run('--help')
    assert status == 0
    for word in ('--resume', '--workers', '--num-images', '--cfg-options', 'examples:', 'stencils/'):
        assert word in out


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('--num-images', 0), 'num_images: 0 is not in'),
        (('--num-images', -3), 'num_images: -3 is not in'),
        (('--cfg-options', 'generator.frames=3'), "unknown generator option 'frames'"),
        (('--cfg-options', 'generator.type=Playground'), 'Playground'),
        (('--cfg-options', 'generator.occupancy=2'), 'occupancy: 2 is not in'),
        (('--cfg-options', 'generator.people.age=3'), "unknown people option 'age'"),
        (('--cfg-options', 'generator.style.wal.hue=3'), "unknown style option 'wal'"),
    ],
)
def test_bad_options_end_in_one_line(run, tmp_path, arguments, message):
    status, _, err = run(CONFIG, '--out', tmp_path / 'set', *arguments)
    assert status == 2
    assert err.startswith('error: ')
    assert message in err
    assert not (tmp_path / 'set').exists()


def test_a_missing_renderer_ends_in_one_line(run, tmp_path, monkeypatch):
    monkeypatch.setattr(ClassroomGenerator, 'requires', ('no_such_renderer',))
    status, _, err = run(CONFIG, '--out', tmp_path / 'set')
    assert (status, err.count('\n')) == (2, 1)
    assert 'no_such_renderer is not installed; pip install synpose[generate]' in err
    assert not (tmp_path / 'set').exists()


def test_a_filled_folder_is_refused_and_left_alone(run, tmp_path):
    (tmp_path / 'thesis.txt').write_text('keep me')
    status, _, err = run(CONFIG, '--out', tmp_path)
    assert (status, err.count('\n')) == (2, 1)
    assert f'{tmp_path}: not empty' in err
    assert [path.name for path in tmp_path.iterdir()] == ['thesis.txt']


def test_a_config_without_a_generator_is_named(run, tmp_path):
    config = tmp_path / 'other.py'
    config.write_text('model = dict()')
    status, _, err = run(config, '--out', tmp_path / 'set', '--num-images', 2)
    assert status == 2
    assert 'other.py: has no generator' in err
