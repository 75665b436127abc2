"""Builds what someone wears from shells, drapes and small parts laid over them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from synpose.generation.people.clothing import Fitting, Tailor, snug_hems
from synpose.generation.people.drapes import drape
from synpose.generation.people.pieces import TORSO, Piece, Surface
from synpose.generation.people.wardrobe import SKIRTS, Clothes, Garment
from synpose.generation.primitives import Material
from synpose.generation.shells import lathe

WAIST = 0.09  # tops hug the body above this height on the mean body and hang freely below, m


class Dressing:
    """Someone getting dressed: collects pieces, and knows what is covered and how far the outermost cloth stands off.

    Args:
        fitting: The body.
        clothes: What it wears.
        materials: Materials of ``'top'``, ``'layer'``, ``'bottom'``, ``'tights'``, ``'trim'``, ``'tie'``, ``'shoes'``
            and ``'soles'``.

    Attributes:
        pieces: What has been put on.
        covered: How far inside cloth each body vertex is ``(V,)``, m.
        outer: The outermost shell over the trunk ``(V, 3)``, m, in the rest pose.
        margin: Its distance from the body, m.
    """

    def __init__(self, fitting: Fitting, clothes: Clothes, materials: dict[str, Material]) -> None:
        self.fitting, self.tailor, self.clothes, self.materials = fitting, fitting.tailor, clothes, materials
        self.pieces: list[Piece] = []
        self.covered = np.full(len(fitting.normals), -1.0)
        self._shoes()
        self._legs()
        top = clothes.top
        if clothes.layer is None:
            self.outer = self._garment(top, 'top', None)
        else:
            self._garment(top, 'top', clothes.layer)
            self.outer = self._garment(clothes.layer, 'layer', None)
        self.margin = (clothes.layer or top).looseness

    def add(self, surface: Surface, material: str, part: int | None = None) -> None:
        """Put on a surface of one of the materials."""
        self.pieces.append(Piece(surface, self.materials[material], part))

    def _cover(self, level: np.ndarray) -> None:
        self.covered = np.maximum(self.covered, level)

    def _shoes(self) -> None:
        fitting, level = self.fitting, self.tailor.shoes(self.clothes.boots)
        shell = fitting.shell(0.009, 12, ease=snug_hems(level))
        self.add(fitting.cloth(shell, level), 'shoes')
        sole = self.tailor.shoes(0.022)
        self.add(fitting.cloth(fitting.shell(0.0125, 12, ease=snug_hems(sole)), sole), 'soles')
        self._cover(level)

    def _legs(self) -> None:
        clothes, fitting, tailor = self.clothes, self.fitting, self.tailor
        regions = tailor.regions
        if clothes.bottom == 'dress' or clothes.bottom in SKIRTS:
            if clothes.tights:
                level = np.minimum(tailor.trousers(1.99), 0.02 - tailor.shoes(clothes.boots))
                self.add(fitting.cloth(fitting.shell(0.0025, 2), level), 'tights')
                self._cover(tailor.trousers(1.99))
            if clothes.bottom in SKIRTS:
                pleats = {'pleated skirt': 22, 'long skirt': 9}.get(clothes.bottom, 0)
                waist = 0.135 if clothes.layer is None else 0.10  # under the layer's hanging part
                flare = {'pleated skirt': 0.035, 'long skirt': 0.08}.get(clothes.bottom, 0.025)
                self.add(drape(fitting, waist, clothes.skirt, clothes.leg_looseness, flare, pleats), 'bottom')
            return
        level = tailor.trousers(clothes.leg)
        loose = clothes.leg_looseness
        # Wide at the legs, close at the hips; only leggings close around the ankle.
        width = 0.007 + (loose - 0.007) * np.clip(regions.leg / 0.5, 0, 1)
        ease = snug_hems(level) if clothes.bottom == 'leggings' else np.clip(0.5 + (level + regions.leg) / 0.1, 0.6, 1)
        visible = level
        if not clothes.tucked:  # under a hanging top only a margin is needed, and it lies close
            hem = min(clothes.top.hem, clothes.layer.hem if clothes.layer else 1.0)
            visible = np.minimum(level, max(hem, -0.06) + 0.07 - regions.z)
            ease = np.minimum(ease, np.clip((hem + 0.04 - regions.z) / 0.08, 0.15, 1))
        steps = 4 if clothes.bottom == 'leggings' else 10
        self.add(fitting.cloth(fitting.shell(width, steps, 0.3 * loose, ease), visible), 'bottom')
        self._cover(visible)

    def _garment(self, garment: Garment, material: str, under: Garment | None) -> np.ndarray:
        """Put on a top or layer, as far as another garment it is ``under`` leaves it visible; return its shell."""
        fitting, tailor = self.fitting, self.tailor
        tucked = material == 'top' and self.clothes.tucked
        level = _reach(tailor, garment, 0.105 if tucked else WAIST)
        ease = np.maximum(snug_hems(level), np.clip((WAIST + 0.1 - tailor.regions.z) / 0.05, 0, 1) * (not tucked))
        # Short sleeves stand open.
        ease = np.where(tailor.off_arms | (garment.sleeve > 1.2), ease, np.maximum(ease, 0.75))
        shell = fitting.shell(garment.looseness, garment.steps, 0.3 * garment.looseness, ease)
        front = tailor.opening(0.4 * garment.opening, garment.opening) if garment.opening else level
        visible = np.minimum(level, front)
        if under is not None:
            hidden = np.minimum(_reach(tailor, under, WAIST), tailor.opening(0.4 * under.opening, under.opening))
            visible = np.minimum(visible, 0.035 - hidden if under.opening else 0.05 - hidden)
        self.add(fitting.cloth(shell, visible), material)
        self._cover(visible if garment.opening else level)
        if not tucked and (under is None or under.hem > garment.hem or under.opening):
            span = None
            if garment.opening:
                span = (np.arctan2(garment.opening, 0.13), 2 * np.pi - np.arctan2(garment.opening, 0.13))
            elif under is not None and under.hem <= garment.hem:  # only the open front shows it
                span = (-0.8, 0.8)
            self.add(drape(fitting, 0.115, garment.hem, garment.looseness, garment.flare, 0, span), material)
        self._finish(garment, material, shell, level, front)
        return shell

    def _over(self, shell: np.ndarray, level: np.ndarray, height: float, material: str) -> None:
        """Lay a strip of cloth ``height`` m over a shell."""
        self.add(self.fitting.cloth(shell + height * self.fitting.normals, level), material)

    def _finish(self, garment: Garment, material: str, shell: np.ndarray, level: np.ndarray, front: np.ndarray) -> None:
        tailor, fitting = self.tailor, self.fitting
        line = tailor.neckline(garment.collar)
        layer = self.clothes.layer
        if garment.finish == 'fold' and not (layer and layer.finish in ('stand', 'hood')):
            notch = np.where(tailor.front, tailor.x - 0.004 - 0.3 * np.clip(line, 0, 1), 1.0)
            points = 0.034 + 0.25 * np.clip(0.06 - tailor.x, 0, 0.05) * tailor.front
            strip = np.minimum(np.minimum(line + 0.012, points - line), notch)
            self._over(fitting.shell(0.008 + 0.3 * garment.looseness, 4), strip, 0.003, material)
        if garment.finish == 'stand':
            strip = np.minimum(line + 0.036, 0.012 - line)
            if garment.opening:
                strip = np.minimum(strip, tailor.opening(0.012, 0.012))
            self.add(fitting.cloth(fitting.shell(0.005 + 0.35 * garment.looseness, 3), strip), material)
        if garment.finish == 'lapels':
            width = np.interp(tailor.regions.z, [0.17, 0.30, 0.42, 0.6], [0.0, 0.04, 0.055, 0.03])
            self._over(shell, np.minimum(np.minimum(front, width - front), level), 0.004, material)
            collar = np.minimum(line + 0.012, 0.04 - line)
            self._over(fitting.shell(0.01 + 0.3 * garment.looseness, 4), np.minimum(collar, front), 0.004, material)
        if garment.finish == 'hood':
            self.add(_hood(fitting, garment.looseness), material, TORSO)
        if garment.front in ('buttons', 'zip'):
            half = 0.013 if garment.front == 'buttons' else 0.007
            strip = np.where(tailor.front, np.minimum(half - tailor.x, level), -1.0)
            self._over(shell, strip, 0.0025, material if garment.front == 'buttons' else 'trim')

    def tie(self) -> None:
        """Put on a tie: a knot below the collar and a blade that widens downward."""
        tailor = self.tailor
        depth = tailor.neckline(self.clothes.top.collar)
        half = np.interp(depth, [0.0, 0.035, 0.045, 0.35], [0.022, 0.014, 0.016, 0.038])
        level = np.where(tailor.front, np.minimum(np.minimum(half - tailor.x, depth + 0.005), 0.36 - depth), -1.0)
        shell = self.fitting.shell(self.clothes.top.looseness, self.clothes.top.steps)
        height = 0.006 if self.clothes.layer is None else 0.0035
        self._over(shell, level, height, 'tie')

    def scarf(self) -> None:
        """Wrap a scarf around the neck, one end hanging down the chest."""
        fitting = self.fitting
        neck, scale = fitting.body.heads[fitting.model.bone['neck01']], fitting.body.stature / 1.65
        angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        ring = np.stack([0.082 * np.sin(angle), 0.016 + 0.082 * np.cos(angle), 0.012 - 0.022 * np.cos(angle)], axis=1)
        radii = np.stack([0.024 + 0.004 * np.sin(5 * angle), 0.034 + 0.005 * np.sin(3 * angle)], axis=1)
        surface = _worn(fitting, lathe(neck + scale * ring, scale * radii, 12, (0.0, 1.0, 0.0), closed=True))
        self.add(surface, 'scarf', TORSO)
        t = np.linspace(0, 1, 12)
        end = neck + scale * np.stack([0.03 + 0.03 * t, 0.105 + 0.02 * t, 0.01 - 0.34 * t], axis=1)
        end = fitting.clear(end, self.margin + 0.016)
        halves = scale * np.stack([0.038 + 0.012 * t, np.full(12, 0.009)], axis=1)
        self.add(_worn(fitting, lathe(end, halves, 8), fitting.nearest_weights), 'scarf', TORSO)


def _reach(tailor: Tailor, garment: Garment, waist: float) -> np.ndarray:
    """Return where the part of a garment that hugs the body is."""
    return tailor.top(garment.sleeve, waist, garment.collar, garment.v_neck)


def _worn(
    fitting: Fitting,
    shape: tuple[np.ndarray, np.ndarray, np.ndarray],
    weights: Callable[[np.ndarray], Any] | None = None,
) -> Surface:
    """Let a shape follow neck and back, or the weights of its own that ``weights`` gives its points."""
    points, faces, uv = shape
    follow = fitting.follow(points, {'spine01': 0.6, 'neck01': 0.4}) if weights is None else weights(points)
    return Surface(points, faces, uv, follow)


def _hood(fitting: Fitting, looseness: float) -> Surface:
    """Return a hood that lies on the back: a crescent around the neck, thickest behind."""
    neck, scale = fitting.body.heads[fitting.model.bone['neck01']], fitting.body.stature / 1.65
    angle = np.linspace(-2.3, 2.3, 22)
    back = 0.5 + 0.5 * np.cos(angle)
    x = 0.088 * np.sin(angle)
    y = 0.008 - (0.060 + 0.030 * back) * np.cos(angle)
    z = 0.012 - 0.045 * back + 0.02 * (1 - back)
    path = neck + scale * np.stack([x, y, z], axis=1)
    path = fitting.clear(path, looseness + 0.012)
    ends = np.clip((2.3 - np.abs(angle)) / 1.1, 0.08, 1) ** 0.6
    radii = scale * np.stack([ends * (0.020 + 0.012 * back), ends * (0.026 + 0.040 * back)], axis=1)
    return _worn(fitting, lathe(path, radii, 12, (0.0, 1.0, 0.0)))
