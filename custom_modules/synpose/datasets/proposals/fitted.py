"""The file that ``tools/fit_proposals.py`` writes and ``PoseGuidedProposals`` draws from."""

import json
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from .mixture import GaussianMixture


@dataclass(frozen=True)
class AtomicPose:
    """A pose that many people take, and how their detected boxes differ from their own.

    Attributes:
        pose: ``(J, 2)``, aligned; see :func:`~synpose.datasets.proposals.align_poses`.
        count: On how many pairs of a person and a detection the mixture was fitted.
        offsets: Of the left, top, right and bottom side: detected less own, as a fraction of the own box's width or
            height.
    """

    pose: np.ndarray
    count: int
    offsets: GaussianMixture


@dataclass(frozen=True)
class FittedProposals:
    """What was fitted on a dataset.

    Attributes:
        joints: Names of the J joints.
        atomic_poses: The A atomic poses.
    """

    joints: tuple[str, ...]
    atomic_poses: tuple[AtomicPose, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        poses = [
            {
                'pose': atom.pose.tolist(),
                'count': atom.count,
                **{name: values.tolist() for name, values in atom.offsets._asdict().items()},
            }
            for atom in self.atomic_poses
        ]
        return {'joints': list(self.joints), 'atomic_poses': poses}

    @classmethod
    def read(cls, path: str | os.PathLike) -> 'FittedProposals':
        """Read a file.

        Raises:
            FileNotFoundError: If it does not exist.
            ValueError: If it is none that was fitted; names file, atomic pose and field.
        """
        if not os.path.isfile(path):
            raise FileNotFoundError(f'{path}: file of fitted proposals does not exist')
        try:
            with open(path, encoding='utf-8') as file:
                content = json.load(file)
            joints, records = tuple(content['joints']), content['atomic_poses']
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f'{path}: not valid JSON: {error}') from error
        except (KeyError, TypeError) as error:
            raise ValueError(f'{path}: {error}: missing; tools/fit_proposals.py writes such a file') from error
        if not records:
            raise ValueError(f'{path}: atomic_poses: none')
        return cls(joints, tuple(_read_pose(path, i, record, len(joints)) for i, record in enumerate(records)))


def _read_pose(path: str | os.PathLike, index: int, record: dict[str, Any], joints: int) -> AtomicPose:
    where = f'{path}: atomic pose {index}'
    components = len(record.get('weights', ()))
    shapes = {
        'pose': (joints, 2),
        'weights': (components,),
        'means': (components, 4),
        'covariances': (components, 4, 4),
    }
    found = {}
    for name, shape in shapes.items():
        try:
            found[name] = np.array(record.get(name), float)
        except (TypeError, ValueError):
            found[name] = np.zeros(0)
        if found[name].shape != shape or not np.isfinite(found[name]).all() or not (components or name == 'pose'):
            raise ValueError(f'{where}: {name}: must be finite numbers of shape {shape}')
    pose, weights = found.pop('pose'), found['weights']
    if weights.min() < 0 or not np.isclose(weights.sum(), 1):
        raise ValueError(f'{where}: weights: must be positive and sum to 1, but are {weights.tolist()}')
    return AtomicPose(pose, int(record.get('count', 0)), GaussianMixture(**found))
