from synpose.datasets.record_checks import box_problem, keypoints_problem, record_name


def test_record_name() -> None:
    assert record_name('images', {'id': 5}, 3) == 'image 5'
    assert record_name('annotations', {}, 3) == 'annotation number 3'


def test_good_values_have_no_problem() -> None:
    assert box_problem([-3, -3, 4, 4], (100, 50)) is None
    assert keypoints_problem([0, 0, 0, 1.5, 2.5, 2.0], 2) is None
    assert keypoints_problem([1e308, 1e308, 2], 1) is None  # whose sum is infinite
