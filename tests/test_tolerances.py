from synpose.skeletons import JOINT_ROW, WHOLEBODY133_NAMES
from synpose.tolerances import OWN_BODY_TOLERANCE, WHOLEBODY_TOLERANCE


def test_every_joint_has_one():
    assert OWN_BODY_TOLERANCE.shape == (59,)
    pelvis, wrist, tip = (OWN_BODY_TOLERANCE[JOINT_ROW[name]] for name in ('pelvis', 'left_wrist', 'left_index_tip'))
    assert pelvis > wrist > tip > 0


def test_points_of_whole_bodies_that_are_joints_have_the_same():
    known = dict(zip(WHOLEBODY133_NAMES[17:], WHOLEBODY_TOLERANCE, strict=True))
    assert known['left_big_toe'] == OWN_BODY_TOLERANCE[JOINT_ROW['left_toe']]
    assert known['face-30'] == 0.03
