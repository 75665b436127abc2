import pytest

from synpose.adaptation.whole_body_labels import empty_fields
from synpose.reporting.label_index import LabelIndex, part_confidences
from synpose.skeletons import COCO17_NAMES

from .conftest import certain


def test_confidence_is_that_of_labeled_joints():
    assert part_confidences(certain(0.8, 0.4)) == pytest.approx({'face': 0.8, 'foot': 0.4})
    assert part_confidences(empty_fields()) == {}
    assert part_confidences({'keypoints': [1, 2, 2]}) == {}


def test_the_worst_come_first(labeled):
    index = LabelIndex.build(labeled / 'annotations' / 'train.json')
    assert [person['id'] for person in index.read(0, 9)] == [3, 2, 6, 1, 4]
    assert index.joint_names == COCO17_NAMES
