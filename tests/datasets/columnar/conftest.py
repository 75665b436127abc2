"""Records as a store holds them, without a store."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from synpose.datasets.columnar.columns import Column, Records
from synpose.datasets.columnar.fields import MISSING, encode, kind_of


@pytest.fixture
def records_of() -> Callable[..., Records]:
    """``records_of(people, ['id', 'bbox'])`` makes columns of these fields."""

    def make(people: list[dict[str, Any]], names: Iterable[str]) -> Records:
        columns = {}
        for name in names:
            values = [person.get(name, MISSING) for person in people]
            kind = kind_of(values)
            columns[name] = Column(encode(values, kind), kind)
        return Records(columns)

    return make
