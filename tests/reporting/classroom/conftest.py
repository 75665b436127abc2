"""A pose model that finds bright rectangles, and a small untrained classifier of their poses."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.structures import InstanceData
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from synpose.reporting.classroom import BehaviorClassifier
from synpose.reporting.classroom.observations import Observer

COCO = {'from_file': 'configs/_base_/datasets/coco.py'}
CLASSES = ('hand_raised', 'reading', 'writing')
# Where COCO's joints are in a rectangle: a person who faces the camera.
LAYOUT = np.array(
    [(0.5, 0.15), (0.53, 0.12), (0.47, 0.12), (0.58, 0.14), (0.42, 0.14)]
    + [(x, y) for y in (0.3, 0.5, 0.7, 0.75, 0.9, 1.0) for x in (0.8, 0.2)]
)
GCN = """
model = dict(type='SkeletonGCN', num_classes=3, stages=((8, 1),), metainfo=dict(
    from_file='configs/_base_/datasets/coco.py'))
test_dataloader = dict(dataset=dict(pipeline=[dict(type='NormalizePoseByBox'), dict(type='PackPoseSequence')]))
"""


class BrightPeople(torch.nn.Module):
    """Finds each bright rectangle; a dim one with a low score."""

    def __init__(self) -> None:
        super().__init__()
        self.dataset_meta = parse_pose_metainfo(dict(COCO))
        pipeline = [dict(type='LoadImage'), dict(type='PackPoseInputs', meta_keys=('img_id',))]
        dataset = dict(pipeline=pipeline, data_mode='bottomup')
        self.cfg = Config(dict(test_dataloader=dict(dataset=dataset)))
        self.num_images = 0

    def test_step(self, data: dict) -> list[PoseDataSample]:
        self.num_images += len(data['inputs'])
        for image, sample in zip(data['inputs'], data['data_samples']):
            gray = image.numpy().max(axis=0)
            _, _, stats, _ = cv2.connectedComponentsWithStats((gray > 90).astype(np.uint8))
            boxes = [row[:4] for row in stats[1:] if row[4] > 100]
            points = np.array([LAYOUT * box[2:] + box[:2] for box in boxes]).reshape(-1, 17, 2)
            sure = [float(np.median(gray[y : y + h, x : x + w])) / 255 for x, y, w, h in boxes]
            scores = np.repeat(np.array(sure)[:, None], 17, axis=1).reshape(-1, 17)
            sample.pred_instances = InstanceData(keypoints=points, keypoint_scores=scores)
        return data['data_samples']


def paint_people(*people: tuple[int, int, int, int, int], size: tuple[int, int] = (160, 120)) -> np.ndarray:
    """Paint rectangles: left, top, width, height, gray; their upper third is striped, so that hiding it shows."""
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for left, top, width, height, gray in people:
        image[top : top + height, left : left + width] = gray
        image[top : top + height // 3 : 2, left : left + width] = gray - 15
    return image


@pytest.fixture(scope='session')
def classifier_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Config and checkpoint of a classifier, as a training leaves them."""
    folder = tmp_path_factory.mktemp('classifier')
    config, checkpoint = folder / 'gcn.py', folder / 'epoch_1.pth'
    config.write_text(GCN)
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(config).model)
    meta = {'dataset_meta': {'classes': CLASSES, 'pose_margins': (0.1, 0.1, 0.1, 0.1)}}
    torch.save({'state_dict': model.state_dict(), 'meta': meta}, checkpoint)
    return config, checkpoint


@pytest.fixture(scope='session')
def classifier(classifier_files: tuple[Path, Path]) -> BehaviorClassifier:
    return BehaviorClassifier(*classifier_files)


@pytest.fixture
def make_observer(classifier: BehaviorClassifier) -> Callable[..., Observer]:
    def make(score_thr: float = 0.6) -> Observer:
        return Observer(BrightPeople(), classifier, score_thr)

    return make


@pytest.fixture
def observer(make_observer: Callable[..., Observer]) -> Observer:
    return make_observer()


@pytest.fixture
def paint() -> Callable[..., np.ndarray]:
    """:func:`paint_people`."""
    return paint_people
