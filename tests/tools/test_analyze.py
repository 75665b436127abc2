"""tools/analyze.py as a user calls it, with a small untrained pose model and classifier."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpose.registry import MODELS

from synpose.testing import write_photos, write_video
from synpose.testing.small_topdown import TINY_TOPDOWN

POSE = (
    TINY_TOPDOWN
    + """
test_dataloader = dict(dataset=dict(type='CocoDataset', data_mode='topdown', pipeline=pipeline))
train_dataloader = test_dataloader
"""
)
BEHAVIOR = """
model = dict(type='{kind}', num_classes=2, metainfo=dict(from_file='configs/_base_/datasets/{skeleton}.py'))
test_dataloader = dict(dataset=dict(pipeline=[dict(type='NormalizePoseByBox'), dict(type='PackPoseSequence')]))
"""


def save(folder: Path, name: str, text: str) -> list[Path]:
    """Write a config and an untrained checkpoint of it, as a training leaves them."""
    config, checkpoint = folder / f'{name}.py', folder / f'{name}.pth'
    config.write_text(text)
    meta = {'dataset_meta': {'classes': ('hand_raised', 'reading'), 'pose_margins': (0.1,) * 4}}
    model = MODELS.build(Config.fromfile(config).model)
    torch.save({'state_dict': model.state_dict(), 'meta': {} if name == 'pose' else meta}, checkpoint)
    return [config, checkpoint]


@pytest.fixture(scope='module')
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp('models')
    texts = {
        'pose': POSE,
        'mlp': BEHAVIOR.format(kind='FlattenedPoseMLP', skeleton='coco'),
        'mlp14': BEHAVIOR.format(kind='FlattenedPoseMLP', skeleton='crowdpose'),
    }
    return {name: save(folder, name, text) for name, text in texts.items()}


def test_photos_and_a_video_in_behaviors_out(
    models: dict, tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    write_photos(tmp_path / 'photos', 2)
    video = write_video(tmp_path / 'lesson.mp4', range(0, 200, 20))
    command = ('analyze.py', *models['pose'], *models['mlp'], tmp_path / 'photos', video, '--out', tmp_path / 'out')
    assert run_tool(*command, '--score-thr', '-1', '--interval', '0.5') == 0
    said = capsys.readouterr().out
    assert '4 times a student in 3 files, 0 with problems' in said
    assert f'Page: {tmp_path / "out" / "report.html"}' in said
    rows = list(csv.DictReader((tmp_path / 'out/students.csv').open()))
    assert [(row['frame'], row['time']) for row in rows] == [('', ''), ('', ''), ('0', '0.0'), ('5', '0.5')]
    assert {row['behavior'] for row in rows} <= {'hand_raised', 'reading'}
    assert {path.name for path in (tmp_path / 'out/overlays').iterdir()} == {
        'photo_00.jpg',
        'photo_01.jpg',
        'lesson.mp4',
    }
    # Other settings do not go on in the same folder.
    assert run_tool(*command, '--score-thr', '-1', '--interval', '0.5', '--no-blur-faces') == 1
    assert 'has an analysis with another blur_faces; choose another --out' in capsys.readouterr().err


def test_what_is_wrong_is_one_message_before_anything_is_written(
    models: dict, tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    write_photos(tmp_path / 'photos', 1)
    for behavior, source, message in (
        (models['mlp14'], 'photos', 'the pose model has 17 joints'),
        (models['mlp'], 'none.mp4', 'none.mp4: no such file'),
        ([models['mlp'][0], 'none.pth'], 'photos', 'none.pth: no such file'),
        ([models['mlp'][0], models['mlp14'][1]], 'photos', 'does not hold the model of'),
        ([models['mlp'][0], models['pose'][1]], 'photos', 'does not hold the model of'),
    ):
        assert run_tool('analyze.py', *models['pose'], *behavior, tmp_path / source, '--out', tmp_path / 'out') == 1
        said = capsys.readouterr().err
        assert f'error: {tmp_path if message.startswith("none.mp4") else ""}' in said
        assert message in said
        assert 'Traceback' not in said
    assert not (tmp_path / 'out').exists()


def test_a_damaged_photo_shows_in_the_exit_code(
    models: dict, tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    write_photos(tmp_path / 'photos', 1)
    (tmp_path / 'photos' / 'broken.png').write_text('no image')
    command = ('analyze.py', *models['pose'], *models['mlp'], tmp_path / 'photos', '--out', tmp_path / 'out')
    assert run_tool(*command) == 1
    said = capsys.readouterr()
    assert said.err.count('error: ') == 1
    assert 'broken.png: not an image' in said.err
    assert '1 files, 1 with problems' in said.out
    (tmp_path / 'photos' / 'broken.png').unlink()
    assert run_tool(*command) == 0
