"""What a job takes over from its config; that it runs is tested where tools/submit.py is."""

from pathlib import Path
from typing import Any

import pytest

from synpose.reporting.submissions.job import scoring_of, write_submission


@pytest.mark.parametrize(
    ('evaluator', 'expected'),
    [
        (None, {}),
        ({'type': 'PCKAccuracy'}, {}),
        (
            {'type': 'CocoMetric', 'ann_file': 'a.json', 'nms_mode': 'none', 'nms_thr': 0.5},
            {'nms_mode': 'none', 'nms_thr': 0.5},
        ),
        (
            [{'type': 'BBoxIoUAPMetric'}, {'type': 'CrowdCocoMetric', 'score_mode': 'keypoint'}, {'nms_mode': 'none'}],
            {'score_mode': 'keypoint'},
        ),
        (({'keypoint_score_thr': 0.0},), {'keypoint_score_thr': 0.0}),
    ],
)
def test_people_are_scored_as_the_test_scores_them(evaluator: Any, expected: dict) -> None:
    assert scoring_of(evaluator) == expected


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / 'config.py').write_text('model = dict()')
    for paths, name in (
        ((tmp_path / 'none.py', 'a.pth'), 'none.py'),
        ((tmp_path / 'config.py', 'none.pth'), 'none.pth'),
    ):
        with pytest.raises(FileNotFoundError, match=f'{name}: no such file'):
            write_submission(paths[0], paths[1], {'benchmark': 'coco', 'out_dir': str(tmp_path)})
