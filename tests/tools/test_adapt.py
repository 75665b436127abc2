"""tools/adapt.py as a user calls it, with a translator and a stylizer; the translator through tools/test.py as well."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from synpose.testing import read_tree, write_synpose_dataset
from synpose.testing.small_translator import small_ctgan

CONFIG = """
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)
train_cfg = None
val_cfg = None
test_cfg = dict(type='DatasetJobLoop')
model = dict({model})
data = dict(data_root={root!r}, ann_files=['annotations/train.json'])
pipeline = [dict(type='LoadImage'), {transforms}]
test_dataloader = dict(
    batch_size=2, num_workers=0, dataset=dict(type='SynPoseImageDataset', pipeline=pipeline, **data)
)
test_evaluator = dict(type='TranslatedDatasetWriter', out_root={out!r}, **data)
"""
CTGAN = """
    type='CTGAN',
    generator=dict(type='ResnetGenerator', base_channels=4, num_blocks=1),
    discriminator=dict(type='PatchDiscriminator', base_channels=4, num_layers=1),
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_synpose_dataset(tmp_path / 'data', num_images=3, image_size=(41, 30), splits=('train',))


def write_config(tmp_path: Path, model: str = CTGAN, transforms: str = "dict(type='PackTranslationInputs')") -> Path:
    path = tmp_path / 'job.py'
    values = {'model': model, 'transforms': transforms, 'root': str(tmp_path / 'data'), 'out': str(tmp_path / 'given')}
    path.write_text(CONFIG.format(**values))
    return path


def write_checkpoint(tmp_path: Path) -> Path:
    torch.save({'state_dict': small_ctgan().state_dict()}, tmp_path / 'epoch_1.pth')
    return tmp_path / 'epoch_1.pth'


def test_a_translator_through_both_tools(data: Path, tmp_path: Path, run_tool: Callable[..., int]) -> None:
    arguments = (write_config(tmp_path), write_checkpoint(tmp_path), '--work-dir', tmp_path / 'logs')
    assert run_tool('adapt.py', *arguments, '--out', tmp_path / 'out') == 0
    assert run_tool('test.py', *arguments) == 0
    assert read_tree(tmp_path / 'out') == read_tree(tmp_path / 'given')
    made = cv2.imread(str(tmp_path / 'out' / 'images' / '000001.png'))
    assert made.shape == (30, 41, 3)
    assert not np.array_equal(made, cv2.imread(str(data / 'images' / '000001.png')))
    assert json.loads((tmp_path / 'out' / 'dataset.json').read_text())['model']['type'] == 'CTGAN'
    assert list((tmp_path / 'logs').rglob('*.log'))


def test_a_stylizer_needs_no_checkpoint(data: Path, tmp_path: Path, run_tool: Callable[..., int]) -> None:
    transforms = f"dict(type='DrawStyleImage', photos={str(data / 'images')!r}), dict(type='PackTranslationInputs')"
    config = write_config(tmp_path, "type='ColorTransferStylizer'", transforms)
    options = ('--cfg-options', 'test_evaluator.domain=stylized', 'test_evaluator.suffix=.jpg')
    assert run_tool('adapt.py', config, '--out', tmp_path / 'out', '--work-dir', tmp_path / 'logs', *options) == 0
    images = json.loads((tmp_path / 'out' / 'annotations' / 'train.json').read_text())['images']
    assert [(image['file_name'], image['domain']) for image in images] == [
        (f'00000{k}.jpg', 'stylized') for k in (1, 2, 3)
    ]
    assert not (tmp_path / 'given').exists()


def test_errors_are_one_line(
    data: Path, tmp_path: Path, run_tool: Callable[..., int], capsys: pytest.CaptureFixture
) -> None:
    config, checkpoint, logs = write_config(tmp_path), write_checkpoint(tmp_path), ('--work-dir', tmp_path / 'logs')
    other = tmp_path / 'other.py'
    other.write_text(config.read_text().replace('DatasetJobLoop', 'TestLoop'))
    cases = {
        'none.py: no such config': ('none.py', checkpoint),
        'none.pth: no such checkpoint': (config, 'none.pth'),
        "needs test_cfg=dict(type='DatasetJobLoop')": (other, checkpoint),
        'is data_root': (config, checkpoint, '--out', data),
    }
    for message, arguments in cases.items():
        assert run_tool('adapt.py', *arguments, *logs) == 1
        said = capsys.readouterr().err.strip().splitlines()[-1]
        assert said.startswith('error: ')
        assert message in said


def test_help_teaches_by_examples(run_tool: Callable[..., int], capsys: pytest.CaptureFixture) -> None:
    assert run_tool('adapt.py', '--help') == 0
    said = capsys.readouterr().out
    assert re.search(r'python tools/adapt\.py configs/adapt/ctgan/\S+ \S+ --out', said)
    assert 'the same command is given again' in said
