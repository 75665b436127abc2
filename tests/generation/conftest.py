"""One body model, tailor and factory for all tests of looks: loading the model takes seconds."""

import numpy as np
import pytest

from synpose.generation.bodies.anny_body import AnnyBody
from synpose.generation.people.clothing import Fitting, Tailor
from synpose.generation.people.factory import PersonFactory
from synpose.generation.posing.poser import Pose


@pytest.fixture(scope='session')
def tailor():
    return Tailor(AnnyBody())


@pytest.fixture(scope='session')
def mean_body(tailor):
    """Someone of mean shape."""
    return tailor.model.build({'caucasian': 0.4, 'asian': 0.3, 'african': 0.3}, stature=1.65)


@pytest.fixture(scope='session')
def rest_pose(tailor, mean_body):
    model = tailor.model
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    return Pose(*model.pose(mean_body, local, mean_body.heads[0]), main='R')


@pytest.fixture(scope='session')
def fitting(tailor, mean_body):
    return Fitting(tailor, mean_body, np.zeros(len(tailor.model.template)))


@pytest.fixture(scope='session')
def factory():
    return PersonFactory()
