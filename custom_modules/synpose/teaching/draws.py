"""The record of what was drawn, with what probability, and what came of it."""

import math
from collections.abc import Sequence
from typing import Any

FIELDS = ('iteration', 'group', 'explored', 'probabilities', 'loss', 'rewarded')
LIMIT = 2000  # draws that are kept; of longer trainings every second, fourth, ...


class Draws:
    """A table of draws, thinned out evenly so that a long training's stays small.

    Args:
        names: Of the groups.

    Attributes:
        rows: One dict a draw: ``iteration`` (the first with the group), ``group``, ``explored`` (drawn uniformly, by
            epsilon), ``probabilities`` (of all groups), ``loss`` (of the student on the group; None where it was not
            finite) and ``rewarded`` (None without reward).
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.rows: list[dict[str, Any]] = []
        self._every = 1
        self._seen = 0

    def add(self, *values: Any) -> None:
        """Add a draw, its values in the order of ``FIELDS``."""
        if self._seen % self._every == 0:
            row = dict(zip(FIELDS, values, strict=True))
            row['loss'] = row['loss'] if math.isfinite(row['loss']) else None
            row['probabilities'] = [round(float(p), 6) for p in row['probabilities']]
            self.rows.append(row)
        self._seen += 1
        if len(self.rows) > LIMIT:
            self.rows, self._every = self.rows[::2], 2 * self._every

    def state_dict(self) -> dict[str, Any]:
        """Return all of it, as JSON can hold it."""
        return {'names': self.names, 'rows': self.rows, 'every': self._every, 'seen': self._seen}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what :meth:`state_dict` returned."""
        self.rows, self._every, self._seen = list(state['rows']), state['every'], state['seen']
