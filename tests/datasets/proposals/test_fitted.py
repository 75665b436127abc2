import json
from pathlib import Path

import numpy as np
import pytest

from synpose.datasets.proposals import FittedProposals

GOOD = {
    'joints': ['a', 'b'],
    'atomic_poses': [
        {
            'pose': [[0, 0], [1, 1]],
            'count': 3,
            'weights': [1.0],
            'means': [[0.0] * 4],
            'covariances': [np.eye(4).tolist()],
        }
    ],
}


def broken(**change: object) -> dict:
    return {**GOOD, 'atomic_poses': [{**GOOD['atomic_poses'][0], **change}]}


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'joints': ['a']}, "'atomic_poses': missing"),
        ({**GOOD, 'atomic_poses': []}, 'atomic_poses: none'),
        ({**GOOD, 'joints': ['a']}, r'atomic pose 0: pose: must be finite numbers of shape \(1, 2\)'),
        (broken(means=[[0.0] * 3]), r'atomic pose 0: means: .* \(1, 4\)'),
        (broken(covariances=[[[float('nan')] * 4] * 4]), 'atomic pose 0: covariances'),
        (broken(weights=[]), 'atomic pose 0: weights'),
        (broken(weights=[0.5]), 'weights: must be positive and sum to 1'),
        (broken(pose=[[0], [1, 1]]), 'atomic pose 0: pose'),
        (3, 'missing'),
    ],
)
def test_broken_files_are_named(tmp_path: Path, content: object, message: str) -> None:
    path = tmp_path / 'fitted.json'
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=rf'fitted\.json: .*{message}'):
        FittedProposals.read(path)


def test_a_file_that_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / 'fitted.json'
    path.write_text('{')
    with pytest.raises(ValueError, match=r'fitted\.json: not valid JSON'):
        FittedProposals.read(path)
    with pytest.raises(FileNotFoundError, match=r'none\.json'):
        FittedProposals.read(tmp_path / 'none.json')
