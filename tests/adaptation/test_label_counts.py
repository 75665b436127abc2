import numpy as np

from synpose.adaptation.label_counts import add_counts, count_labels
from synpose.adaptation.label_rules import RULES


def test_counts():
    verdicts = np.full((2, 133), RULES.index('not_predicted'))
    verdicts[0, 17:23] = 0
    verdicts[1, 17:19] = RULES.index('low_score')
    counts = count_labels(['labeled', 'crowd'], {'foot': np.array([0, -1]), 'face': np.array([1, 3])}, verdicts)
    assert counts == {
        'face_boxes/no_box': 1,
        'face_boxes/too_small': 1,
        'foot_boxes/good': 1,
        'foot_joints/kept': 6,
        'foot_joints/low_score': 2,
        'people/crowd': 1,
        'people/labeled': 1,
    }
    assert add_counts([{'b': 1}, {'a': 2, 'b': 3}, {}]) == {'a': 2, 'b': 4}
