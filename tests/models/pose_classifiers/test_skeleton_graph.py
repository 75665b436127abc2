import numpy as np
import pytest
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from synpose.models.pose_classifiers.skeleton_graph import (
    joint_names,
    normalized_adjacency,
    read_metainfo,
    skeleton_adjacency,
)
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, build_metainfo

COCO = {'from_file': 'configs/_base_/datasets/coco.py'}


def test_normalization_by_hand() -> None:
    # A path of three joints and a joint alone: the sums of A + I are 2, 3, 2, 1.
    adjacency = np.zeros((4, 4))
    adjacency[0, 1] = adjacency[1, 0] = adjacency[1, 2] = adjacency[2, 1] = 1
    expected = [
        [1 / 2, 1 / 6**0.5, 0, 0],
        [1 / 6**0.5, 1 / 3, 1 / 6**0.5, 0],
        [0, 1 / 6**0.5, 1 / 2, 0],
        [0, 0, 0, 1],
    ]
    np.testing.assert_allclose(normalized_adjacency(adjacency), expected, rtol=1e-12)
    with pytest.raises(ValueError, match='symmetric'):
        normalized_adjacency(np.triu(adjacency))


@pytest.mark.parametrize(('file', 'names', 'links'), [('coco', COCO17_NAMES, 19), ('crowdpose', CROWDPOSE14_NAMES, 15)])
def test_links_of_mmpose_skeletons(file: str, names: tuple[str, ...], links: int) -> None:
    metainfo = read_metainfo({'from_file': f'configs/_base_/datasets/{file}.py'})
    assert joint_names(metainfo) == names
    adjacency = skeleton_adjacency(metainfo)
    assert adjacency.sum() == 2 * len({tuple(sorted(link)) for link in metainfo['skeleton_links']})
    assert len(metainfo['skeleton_links']) == links
    np.testing.assert_array_equal(adjacency, adjacency.T)
    elbow, wrist, ankle = (names.index(name) for name in ('left_elbow', 'left_wrist', 'left_ankle'))
    assert (adjacency[elbow, wrist], adjacency[elbow, ankle]) == (1, 0)


def test_parsed_and_own_descriptions_are_taken() -> None:
    own = build_metainfo('arms', ['left_shoulder', 'left_elbow', 'right_shoulder', 'right_elbow'])
    np.testing.assert_array_equal(skeleton_adjacency(own), [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    np.testing.assert_array_equal(skeleton_adjacency(parse_pose_metainfo(own)), skeleton_adjacency(own))


def test_bad_descriptions_are_refused() -> None:
    with pytest.raises(ValueError, match=r'metainfo: must have from_file.*dataset_name'):
        read_metainfo({'dataset_name': 'none'})
    parsed = read_metainfo(COCO)
    for link in ((0, 17), (3, 3)):
        with pytest.raises(ValueError, match='links no two of the 17 joints'):
            skeleton_adjacency({**parsed, 'skeleton_links': [link]})
