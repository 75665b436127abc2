import json
import runpy
import sys
from importlib.util import find_spec
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
    for word in ('--resume', '--workers', '--num-images', '--cfg-options', 'examples:', 'stencils/', '--estimate'):
        assert word in out
    for example in ('--shard $SLURM_ARRAY_TASK_ID/50', '--backend ray --address auto', 'dataset.json --out'):
        assert example in out


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


@pytest.fixture
def toys(tmp_path):
    config = tmp_path / 'toys.py'
    config.write_text(
        "custom_imports = dict(imports=['synpose.testing.toy_generator'])\n"
        "generator = dict(type='ToyGenerator', units=3)\n"
    )
    return config


def test_the_last_line_sums_up(run, toys, tmp_path):
    status, out, err = run(toys, '--out', tmp_path / 'set')
    counts = json.loads((tmp_path / 'set/dataset.json').read_text())['counts']
    people = sum(count['people'] for count in counts.values())
    redrawn = sum(count['redrawn']['collision'] for count in counts.values())
    assert status == 0
    assert out.splitlines()[-1].startswith(
        f'6 images, {people} people ({people / 6:.1f} an image), {redrawn} redrawn, 0 places left empty, '
    )
    assert f'people={people}' in err  # the progress bar's
    assert 'rendering: 100%' in err


def test_a_dataset_renders_again_from_its_description(run, toys, tmp_path):
    run(toys, '--out', tmp_path / 'set', '--cfg-options', 'generator.seed=4')
    assert run(tmp_path / 'set/dataset.json', '--out', tmp_path / 'again')[0] == 0
    for path in (tmp_path / 'set').rglob('*.*'):
        assert (tmp_path / 'again' / path.relative_to(tmp_path / 'set')).read_bytes() == path.read_bytes()


def test_shards(run, toys, tmp_path):
    for i, last in ((2, False), (1, True)):
        status, out, _ = run(toys, '--out', tmp_path / 'set', '--shard', f'{i}/2')
        assert (status, '6 images' in out) == (0, last)
    status, _, err = run(toys, '--out', tmp_path / 'set', '--shard', '3/2')
    assert (status, err) == (2, "error: shard: '3/2' is not i/n with 1 <= i <= n, e.g. 2/8\n")


def test_estimate_writes_nothing(run, toys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob('*'))
    status, out, _ = run(toys, '--estimate', '--workers', 2)
    assert status == 0
    for word in ('images      6', 'people', 'one core', 'this run', 'disk', 'memory'):
        assert word in out
    assert sorted(tmp_path.rglob('*')) == before


@pytest.mark.skipif(find_spec('ray') is not None, reason='ray is installed')
def test_a_missing_cluster_package_ends_in_one_line(run, toys, tmp_path):
    status, _, err = run(toys, '--out', tmp_path / 'set', '--backend', 'ray')
    assert (status, err) == (2, 'error: ray is not installed; pip install synpose[cluster]\n')


@pytest.mark.parametrize('option', [('--resume',), ('--shard', '1/2'), ('--address', 'auto')])
def test_an_estimate_takes_no_options_of_a_run(run, toys, option):
    status, _, err = run(toys, '--estimate', *option)
    assert (status, err) == (
        2,
        'error: --estimate writes nothing: --resume, --shard and --address do not go with it\n',
    )


def test_an_address_without_a_cluster_is_refused(run, toys, tmp_path):
    status, _, err = run(toys, '--out', tmp_path / 'set', '--address', 'auto')
    assert (status, err.count('\n')) == (2, 1)
    assert "address: 'auto' is of a cluster" in err
    assert not (tmp_path / 'set').exists()


@pytest.mark.parametrize('task', ['--estimate', '--out'])
def test_ctrl_c_says_what_can_be_continued(run, toys, tmp_path, monkeypatch, task):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr('synpose.testing.toy_generator.ToyGenerator.render_unit', stop)
    status, _, err = run(toys, *([task] if task == '--estimate' else [task, tmp_path / 'set']))
    last = err.splitlines()[-1]
    assert status == 2
    if task == '--estimate':
        assert last == 'error: interrupted'
    else:
        assert last == f'error: interrupted; {tmp_path}/set can be continued with --resume'


def test_people_left_out_are_not_redrawn():
    summarize = runpy.run_path(str(TOOL))['summarize']
    redrawn = [{'body': 3, 'left_empty': 2}, {'no_room': 4, 'wall': 1}]
    counts = {
        split: {'images': 2, 'people': 5, 'left_out': 0, 'redrawn': reasons}
        for split, reasons in zip(('train', 'val'), redrawn)
    }
    last = summarize(counts, 7.2).splitlines()[-1]
    assert last == '4 images, 10 people (2.5 an image), 4 redrawn, 6 places left empty, 7 s'


def test_out_or_estimate_is_needed(run, toys):
    status, _, err = run(toys)
    assert status == 2
    assert 'one of the arguments --out --estimate is required' in err
