import pytest

from synpose.datasets.metainfo import mmpose_metainfo


def test_only_the_dataset_name_changes() -> None:
    info = mmpose_metainfo('crowdpose', 'mine')
    assert info['dataset_name'] == 'mine'
    assert info['keypoint_info'][12]['name'] == 'top_head'
    assert len(info['sigmas']) == 14


def test_unknown_file() -> None:
    with pytest.raises(FileNotFoundError, match=r'no_such_set\.py'):
        mmpose_metainfo('no_such_set', 'mine')
