import numpy as np
import pytest

from synpose.codecs.limbs import Limbs


def test_limbs_of_mpii_form_a_tree_of_its_sixteen_joints() -> None:
    limbs = Limbs('mpii')
    assert len(limbs.joint_names) == 16
    assert len(limbs) == 15
    reached = {0}
    for _ in limbs.pairs:
        reached |= {joint for pair in limbs.pairs.tolist() if reached & set(pair) for joint in pair}
    assert reached == set(range(16))


@pytest.mark.parametrize(('skeleton', 'joints', 'limbs', 'across'), [('coco', 17, 19, 3), ('crowdpose', 14, 15, 2)])
def test_limbs_in_a_mirror(skeleton: str, joints: int, limbs: int, across: int) -> None:
    found = Limbs(skeleton)
    assert (len(found.joint_names), len(found)) == (joints, limbs)
    for pair, flipped, sign in zip(found.pairs, found.flip_limbs, found.flip_signs, strict=True):
        mirrored = [found.flip_joints[joint] for joint in pair]
        assert found.pairs[flipped].tolist() == (mirrored if sign > 0 else mirrored[::-1])
        assert found.flip_signs[flipped] == sign
    shoulders = found.pairs.tolist().index([found.joint_names.index(f'{side}_shoulder') for side in ('left', 'right')])
    assert found.flip_limbs[shoulders] == shoulders
    assert found.flip_signs[shoulders] == -1
    assert np.count_nonzero(found.flip_signs < 0) == across  # shoulders, hips and COCO's eyes


def test_limbs_by_name() -> None:
    limbs = Limbs('coco', [('left_hip', 'left_knee'), ('right_knee', 'right_hip')])
    assert limbs.pairs.tolist() == [[11, 13], [14, 12]]
    assert limbs.flip_limbs == [1, 0]
    assert limbs.flip_signs.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ('names', 'text'),
    [
        ([('left_hip', 'left_tail')], r"\('left_hip', 'left_tail'\) is not a pair of joints of \['nose'"),
        ([('nose', 'left_eye', 'right_eye')], 'is not a pair of joints'),
        ([], 'there are none'),
        ([('nose', 'nose')], r"\('nose', 'nose'\): every limb must join two joints"),
        ([('nose', 'left_eye'), ('nose', 'right_eye'), ('left_eye', 'nose')], 'and be there once'),
        ([('nose', 'left_eye'), ('nose', 'right_eye')] * 2, 'and be there once'),
        ([('nose', 'left_eye')], r"\('nose', 'left_eye'\): its mirrored limb is missing"),
    ],
)
def test_limbs_that_are_wrong(names: list, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Limbs('coco', names)


def test_a_skeleton_that_mmpose_lacks() -> None:
    with pytest.raises(FileNotFoundError, match=r'centaur\.py'):
        Limbs('centaur')
