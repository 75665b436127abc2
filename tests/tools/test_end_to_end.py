"""Render, train, test, report and predict, through the tools as a user calls them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = 'configs/demo/dekr_hrnet-w16_1xb6-8e_demo-quick-448x256'

pytestmark = pytest.mark.slow


def run(folder, tool, *arguments, expect=0):
    return execute(folder, f'tools/{tool}', *arguments, expect=expect)


def execute(folder, script, *arguments, expect=0):
    command = [sys.executable, script, *map(str, arguments)]
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


def test_predict_and_mmpose_inferencer_find_the_same_people(workspace):
    # A model trained this briefly may call nothing a person, so that the threshold of its decoder goes.
    (workspace / 'eager.py').write_text(
        f"_base_ = ['{CONFIG}.py']\nmodel = dict(head=dict(decoder=dict(decode_thr=-1)))\n"
    )
    images = sorted((workspace / 'data/demo-quick/target/images').iterdir())[:2]
    run(workspace, 'predict.py', 'eager.py', 'run/epoch_1.pth', *images, '--out', 'drawn')
    assert {path.name for path in (workspace / 'drawn').glob('*.jpg')} == {f'{path.stem}.jpg' for path in images}
    found = json.loads((workspace / 'drawn/predictions.json').read_text())

    (workspace / 'infer.py').write_text(
        'import json, sys, synpose\n'
        'from mmpose.apis import MMPoseInferencer\n'
        'inferencer = MMPoseInferencer(pose2d="eager.py", pose2d_weights="run/epoch_1.pth", device="cpu")\n'
        'people = [result["predictions"][0] for result in inferencer(sys.argv[1:])]\n'
        'json.dump(people, open("inferred.json", "w"), default=float)\n'
    )
    execute(workspace, 'infer.py', *images)
    inferred = json.loads((workspace / 'inferred.json').read_text())
    assert len(inferred) == 2
    for image_id, people in enumerate(inferred, 1):
        ours = np.array([entry['keypoints'] for entry in found if entry['image_id'] == image_id]).reshape(-1, 17, 3)
        theirs = np.array([person['keypoints'] for person in people])
        assert len(theirs) >= 1
        assert theirs.shape[1:] == (17, 2)
        np.testing.assert_allclose(ours[..., :2], theirs, rtol=0, atol=1e-3)  # px
        np.testing.assert_allclose(ours[..., 2], [person['keypoint_scores'] for person in people], rtol=0, atol=1e-4)


def test_a_training_without_its_data_says_which_file_is_missing(workspace, tmp_path):
    shutil.copytree(workspace / 'configs', tmp_path / 'configs', symlinks=False)
    (tmp_path / 'tools').symlink_to(ROOT / 'tools')
    output = run(tmp_path, 'train.py', f'{CONFIG}.py', expect=1)
    assert 'FileNotFoundError' in output
    assert 'data/demo-quick/source/annotations/train.json' in output
