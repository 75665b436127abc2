"""tools/predict.py as a user calls it, with a small untrained top-down model."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config

import synpose  # noqa: F401  # puts MMPose in order before it is imported
from synpose.testing.small_topdown import TINY_TOPDOWN

CONFIG = (
    TINY_TOPDOWN
    + """
test_dataloader = dict(dataset=dict(type='CocoDataset', data_mode='topdown', pipeline=pipeline))
train_dataloader = test_dataloader
"""
)


@pytest.fixture
def model_files(tmp_path: Path) -> tuple[str, str]:
    from mmpose.registry import MODELS

    config, checkpoint = tmp_path / 'tiny.py', tmp_path / 'tiny.pth'
    config.write_text(CONFIG)
    torch.save({'state_dict': MODELS.build(Config.fromfile(config).model).state_dict()}, checkpoint)
    return str(config), str(checkpoint)


def test_a_broken_image_is_reported_and_the_rest_goes_on(
    tmp_path: Path, model_files: tuple[str, str], run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    photos = tmp_path / 'photos'
    photos.mkdir()
    for i in range(2):
        cv2.imwrite(str(photos / f'{i}.jpg'), np.full((50, 70, 3), 90 * i, np.uint8))
    (photos / 'broken.png').write_text('no image')
    out = str(tmp_path / 'out')
    assert (
        run_tool('predict.py', *model_files, str(photos), '--out', out, '--score-thr', '-10', '--batch-size', '2') == 1
    )
    said = capsys.readouterr()
    assert said.err.count('error: ') == 1
    assert 'broken.png: not an image' in said.err
    assert '2 people on 2 images' in said.out
    assert '1 failed' in said.out
    assert {path.name for path in (tmp_path / 'out').iterdir()} == {'0.jpg', '1.jpg', 'predictions.json'}
    results = json.loads((tmp_path / 'out' / 'predictions.json').read_text())
    assert [len(entry['keypoints']) for entry in results] == [51, 51]

    (photos / 'broken.png').unlink()
    assert run_tool('predict.py', *model_files, str(photos), '--out', out) == 0


def test_a_photo_is_not_overwritten_and_no_model_is_loaded(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    photo = tmp_path / 'a.jpg'
    cv2.imwrite(str(photo), np.full((50, 70, 3), 90, np.uint8))
    before = photo.read_bytes()
    assert run_tool('predict.py', 'none.py', 'none.pth', tmp_path, '--out', tmp_path) == 1
    said = capsys.readouterr().err
    assert said.startswith(f'error: {photo}: the drawing of {photo} would overwrite this input')
    assert said.count('\n') == 1
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_missing_input_is_one_message(
    tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    assert run_tool('predict.py', 'none.py', 'none.pth', str(tmp_path / 'none'), '--out', str(tmp_path / 'out')) == 1
    assert capsys.readouterr().err.startswith(f'error: {tmp_path / "none"}: no such file')
