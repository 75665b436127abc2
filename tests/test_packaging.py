"""The wheel: one top-level package, with configs and tools, and usable by MMPose's own tools."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import mmpose
import pytest

from synpose.testing import write_synpose_dataset

ROOT = Path(__file__).resolve().parents[1]
MMPOSE_TOOLS = Path(mmpose.__file__).parent / '.mim' / 'tools'


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp('dist')
    command = [sys.executable, '-m', 'build', '--wheel', '--no-isolation', '--outdir', str(out), str(ROOT)]
    # A copy of the build folder elsewhere keeps the working tree clean and parallel runs apart.
    environment = dict(os.environ, DIST_EXTRA_CONFIG=str(_build_base(out)))
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return next(out.glob('*.whl'))


def _build_base(folder):
    config = folder / 'extra.cfg'
    config.write_text(f'[build]\nbuild_base = {folder / "build"}\n[egg_info]\negg_base = {folder}\n')
    return config


@pytest.fixture(scope='module')
def installed(wheel, tmp_path_factory):
    """A folder that holds the unpacked wheel, as `pip install --target` leaves it."""
    folder = tmp_path_factory.mktemp('site-packages')
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_only_top_level_is_synpose(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split('/')[0] for name in archive.namelist()}
    assert tops == {'synpose', next(top for top in tops if top.endswith('.dist-info'))}


def test_the_wheel_holds_what_a_user_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for file in (*ROOT.glob('configs/**/*.py'), *ROOT.glob('tools/*.py')):
        assert f'synpose/.mim/{file.relative_to(ROOT).as_posix()}' in names
    for file in ('synpose/py.typed', 'synpose/.mim/model-index.yml'):
        assert file in names
    templates = {path.name for path in (ROOT / 'custom_modules/synpose/reporting/templates').iterdir()}
    assert {f'synpose/reporting/templates/{name}' for name in templates} <= names
    assert not [name for name in names if name.endswith('.pyc')]


def test_mmpose_train_tool_runs_a_config_of_the_installed_wheel(installed, tmp_path):
    write_synpose_dataset(tmp_path / 'data', num_images=2, splits=('train',))
    config = installed / 'synpose' / '.mim' / 'configs' / 'demo' / 'dekr_hrnet-w16_1xb6-25e_demo-448x256.py'
    options = ('train_cfg.max_epochs=1', 'train_dataloader.batch_size=2', 'train_dataloader.num_workers=0')
    options += ('train_dataloader.persistent_workers=False', f'train_dataloader.dataset.data_root={tmp_path}/data/')
    run = subprocess.run(
        [
            *(sys.executable, str(MMPOSE_TOOLS / 'train.py'), str(config)),
            *('--no-validate', '--work-dir', 'run', '--cfg-options', *options),
        ],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=str(installed), OMP_NUM_THREADS='1'),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert (tmp_path / 'run' / 'epoch_1.pth').is_file()


def test_the_installed_package_wins_over_the_clone(installed, tmp_path):
    output = subprocess.run(
        [sys.executable, '-c', 'import synpose; print(synpose.__file__)'],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=str(installed)),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.strip() == str(installed / 'synpose' / '__init__.py')
