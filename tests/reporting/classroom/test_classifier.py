from pathlib import Path

import numpy as np
import pytest
import torch

from synpose.evaluation.functional import pose_boxes
from synpose.reporting.classroom import BehaviorClassifier
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES


def test_it_classifies_as_a_test_does(classifier: BehaviorClassifier) -> None:
    rng = np.random.default_rng(0)
    poses = np.concatenate([rng.uniform(10, 90, (4, 17, 2)), rng.uniform(0.2, 1, (4, 17, 1))], axis=2)
    boxes = classifier.boxes(poses, (100, 100))
    np.testing.assert_allclose(boxes, pose_boxes(poses[..., :2], poses[..., 2], (100, 100), (0.1,) * 4))
    found = classifier.classify(poses, boxes)
    middle, unit = boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:].max(axis=1)
    inputs = np.concatenate([(poses[..., :2] - middle[:, None]) / unit[:, None, None], poses[..., 2:]], axis=2)
    with torch.no_grad():
        logits = classifier._model(torch.from_numpy(inputs).float().permute(0, 2, 1)[:, :, None, :, None])
    np.testing.assert_allclose(found, logits.softmax(1), rtol=1e-4)
    assert classifier.classes == ('hand_raised', 'reading', 'writing')
    assert classifier.classify(poses[:0], boxes[:0]).shape == (0, 3)


def test_another_skeleton_is_refused(classifier: BehaviorClassifier) -> None:
    classifier.check_joints(COCO17_NAMES)
    with pytest.raises(ValueError, match=r'the pose model has 14 joints .*trained on 17 .*: use a classifier'):
        classifier.check_joints(CROWDPOSE14_NAMES)


def test_files_that_are_missing_or_do_not_fit(classifier_files: tuple[Path, Path], tmp_path: Path) -> None:
    config, checkpoint = classifier_files
    with pytest.raises(FileNotFoundError, match=r'none.pth: no such file'):
        BehaviorClassifier(config, 'none.pth')
    with pytest.raises(FileNotFoundError, match=r'none.py: no such file'):
        BehaviorClassifier('none.py', checkpoint)
    kept = torch.load(checkpoint, weights_only=False)
    torch.save({'state_dict': kept['state_dict'], 'meta': {}}, tmp_path / 'bare.pth')
    with pytest.raises(ValueError, match=r'bare.pth: names no behaviors: train the classifier'):
        BehaviorClassifier(config, tmp_path / 'bare.pth')
    few = {'dataset_meta': {**kept['meta']['dataset_meta'], 'classes': ('reading', 'writing')}}
    torch.save({**kept, 'meta': few}, tmp_path / 'few.pth')
    with pytest.raises(ValueError, match=r'few.pth: names 2 behaviors, but num_classes is 3'):
        BehaviorClassifier(config, tmp_path / 'few.pth')
    torch.save({**kept, 'state_dict': {'other': torch.zeros(1)}}, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'other.pth: does not hold the model of .*gcn.py'):
        BehaviorClassifier(config, tmp_path / 'other.pth')
