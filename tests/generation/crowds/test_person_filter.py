import pytest

from synpose.generation.crowds.person_filter import check_detector


@pytest.mark.parametrize(
    ('detector', 'message'),
    [
        ({'config': 'a.py'}, 'detector.checkpoint: None is not a path'),
        ({'config': 3, 'checkpoint': 'b.pth'}, 'detector.config: 3 is not a path'),
        ({'config': 'a.py', 'checkpoint': 'b.pth', 'score_thr': 2}, r'detector.score_thr: 2 is not in \[0, 1\]'),
        ({'config': 'a.py', 'checkpoint': 'b.pth', 'threshold': 1}, "detector: unknown option 'threshold'"),
    ],
)
def test_bad_options_are_named(detector, message):
    with pytest.raises(ValueError, match=message):
        check_detector(detector)


def test_none_and_good_options_pass():
    check_detector(None)
    check_detector({'config': 'a.py', 'checkpoint': 'b.pth', 'score_thr': 0.0, 'device': 'cuda:0'})
