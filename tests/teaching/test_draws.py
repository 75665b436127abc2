"""Draws are kept, and thinned out when they become many."""

import json
import math

from synpose.teaching import draws as module
from synpose.teaching.draws import Draws


def test_rows_are_json():
    draws = Draws(['a', 'b'])
    draws.add(0, 1, False, [0.25, 0.75], 0.5, None)
    draws.add(3, 0, True, [0.5, 0.5], math.nan, True)
    assert json.loads(json.dumps(draws.state_dict(), allow_nan=False))['rows'] == [
        dict(iteration=0, group=1, explored=False, probabilities=[0.25, 0.75], loss=0.5, rewarded=None),
        dict(iteration=3, group=0, explored=True, probabilities=[0.5, 0.5], loss=None, rewarded=True),
    ]


def test_a_long_record_is_thinned_evenly_and_goes_on_after_a_resume(monkeypatch):
    monkeypatch.setattr(module, 'LIMIT', 8)
    whole, resumed = Draws(['a']), Draws(['a'])
    for step in range(50):
        whole.add(step, 0, False, [1.0], 1.0, None)
        part = Draws(['a'])
        part.load_state_dict(resumed.state_dict())
        resumed = part
        resumed.add(step, 0, False, [1.0], 1.0, None)
    assert [row['iteration'] for row in whole.rows] == list(range(0, 50, 8))
    assert resumed.state_dict() == whole.state_dict()
