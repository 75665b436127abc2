"""Skeletons that MMPose describes."""

from pathlib import Path
from typing import Any

import mmpose
from mmengine.config import Config


def mmpose_metainfo(name: str, dataset_name: str) -> dict[str, Any]:
    """Read one of MMPose's skeleton descriptions (``_base_/datasets/<name>.py``) under another dataset name.

    A name of its own keeps two datasets of one skeleton apart where MMPose looks things up by dataset name.

    Args:
        name: MMPose's file, e.g. ``'coco'``.
        dataset_name: The new ``dataset_name``.

    Raises:
        FileNotFoundError: If the MMPose installation has no configs (it was not installed from a wheel).
    """
    path = Path(mmpose.__file__).parent / '.mim' / 'configs' / '_base_' / 'datasets' / f'{name}.py'
    if not path.is_file():
        raise FileNotFoundError(f'{path} does not exist: install mmpose from a wheel')
    return {**Config.fromfile(path).dataset_info.to_dict(), 'dataset_name': dataset_name}


def first_joints(info: dict[str, Any], count: int, dataset_name: str) -> dict[str, Any]:
    """Cut a skeleton's description down to its first joints and the links between them.

    Args:
        info: As :func:`mmpose_metainfo` returns it.
        count: How many joints stay.
        dataset_name: The new ``dataset_name``.
    """
    joints = {number: info['keypoint_info'][number] for number in range(count)}
    names = {joint['name'] for joint in joints.values()}
    links = [link for link in info['skeleton_info'].values() if set(link['link']) <= names]
    return {
        **info,
        'dataset_name': dataset_name,
        'keypoint_info': joints,
        'skeleton_info': {number: {**link, 'id': number} for number, link in enumerate(links)},
        'joint_weights': info['joint_weights'][:count],
        'sigmas': info['sigmas'][:count],
    }
