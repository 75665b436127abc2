"""The picture of a teacher's draws is a PNG, of many draws, of one, and of losses that were not finite."""

import io

import numpy as np
import pytest
from PIL import Image

from synpose.reporting.teacher_curves import draw_teacher_curves


def rows(count):
    rng = np.random.default_rng(0)
    return [
        dict(
            iteration=10 * i,
            group=i % 3,
            explored=False,
            probabilities=rng.dirichlet([1, 1, 1]).tolist(),
            loss=None if i == 4 else 1.0 + i % 3,
            rewarded=(None, True, False)[i % 3],
        )
        for i in range(count)
    ]


@pytest.mark.parametrize('count', [1, 30])
def test_it_draws(count):
    image = Image.open(io.BytesIO(draw_teacher_curves(['a', 'b', 'c'], rows(count))))
    assert image.size[0] > 1000
    assert len(np.unique(np.asarray(image.convert('RGB')).reshape(-1, 3), axis=0)) > 10
