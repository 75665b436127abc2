"""The limbs that part affinity fields are drawn along."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from synpose.datasets.metainfo import mmpose_metainfo


class Limbs:
    """Which pairs of a skeleton's joints are limbs, and what they become in a mirror.

    Attributes:
        joint_names: K names.
        pairs: ``(C, 2)`` int, the joints each limb points from and to.
        flip_joints: K joints, those that are seen in each one's place in a mirror.
        flip_limbs: C limbs, likewise.
        flip_signs: ``(C,)``, -1 where the mirrored limb points the other way, as the one between both shoulders does.

    Args:
        skeleton: Name of one of MMPose's skeleton descriptions (``_base_/datasets/<name>.py``), as ``'coco'``,
            ``'crowdpose'`` or ``'mpii'``, or a dict of that form.
        names: Pairs of joint names; by default the links of the skeleton.

    Raises:
        FileNotFoundError: If MMPose has no such description.
        ValueError: If a limb names a joint that the skeleton lacks, joins a joint to itself, is there twice or has no
            mirrored limb; if there is no limb.
    """

    def __init__(self, skeleton: str | Mapping[str, Any], names: Sequence[Sequence[str]] | None = None) -> None:
        metainfo = mmpose_metainfo(skeleton, skeleton) if isinstance(skeleton, str) else dict(skeleton)
        parsed = parse_pose_metainfo(metainfo)
        index = parsed['keypoint_name2id']
        self.joint_names = list(index)
        for pair in names or ():
            if len(pair) != 2 or not set(pair) <= set(index):
                raise ValueError(f'limbs: {tuple(pair)} is not a pair of joints of {self.joint_names}')
        links = parsed['skeleton_links'] if names is None else [[index[name] for name in pair] for pair in names]
        self.pairs = np.array(links, dtype=int).reshape(-1, 2)
        self.flip_joints: list[int] = list(parsed['flip_indices'])
        self.flip_limbs: list[int] = []
        signs = []
        places = {tuple(pair): place for place, pair in enumerate(self.pairs.tolist())}
        if not places:
            raise ValueError('limbs: there are none')
        for start, end in self.pairs.tolist():
            name = f'limbs: {(self.joint_names[start], self.joint_names[end])}'
            if start == end or len(places) < len(self.pairs) or (end, start) in places:
                raise ValueError(f'{name}: every limb must join two joints, and be there once')
            mirrored = self.flip_joints[start], self.flip_joints[end]
            if mirrored not in places and mirrored[::-1] not in places:
                raise ValueError(f'{name}: its mirrored limb is missing')
            signs.append(1 if mirrored in places else -1)
            self.flip_limbs.append(places[mirrored if mirrored in places else mirrored[::-1]])
        self.flip_signs = np.array(signs, dtype=np.float32)

    def __len__(self) -> int:
        return len(self.pairs)
