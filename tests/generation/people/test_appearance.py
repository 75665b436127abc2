import json

import numpy as np
import pytest

from synpose.generation.people.accessories import BAGS, GLASSES, MASKS
from synpose.generation.people.appearance import sample_look
from synpose.generation.people.fabrics import PATTERNS, fabric, hair_texture
from synpose.generation.people.headwear import HEADWEAR


@pytest.mark.parametrize('pattern', PATTERNS)
def test_fabric_shows_its_colors(pattern):
    ground, accent = np.array([0.5, 0.1, 0.1]), np.array([0.1, 0.1, 0.5])
    cloth = fabric(np.random.default_rng(1), pattern, ground, accent)
    assert cloth.dtype == np.float32
    assert 0 <= cloth.min() <= cloth.max() <= 1
    blue = (cloth[..., 2] > cloth[..., 0]).mean()
    assert blue == 0 if pattern == 'plain' else 0.02 < blue < 0.8


def test_unknown_pattern():
    with pytest.raises(ValueError, match='zebra'):
        fabric(np.random.default_rng(0), 'zebra', np.zeros(3), np.zeros(3))


def test_hair_texture_keeps_its_mean_color():
    color = np.array([0.2, 0.1, 0.05])
    np.testing.assert_allclose(hair_texture(np.random.default_rng(0), color).mean(axis=(0, 1)), color, rtol=0.1)


def test_skin_follows_ancestry(tailor):
    lightness = {}
    for race in ('caucasian', 'african'):
        races = {'caucasian': 0.0, 'asian': 0.0, 'african': 0.0, race: 1.0}
        body = tailor.model.build(races, stature=1.65)
        lightness[race] = [sample_look(np.random.default_rng(k), body).skin.mean() for k in range(8)]
    assert min(lightness['caucasian']) > max(lightness['african'])


def test_every_accessory_is_worn_by_someone(tailor, mean_body):
    looks = [sample_look(np.random.default_rng(k), mean_body) for k in range(600)]
    assert {look.glasses for look in looks} == {None, *GLASSES}
    assert {look.mask for look in looks} == {None, *MASKS}
    assert {look.bag for look in looks} == {None, *BAGS}
    assert {look.headwear for look in looks} == {None, *HEADWEAR}
    assert {look.headphones for look in looks} == {look.scarf for look in looks} == {True, False}
    assert not any(look.headphones and look.headwear for look in looks)


def test_records_are_plain_values(mean_body):
    for k in range(20):
        look = sample_look(np.random.default_rng(k), mean_body)
        record = look.record()
        assert json.loads(json.dumps(record)) == record
        assert record['top'] == look.clothes.top.name
        assert all(0 <= channel <= 1 for color in record['colors'].values() for channel in color)
