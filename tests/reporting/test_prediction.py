import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.structures import InstanceData
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.structures import PoseDataSample
from torch import nn

from synpose.reporting.prediction import find_images, load_model, plan_drawings, predict_batch, predict_images
from synpose.skeletons import build_metainfo

JOINTS = ('left_shoulder', 'right_shoulder')


class TwoPeople(nn.Module):
    """Finds the same two people in every image: one clear, one doubtful."""

    def __init__(self, data_mode: str = 'bottomup') -> None:
        super().__init__()
        pipeline = [{'type': 'LoadImage'}, {'type': 'PackPoseInputs'}]
        self.cfg = Config({'test_dataloader': {'dataset': {'data_mode': data_mode, 'pipeline': pipeline}}})
        self.dataset_meta = parse_pose_metainfo(build_metainfo('two', JOINTS))
        self.batches: list[dict] = []

    def test_step(self, batch: dict) -> list[PoseDataSample]:
        self.batches.append(batch)
        for sample in batch['data_samples']:
            keypoints = np.array([[[10, 20], [40, 20]], [[10, 50], [40, 50]]], dtype=float)
            scores = np.array([[0.9, 0.7], [0.1, 0.1]])
            sample.pred_instances = InstanceData(keypoints=keypoints, keypoint_scores=scores)
        return batch['data_samples']


def write_image(path: Path, value: int = 128) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((64, 80, 3), value, np.uint8))
    return path


def test_find_images(tmp_path: Path) -> None:
    a, b, c = (write_image(tmp_path / 'x' / name) for name in ('a.png', 'B.JPG', 'deep/c.png'))
    (tmp_path / 'x' / 'notes.txt').write_text('no image')
    assert find_images([str(tmp_path / 'x')]) == [b, a]
    assert find_images([str(tmp_path / 'x' / '**' / '*.png')]) == [a, c]
    assert find_images([str(a), str(tmp_path / 'x')]) == [a, b]
    for nothing in (tmp_path / 'none', tmp_path / '*.png'):
        with pytest.raises(FileNotFoundError, match='no such file, or a folder or pattern without images'):
            find_images([str(nothing)])


@pytest.mark.parametrize(('data_mode', 'has_box'), [('bottomup', False), ('topdown', True)])
def test_top_down_models_get_the_whole_image(data_mode: str, has_box: bool) -> None:
    model = TwoPeople(data_mode)
    predict_batch(model, [np.zeros((64, 80, 3), np.uint8)])
    instances = model.batches[0]['data_samples'][0].get('gt_instances')
    assert (instances is not None and 'bboxes' in instances) == has_box
    if has_box:
        np.testing.assert_array_equal(instances.bboxes, [[0, 0, 80, 64]])


def test_a_head_that_refuses_batches_says_so() -> None:
    class OneByOne(TwoPeople):
        def test_step(self, batch: dict) -> list[PoseDataSample]:
            assert len(batch['data_samples']) == 1, 'only batch_size 1'
            return super().test_step(batch)

    image = np.zeros((64, 80, 3), np.uint8)
    assert len(predict_batch(OneByOne(), [image])) == 1
    with pytest.raises(ValueError, match='cannot predict 2 images at once: only batch_size 1'):
        predict_batch(OneByOne(), [image, image])


def test_predict_images(tmp_path: Path) -> None:
    paths = [write_image(tmp_path / 'x' / 'a.png'), tmp_path / 'cut.jpg', write_image(tmp_path / 'y' / 'a.png', 0)]
    paths[1].write_bytes(b'no image')
    model = TwoPeople()
    summary = predict_images(model, paths, tmp_path / 'out', score_thr=0.3, batch_size=2)
    assert (summary.num_images, summary.num_people) == (2, 2)
    assert summary.failures == [f'{paths[1]}: not an image']
    assert [len(batch['data_samples']) for batch in model.batches] == [2]

    results = json.loads((tmp_path / 'out' / 'predictions.json').read_text())
    assert [(entry['image_id'], entry['file_name']) for entry in results] == [
        (1, str(paths[0])),
        (1, str(paths[0])),
        (3, str(paths[2])),
        (3, str(paths[2])),
    ]
    assert results[0]['keypoints'] == [10, 20, 0.9, 40, 20, 0.7]
    assert results[0]['score'] == pytest.approx(0.8)

    drawn = cv2.imread(str(tmp_path / 'out' / 'a.jpg')).astype(int)
    assert np.abs(drawn[20, 5:45] - 128).max() > 60
    assert np.abs(drawn[50, 5:45] - 128).max() < 10  # the doubtful person
    assert (tmp_path / 'out' / 'a-2.jpg').is_file()


def test_drawings_get_names_of_their_own(tmp_path: Path) -> None:
    paths = [tmp_path / 'x' / 'a.png', tmp_path / 'y' / 'a.jpg', tmp_path / 'gone.jpg']
    assert [path.name for path in plan_drawings(paths, tmp_path)] == ['a.jpg', 'a-2.jpg', 'gone.jpg']


def test_a_photo_is_never_overwritten(tmp_path: Path) -> None:
    photos = tmp_path / 'photos'
    # The second drawing would land on the first photo, and the first beside both.
    paths = [write_image(photos / 'b-2.jpg'), write_image(tmp_path / 'b.png'), write_image(tmp_path / 'deep' / 'b.png')]
    (tmp_path / 'link').symlink_to(photos)
    before = paths[0].read_bytes()
    model = TwoPeople()
    for out in (photos, tmp_path / 'link', tmp_path / 'deep' / '..' / 'photos'):
        for chosen in (paths[:1], paths[1:] + paths[:1]):
            with pytest.raises(ValueError, match=r'b-2\.jpg: the drawing of .*b.* would overwrite this input'):
                predict_images(model, chosen, out)
    assert paths[0].read_bytes() == before
    assert model.batches == []
    assert list(photos.iterdir()) == paths[:1]


def test_drawings_beside_photos_of_other_names(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.png')
    for _ in range(2):  # a second run may replace the drawings of the first
        assert predict_images(TwoPeople(), [path], tmp_path).num_images == 1
    assert (tmp_path / 'a.jpg').is_file()


def test_missing_model_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'none\.py: no such file'):
        load_model(tmp_path / 'none.py', tmp_path / 'none.pth')
    (tmp_path / 'c.py').write_text('model = dict()')
    with pytest.raises(FileNotFoundError, match=r'none\.pth: no such file'):
        load_model(tmp_path / 'c.py', tmp_path / 'none.pth')


def test_weights_and_options_arrive(tmp_path: Path) -> None:
    config = tmp_path / 'tiny.py'
    config.write_text(
        "model = dict(type='TopdownPoseEstimator', backbone=dict(type='AlexNet'),"
        " head=dict(type='RegressionHead', in_channels=256, num_joints=17,"
        " loss=dict(type='SmoothL1Loss'), decoder=dict(type='RegressionLabel', input_size=(64, 64))))\n"
    )
    from mmpose.registry import MODELS

    saved = MODELS.build(Config.fromfile(config).model)
    torch.save({'state_dict': saved.state_dict()}, tmp_path / 'tiny.pth')
    model = load_model(config, tmp_path / 'tiny.pth', cfg_options={'model.test_cfg': {'flip_test': True}})
    assert not model.training
    assert model.test_cfg == {'flip_test': True}
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), saved.state_dict().values()))
