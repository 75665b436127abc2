import pytest

from synpose.reporting.submissions import BENCHMARKS
from synpose.reporting.submissions.scoring import joint_sigmas


@pytest.mark.parametrize('name', [name for name, kind in BENCHMARKS.items() if kind.fields])
def test_joints_are_those_of_mmposes_description(name: str) -> None:
    from mmpose.datasets.datasets.utils import parse_pose_metainfo

    kind = BENCHMARKS[name]
    info = parse_pose_metainfo({'from_file': f'configs/_base_/datasets/{kind.metainfo}.py'})
    assert kind.joint_names == tuple(joint for _, joint in sorted(info['keypoint_id2name'].items()))
    assert sum(kind.fields.values()) == len(kind.joint_names)
    assert {field: len(sigmas) for field, sigmas in joint_sigmas(kind).items()} == dict(kind.fields)


def test_file_names() -> None:
    kind = BENCHMARKS['coco']
    assert kind.file_name_of('a.b-1') == 'person_keypoints_test-dev2017_a.b-1_results.json'
    assert kind.file_name_of('a', 'val2017') == 'person_keypoints_val2017_a_results.json'
    assert kind.is_file_name('person_keypoints_val2017_a_results.json')
    assert not kind.is_file_name('person_keypoints_val2018_a_results.json')
    assert BENCHMARKS['mpii-multi'].file_name_of('a') == 'pred_keypoints_mpii_multi.mat'
    with pytest.raises(ValueError, match="mpii-single has no 'test'; it has none: leave it out"):
        BENCHMARKS['mpii-single'].file_name_of('a', 'test')


def test_every_file_name_belongs_to_one_benchmark() -> None:
    for kind in BENCHMARKS.values():
        name = kind.file_name_of('a')
        assert [other.name for other in BENCHMARKS.values() if other.is_file_name(name)] == [kind.name]
