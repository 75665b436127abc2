import pytest
import torch
from mmengine.structures import PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample


def build(target: str, num_classes: int = 4):
    return MODELS.build(
        {'type': 'MeanLabelEstimator', 'num_classes': num_classes, 'label_size': (2, 1), 'target': target}
    )


def samples(*labels: list[int]) -> list[PoseDataSample]:
    found = []
    for row in labels:
        sample = PoseDataSample()
        sample.gt_fields = PixelData(labels=torch.tensor([[row]], dtype=torch.uint8))
        found.append(sample)
    return found


def predict(model) -> list:
    (sample,) = model(torch.zeros(1, 3, 4, 4), samples([0, 0]), mode='predict')
    return sample.pred_fields.labels[0].tolist()


def test_parts_are_the_most_frequent_ones() -> None:
    model = build('parts')
    model(None, samples([0, 2], [0, 3]), mode='loss')
    model(None, samples([1, 3]), mode='loss')
    assert predict(model) == [[0, 3]]


def test_depth_is_the_mean_where_a_person_is() -> None:
    model = build('depth', 20)
    model(None, samples([0, 10], [0, 13], [0, 0]), mode='loss')
    assert predict(model) == [[11.5, 11.5]]  # nobody was at the left: the mean of all
    model(None, samples([4, 0]), mode='loss')
    assert predict(model) == [[4.0, 11.5]]


def test_what_is_counted_is_in_the_checkpoint() -> None:
    model, other = build('parts'), build('parts')
    model(None, samples([1, 2]), mode='loss')
    other.load_state_dict(model.state_dict())
    assert predict(other) == [[1, 2]]


def test_a_training_step_changes_nothing_but_the_counts() -> None:
    model = build('parts')
    loss = model(None, samples([1, 2]), mode='loss')['loss_nothing']
    loss.backward()
    assert loss == 0
    assert model.nothing.grad == 0


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"target must be 'parts' or 'depth', but is 'pose'"):
        build('pose')
    with pytest.raises(ValueError, match='has seen no labels of people'):
        predict(build('parts'))
    model = build('depth')
    model(None, samples([0, 0]), mode='loss')
    with pytest.raises(ValueError, match='has seen no labels of people'):
        predict(model)
