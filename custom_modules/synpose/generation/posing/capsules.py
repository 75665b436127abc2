"""A body as capsules around its bones, to see cheaply whether limbs run into it."""

from dataclasses import dataclass

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel


@dataclass(frozen=True)
class _Capsule:
    """Both ends as mixes of bones' joints, and the radius as a share of the stature."""

    name: str
    start: tuple[tuple[str, float], ...]
    end: tuple[tuple[str, float], ...]
    radius: float


def _between(a: str, b: str, share: float) -> tuple[tuple[str, float], ...]:
    return ((a, 1 - share), (b, share))


def _limbs(side: str) -> list[_Capsule]:
    s = f'.{side}'
    armpit = _between(f'upperarm01{s}', 'spine01', 0.45)
    return [
        _Capsule(f'flank{s}', _between(f'upperleg01{s}', 'root', 0.25), armpit, 0.055),
        _Capsule(f'arm{s}', _between(f'upperarm01{s}', f'lowerarm01{s}', 0.55), ((f'lowerarm01{s}', 1),), 0.024),
        _Capsule(f'forearm{s}', _between(f'lowerarm01{s}', f'wrist{s}', 0.15), ((f'wrist{s}', 1),), 0.021),
        _Capsule(f'hand{s}', ((f'wrist{s}', 1),), ((f'finger3-2{s}', 1),), 0.018),
        _Capsule(f'thigh{s}', _between(f'upperleg01{s}', f'lowerleg01{s}', 0.45), ((f'lowerleg01{s}', 1),), 0.036),
        _Capsule(f'shin{s}', _between(f'lowerleg01{s}', f'foot{s}', 0.2), ((f'foot{s}', 1),), 0.027),
        _Capsule(f'foot{s}', ((f'foot{s}', 1),), ((f'toe3-1{s}', 1),), 0.022),
    ]


_CAPSULES = (
    _Capsule('spine', (('root', 1),), (('spine01', 1),), 0.062),
    _Capsule('head', _between('neck03', 'head', 0.5), (('eye.L', 0.5), ('eye.R', 0.5)), 0.05),
    *_limbs('L'),
    *_limbs('R'),
)
_TRUNK = ('spine', 'flank.L', 'flank.R')


def _may_touch(a: str, b: str) -> bool:
    """Tell whether two capsules are neighbors, whose overlap means nothing."""
    part, other = a.split('.')[0], b.split('.')[0]
    if a in _TRUNK and b in (*_TRUNK, 'head'):
        return True
    if a[-2:] != b[-2:] or '.' not in a or '.' not in b:  # opposite sides, or the middle of the body
        return a in _TRUNK and other == 'thigh'
    chain = ('flank', 'arm', 'forearm', 'hand'), ('flank', 'thigh', 'shin', 'foot')
    return any({part, other} <= set(limb[i : i + 2]) for limb in chain for i in range(3))


class BodyCapsules:
    """Measures overlaps within bodies of one model."""

    _SAMPLES = np.linspace(0, 1, 6)

    def __init__(self, model: BodyModel) -> None:
        count = len(model.labels)
        self._starts, self._ends = np.zeros((len(_CAPSULES), count)), np.zeros((len(_CAPSULES), count))
        for row, capsule in enumerate(_CAPSULES):
            for ends, mix in ((self._starts, capsule.start), (self._ends, capsule.end)):
                for label, weight in mix:
                    ends[row, model.bone[label]] += weight
        names = [capsule.name for capsule in _CAPSULES]
        self._radii = np.array([capsule.radius for capsule in _CAPSULES])
        self._pairs = np.array(
            [(i, j) for i, a in enumerate(names) for j, b in enumerate(names) if i < j and not _may_touch(a, b)]
        )

    def overlap(self, body: Body, positions: np.ndarray) -> float:
        """Return how deep the worst two parts of a body are in one another, m; negative is the smallest gap.

        Args:
            body: The body; its stature scales the radii.
            positions: Joints of its bones ``(B, 3)``, m.
        """
        starts, ends = self._starts @ positions, self._ends @ positions
        points = starts[:, None] + self._SAMPLES[:, None] * (ends - starts)[:, None]
        first, second = self._pairs.T
        gaps = np.linalg.norm(points[first][:, :, None] - points[second][:, None], axis=-1).min(axis=(1, 2))
        reach = (self._radii[first] + self._radii[second]) * body.stature
        return float((reach - gaps).max())
