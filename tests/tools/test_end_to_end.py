"""Render, train, test, report and predict, through the tools as a user calls them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = 'configs/demo/dekr_hrnet-w16_1xb6-8e_demo-quick-448x256'

pytestmark = pytest.mark.slow


def run(folder, tool, *arguments, expect=0):
    command = [sys.executable, f'tools/{tool}', *map(str, arguments)]
    environment = dict(os.environ, OMP_NUM_THREADS='1')
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == expect, f'{command}\n{result.stdout[-2000:]}\n{result.stderr[-3000:]}'
    return result.stdout + result.stderr


@pytest.fixture(scope='module')
def workspace(tmp_path_factory):
    """A folder with the clone's configs and tools and a finished small experiment."""
    folder = tmp_path_factory.mktemp('workspace')
    for name in ('configs', 'tools'):
        (folder / name).symlink_to(ROOT / name)
    small = ('--cfg-options', 'generator.image_size=(160,96)', 'generator.min_visible_pixels=8')
    for domain in ('source', 'target'):
        out = ('--out', f'data/demo-quick/{domain}', '--num-images', 4)
        run(folder, 'generate.py', f'configs/generate/demo_quick_{domain}.py', *out, *small)
    annotations = folder / 'data/demo-quick/source/annotations'
    run(folder, 'fit_margins.py', annotations / 'train.json', '--out', annotations / 'margins.json')
    options = ('train_cfg.max_epochs=1', 'train_dataloader.batch_size=1', 'train_dataloader.num_workers=0')
    options += ('train_dataloader.persistent_workers=False', 'param_scheduler=None')
    run(folder, 'train.py', f'{CONFIG}.py', '--work-dir', 'run', '--cfg-options', *options)
    for suffix in ('', '_target'):
        run(folder, 'test.py', f'{CONFIG}{suffix}.py', 'run/epoch_1.pth', '--work-dir', 'run')
    run(folder, 'report.py', 'run')
    return folder


def test_report_json_has_every_name_others_rely_on(workspace):
    report = json.loads((workspace / 'run' / 'report.json').read_text())
    assert {'val', 'target'} <= set(report)
    for split in ('val', 'target'):
        for prefix in ('bbox_iou', 'bbox_iou_margin', 'bbox_iou_ceiling'):
            assert {f'{prefix}/{name}' for name in ('AP', 'AP50', 'AP75', 'AR')} <= set(report[split])
        assert 'coco/AP' in report[split]
        subsets = {key for key in report[split] if key.startswith('bbox_iou/AP_')}
        assert subsets <= {f'bbox_iou/AP_{subset}{level}' for subset in 'smlfb' for level in ('', '50', '75')}
        assert subsets


def test_report_pages_are_written(workspace):
    html = (workspace / 'run' / 'report.html').read_text()
    assert '<img' in html
    assert 'data:image/' in html
    assert (workspace / 'run' / 'report.md').read_text().startswith('#')


def test_results_name_their_data_and_seed(workspace):
    provenance = json.loads((workspace / 'run/results/target/metrics.json').read_text())['provenance']
    assert provenance['ann_file'].endswith('target/annotations/test.json')
    assert provenance['seed'] == 0
    assert provenance['num_images'] == len(json.loads((workspace / provenance['ann_file']).read_text())['images'])


def test_predict_draws_photos(workspace):
    images = sorted((workspace / 'data/demo-quick/target/images').iterdir())[:2]
    run(workspace, 'predict.py', f'{CONFIG}.py', 'run/epoch_1.pth', *images, '--out', 'drawn')
    assert len(list((workspace / 'drawn').glob('**/*.jpg'))) + len(list((workspace / 'drawn').glob('**/*.png'))) == 2


def test_mmpose_inferencer_runs_our_config_and_checkpoint(workspace):
    script = (
        'import synpose\n'
        'from mmpose.apis import MMPoseInferencer\n'
        f'inferencer = MMPoseInferencer(pose2d="{CONFIG}.py", pose2d_weights="run/epoch_1.pth", device="cpu")\n'
        'result = next(inferencer("data/demo-quick/target/images"))\n'
        'print("PEOPLE", len(result["predictions"]))\n'
    )
    output = subprocess.run(
        [sys.executable, '-c', script], cwd=workspace, capture_output=True, text=True, check=True
    ).stdout
    assert 'PEOPLE 1' in output  # one list of people for the one image of the first batch


def test_a_training_without_its_data_says_which_file_is_missing(workspace, tmp_path):
    shutil.copytree(workspace / 'configs', tmp_path / 'configs', symlinks=False)
    (tmp_path / 'tools').symlink_to(ROOT / 'tools')
    output = run(tmp_path, 'train.py', f'{CONFIG}.py', expect=1)
    assert 'FileNotFoundError' in output
    assert 'data/demo-quick/source/annotations/train.json' in output
