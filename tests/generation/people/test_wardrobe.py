import numpy as np
import pytest

from synpose.generation.people.wardrobe import BOTTOMS, DRESSES, LAYERS, SKIRTS, TOPS, sample_clothes


@pytest.fixture(scope='module')
def sampled(tailor):
    bodies = [
        tailor.model.build({'african': 0.3, 'asian': 0.3, 'caucasian': 0.4}, 1.6, sex, years)
        for sex, years in (('female', 15.0), ('male', 15.0), ('female', 40.0), ('male', 40.0))
    ]
    rng = np.random.default_rng(0)
    return [(body, sample_clothes(rng, body)) for body in bodies for _ in range(500)]


def test_everything_is_worn_by_someone(sampled):
    assert {clothes.top.name for _, clothes in sampled} == set(TOPS)
    assert {clothes.layer.name for _, clothes in sampled if clothes.layer} == set(LAYERS)
    assert {clothes.bottom for _, clothes in sampled} == {*BOTTOMS, 'dress'}


def test_clothes_go_together(sampled):
    for body, clothes in sampled:
        assert (clothes.bottom == 'dress') == (clothes.top.name in DRESSES)
        if clothes.layer and clothes.bottom != 'dress':
            assert clothes.layer.hem <= clothes.top.hem
            assert clothes.layer.sleeve < 0 or clothes.layer.sleeve >= clothes.top.sleeve
        if clothes.uniform:
            assert body.years < 19
            assert clothes.top.name == 'shirt'
        if body.sex == 'male':
            assert clothes.bottom not in SKIRTS
        if clothes.tie:
            assert clothes.top.finish == 'fold'


def test_numbers_are_within_their_ranges(sampled):
    for body, clothes in sampled:
        cut = TOPS[clothes.top.name]
        assert cut.collar[0] <= clothes.top.collar <= cut.collar[1]
        assert clothes.top.looseness == pytest.approx(cut.looseness * body.stature / 1.65)
        if clothes.bottom in SKIRTS:
            low, high = SKIRTS[clothes.bottom]
            assert low <= clothes.skirt <= high
