"""A clean scene of two people and two cameras, to plant faults in."""

import copy
from pathlib import Path

import pytest

from synpose.reporting.audit import View
from synpose.reporting.dataset_scan import DatasetReader
from synpose.testing import write_posed_dataset


@pytest.fixture(scope='session')
def clean_views(tmp_path_factory: pytest.TempPathFactory) -> list[View]:
    """Both views of the scene; not to be changed."""
    folder = DatasetReader.open(write_posed_dataset(Path(tmp_path_factory.mktemp('posed'))))
    read = [folder.read(split, entry) for split, entries in folder.moments() for entry in entries]
    assert [findings for _, findings in read] == [[], []]
    return [view for view, _ in read if view is not None]


@pytest.fixture
def views(clean_views: list[View]) -> list[View]:
    """Both views of the scene, free to be changed."""
    return copy.deepcopy(clean_views)


@pytest.fixture
def view(views: list[View]) -> View:
    """The first view, free to be changed: annotations 1 and 2."""
    return views[0]
