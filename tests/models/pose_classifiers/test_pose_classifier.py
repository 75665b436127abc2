"""What every classifier does: the loss, what it writes into data samples, and what it refuses."""

import numpy as np
import pytest
import torch
from mmpose.structures import PoseDataSample

from synpose.models.pose_classifiers.pose_classifier import PoseClassifier
from synpose.skeletons import COCO17_NAMES

COCO = {'from_file': 'configs/_base_/datasets/coco.py'}


class NoseClassifier(PoseClassifier):
    """The logits are the nose's numbers of the first person, at the first time."""

    def extract_logits(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs[:, :, 0, 0, 0]


def sample(label: int) -> PoseDataSample:
    found = PoseDataSample(metainfo={'img_id': 7, 'id': 3, 'behavior': 'reading'})
    found.set_field(label, 'gt_label')
    return found


def test_modes() -> None:
    model = NoseClassifier(3, COCO)
    assert model.joint_names == COCO17_NAMES
    inputs, samples = torch.randn(2, 3, 4, 17, 1), [sample(0), sample(2)]
    logits = inputs[:, :, 0, 0, 0]
    torch.testing.assert_close(model(inputs), logits)
    expected = -(logits[0].log_softmax(0)[0] + logits[1].log_softmax(0)[2]) / 2
    torch.testing.assert_close(model(inputs, samples, 'loss')['loss_behavior'], expected)
    found = model.test_step({'inputs': list(inputs), 'data_samples': samples})
    for one, row in zip(found, logits.softmax(1).numpy()):
        np.testing.assert_allclose(one.pred_scores, row, rtol=1e-5)
        assert type(one.pred_label) is int
        assert one.pred_label == row.argmax()


def test_bad_input_is_one_message() -> None:
    model = NoseClassifier(3, COCO)
    for shape in ((2, 3, 1, 14, 1), (2, 2, 1, 17, 1), (2, 3, 17)):
        with pytest.raises(ValueError, match=rf'its skeleton has 17 joints, but are \({", ".join(map(str, shape))}\)'):
            model(torch.randn(shape))
    for label in (-1, 3):
        with pytest.raises(
            ValueError, match=rf"image 7: annotation 3: behavior 'reading' is class {label}, but num_classes is 3"
        ):
            model(torch.randn(1, 3, 1, 17, 1), [sample(label)], 'loss')
    with pytest.raises(ValueError, match='num_classes must be at least 2'):
        NoseClassifier(1, COCO)
    with pytest.raises(ValueError, match='mode must be'):
        model(torch.randn(1, 3, 1, 17, 1), mode='train')
    with pytest.raises(ValueError, match='metainfo: must have from_file'):
        NoseClassifier(3, {'dataset_name': 'none'})
