import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from synpose.testing import write_synpose_dataset


def test_a_fitted_file_serves_the_transform(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    root = write_synpose_dataset(tmp_path / 'data', num_images=6, num_people=8, splits=['train'])
    ann_file, det_file, out = (
        root / 'annotations/train.json',
        tmp_path / 'detections.json',
        tmp_path / 'new/fitted.json',
    )
    people = json.loads(ann_file.read_text())['annotations']
    detections = [
        {'image_id': p['image_id'], 'category_id': 1, 'score': 1.0, 'bbox': np.add(p['bbox'], [0, 0, 1, 0]).tolist()}
        for p in people
    ]
    det_file.write_text(json.dumps(detections))
    assert run_tool('fit_proposals.py', ann_file, det_file, '--num-poses', 2, '--out', out) == 0
    content = json.loads(out.read_text())
    total = sum(atom['count'] for atom in content['atomic_poses'])
    assert 0 < total <= len(people)  # those whose torso is labeled
    assert content['seed'] == 0
    assert f'written to {out}' in capsys.readouterr().out
    transform = TRANSFORMS.build({'type': 'PoseGuidedProposals', 'fitted': str(out)})
    keypoints = np.reshape(people[0]['keypoints'], (1, 59, 3))
    box = np.array([[20.0, 20, 60, 60]])
    results = {'img_shape': (200, 200), 'bbox': box, 'keypoints': keypoints[..., :2]}
    moved = transform({**results, 'keypoints_visible': keypoints[..., 2]})['bbox']
    np.testing.assert_allclose(moved[0, :2], 20, atol=0.5)
    assert moved[0, 2] > 60


def test_a_missing_file_is_one_line(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    assert run_tool('fit_proposals.py', tmp_path / 'a.json', tmp_path / 'b.json', '--out', tmp_path / 'c.json') == 1
    assert capsys.readouterr().err.strip() == f'error: {tmp_path}/a.json: annotation file does not exist'
    assert not (tmp_path / 'c.json').exists()
