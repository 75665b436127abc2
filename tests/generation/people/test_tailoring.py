from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from synpose.generation.people.tailoring import Dressing
from synpose.generation.people.wardrobe import BOTTOMS, DRESSES, LAYERS, TOPS, Clothes, Garment
from synpose.generation.primitives import Material

NAMES = ('top', 'layer', 'bottom', 'tights', 'trim', 'tie', 'scarf', 'shoes', 'soles')


def _garment(name, catalog):
    cut = catalog[name]
    numbers = [float(np.mean(span)) for span in (cut.sleeve, cut.hem, cut.collar, cut.v_neck)]
    opening = 0.04 if cut.front == 'open' else 0.0
    return Garment(name, *numbers, cut.looseness, cut.steps, cut.finish, cut.front, float(np.mean(cut.flare)), opening)


def _clothes(top='t-shirt', layer=None, bottom='trousers', **changes):
    outer = _garment(layer, LAYERS) if layer else None
    loose = float(np.mean(BOTTOMS.get(bottom, (0.01, 0.01))))
    plain = Clothes(_garment(top, TOPS), outer, bottom, 1.93, loose, -0.3, False, False, 0.085, False, False)
    return replace(plain, **changes)


@pytest.fixture
def dressed(fitting):
    def dress(*names, **changes):
        materials = {name: Material(np.zeros(3, np.float32)) for name in NAMES}
        return Dressing(fitting, _clothes(*names, **changes), materials)

    return dress


def _points(dressing, name):
    return np.concatenate([p.surface.points for p in dressing.pieces if p.material is dressing.materials[name]])


@pytest.mark.parametrize('top', TOPS)
def test_tops_leave_no_gap_above_the_legs(tailor, fitting, dressed, top):
    dressing = dressed(top, bottom='dress' if top in DRESSES else 'trousers')
    points = np.concatenate([piece.surface.points for piece in dressing.pieces])
    body = fitting.body.vertices
    # Between chest and hips, every bit of the trunk has cloth near it.
    z = tailor.regions.z
    trunk = tailor.off_arms & (z > -0.02) & (z < 0.36) & np.isin(np.arange(len(z)), tailor.regions.outer_faces)
    distance, _ = cKDTree(points).query(body[trunk])
    assert distance.max() < 0.075  # a dress spans the hollow between the legs
    assert (dressing.covered[trunk & (z > 0.15)] > 0).all()


@pytest.mark.parametrize('layer', LAYERS)
def test_layers_lie_outside_the_top(fitting, dressed, layer):
    dressing = dressed('shirt', layer)
    plain = dressed('shirt')
    front = np.abs(((dressing.outer - plain.outer) * fitting.normals).sum(axis=1)[dressing.covered > 0.04])
    assert np.median(front) > 0.004
    assert dressing.margin > plain.margin
    hidden, shown = _points(dressing, 'top'), _points(plain, 'top')
    assert len(hidden) < len(shown)


@pytest.mark.parametrize(
    ('bottom', 'bare'), [('skirt', True), ('long skirt', True), ('shorts', True), ('trousers', False)]
)
def test_shins_are_bare_below_skirts_and_shorts(tailor, dressed, bottom, bare):
    leg = 0.9 if bottom == 'shorts' else 1.93
    dressing = dressed('t-shirt', bottom=bottom, leg=leg)
    middle = np.abs(tailor.regions.leg - 1.4) < 0.05
    assert (dressing.covered[middle] < 0).all() == bare


def test_tights_cover_the_legs(tailor, dressed):
    covered = dressed('t-shirt', bottom='skirt', tights=True).covered
    assert (covered[np.abs(tailor.regions.leg - 1.4) < 0.05] > 0).all()


def test_wide_trousers_are_wider(dressed):
    width = {}
    for name in ('slim trousers', 'wide trousers'):
        points = _points(dressed('t-shirt', bottom=name), 'bottom')
        shin = points[(points[:, 2] < -0.4) & (points[:, 2] > -0.6) & (points[:, 0] > 0)]
        width[name] = np.ptp(shin[:, 0])
    assert width['wide trousers'] > width['slim trousers'] + 0.03


def test_a_tucked_top_ends_at_the_waist(fitting, dressed):
    free, tucked = (_points(dressed('t-shirt', tucked=flag), 'top') for flag in (False, True))
    assert tucked[:, 2].min() > fitting.height(0.08)
    assert free[:, 2].min() < fitting.height(0.0)


def test_a_hood_lies_behind_the_neck(fitting, dressed):
    hood = max((p.surface for p in dressed('hoodie').pieces if p.part is not None), key=lambda s: len(s.points))
    neck = fitting.joints['neck']
    assert np.median(hood.points[:, 1]) < neck[1]
    assert np.abs(hood.points - neck).max() < 0.25


def test_tie_and_scarf_hang_in_front(fitting, dressed):
    dressing = dressed('shirt')
    dressing.tie()
    dressing.scarf()
    neck = fitting.joints['neck']
    tie, scarf = _points(dressing, 'tie'), _points(dressing, 'scarf')
    assert (tie[:, 1] > neck[1]).all()
    assert np.abs(tie[:, 0]).max() < 0.05
    assert tie[:, 2].min() < neck[2] - 0.2
    assert scarf[:, 2].min() < neck[2] - 0.2
    assert np.ptp(scarf[:, 0]) < 0.35
