"""tools/pseudo_label.py as a user calls it: files anywhere, and photos without annotations."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmpose.registry import DATASETS

from synpose.skeletons import COCO17_NAMES
from synpose.testing import read_tree, write_photos, write_synpose_dataset
from synpose.testing.small_teachers import write_teacher

CONFIG = """
_base_ = ['{base}']
model = dict(
    teachers=[dict(parts=('body', 'foot', 'face', 'left_hand', 'right_hand'), config={config!r},
                   checkpoint={checkpoint!r})],
    limits=dict(crossing=False),
    chunk_size=4,
)
test_dataloader = dict(batch_size=2, num_workers=0)
"""
CONFIGS = Path(__file__).parents[2] / 'configs'
BASE = CONFIGS / '_base_' / 'pseudo_label.py'
STUDENT = CONFIGS / 'wholebody' / 'td-hm_hrnet-w32_7xb8-328e_coco-wholebody-pseudo-256x192.py'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    files = write_teacher(tmp_path / 'teacher', 'coco_wholebody', 133)
    path = tmp_path / 'job.py'
    path.write_text(CONFIG.format(base=BASE, **files))
    return path


def check_student_reads(root: Path, ann_file: str, images: str) -> None:
    """A sample of the student's training has a weight for each joint that is labeled, where it is labeled."""
    student = Config.fromfile(STUDENT).train_dataloader.dataset
    student.update(data_root=str(root), ann_file=ann_file, data_prefix=dict(img=images))
    student.pipeline = [step for step in student.pipeline if not step.type.startswith('Random')]
    dataset = DATASETS.build(student)
    people = json.loads((root / ann_file).read_text())['annotations']
    assert len(dataset) == len(people)
    for number, person in enumerate(people):
        sample = dataset[number]['data_samples']
        fields = ('keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts')
        labels = np.concatenate([np.reshape(person[field], (-1, 3)) for field in fields])
        assert sample.gt_fields.heatmaps.shape == (133, 64, 48)
        np.testing.assert_allclose(sample.gt_instances.keypoints[0], labels[:, :2], atol=1e-3)
        weights = sample.gt_instance_labels.keypoint_weights[0].numpy()
        assert not weights[labels[:, 2] == 0].any()
        assert weights[17:].any()


def test_a_file_and_a_folder(tmp_path: Path, config: Path, run_tool: Callable[..., int]) -> None:
    write_synpose_dataset(tmp_path / 'data', 2, 2, (64, 48), ('train',), COCO17_NAMES)
    (tmp_path / 'elsewhere').mkdir()
    ann_file = tmp_path / 'elsewhere/mine.json'
    content = json.loads((tmp_path / 'data/annotations/train.json').read_text())
    for image in content['images']:  # as COCO has them
        del image['stencil_file'], image['depth_file']
    ann_file.write_text(json.dumps(content))
    arguments = (config, '--ann', ann_file, '--images', tmp_path / 'data/images', '--out', tmp_path / 'out')
    arguments += ('--work-dir', tmp_path / 'logs')
    assert run_tool('pseudo_label.py', *arguments) == 0
    people = json.loads((tmp_path / 'out/elsewhere/mine.json').read_text())['annotations']
    assert len(people) == 4
    assert all('face_kpts' in person for person in people)
    assert (tmp_path / 'out/data/images/000001.png').is_file()
    check_student_reads(tmp_path / 'out', 'elsewhere/mine.json', 'data/images/')
    before = read_tree(tmp_path / 'out')
    (tmp_path / 'rejected.txt').write_text('2\n')
    assert run_tool('pseudo_label.py', *arguments, '--rejected', tmp_path / 'rejected.txt') == 0
    after = json.loads((tmp_path / 'out/elsewhere/mine.json').read_text())['annotations']
    assert not after[1]['face_valid']
    assert read_tree(tmp_path / 'out/labels') == {
        name.removeprefix('labels/'): text for name, text in before.items() if name.startswith('labels/')
    }


def test_photos_without_annotations_are_listed(tmp_path: Path, config: Path, run_tool: Callable[..., int]) -> None:
    write_photos(tmp_path / 'photos' / 'day', 3)
    arguments = (config, '--images', tmp_path / 'photos', '--out', tmp_path / 'out', '--work-dir', tmp_path / 'logs')
    assert run_tool('pseudo_label.py', *arguments) == 0  # without a detector nobody is found
    content = json.loads((tmp_path / 'out/annotations/photos.json').read_text())
    assert [image['file_name'] for image in content['images']] == [f'day/photo_0{k}.png' for k in range(3)]
    assert content['annotations'] == []
    assert (tmp_path / 'out/images/day/photo_00.png').is_file()
    before = read_tree(tmp_path / 'out')
    assert run_tool('pseudo_label.py', *arguments) == 0
    assert read_tree(tmp_path / 'out') == before


def test_bad_arguments(tmp_path: Path, config: Path, run_tool: Callable[..., int], capsys) -> None:
    assert run_tool('pseudo_label.py', config, '--ann', 'x.json') == 2
    assert run_tool('pseudo_label.py', config, '--images', tmp_path) == 2
    assert run_tool('pseudo_label.py', config, '--images', tmp_path / 'none', '--out', tmp_path / 'out') == 1
    assert 'none' in capsys.readouterr().err
