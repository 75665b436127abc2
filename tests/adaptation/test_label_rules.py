import numpy as np
import pytest

from synpose.adaptation.label_rules import RULES, Limits, crossed, judge, long_bones, outside_box, outside_image
from synpose.adaptation.part_boxes import derived_boxes
from synpose.adaptation.whole_body_parts import PARTS, PSEUDO_PARTS
from synpose.skeletons import COCO17_NAMES, WHOLEBODY133_NAMES

INDEX = {name: k for k, name in enumerate(WHOLEBODY133_NAMES)}
SIZE = (400, 600)
BODY = {
    'nose': (200, 110),
    'left_eye': (215, 100),
    'right_eye': (185, 100),
    'left_ear': (225, 105),
    'right_ear': (175, 105),
    'left_shoulder': (250, 180),
    'right_shoulder': (150, 180),
    'left_elbow': (270, 260),
    'right_elbow': (130, 260),
    'left_wrist': (280, 340),
    'right_wrist': (120, 340),
    'left_hip': (230, 340),
    'right_hip': (170, 340),
    'left_knee': (230, 440),
    'right_knee': (170, 440),
    'left_ankle': (230, 540),
    'right_ankle': (170, 540),
}


def plausible():
    """One person in whom no rule finds a fault: body (1, 17, 3), points (1, 133, 2), scores, boxes."""
    joints = np.array([[*BODY[name], 2] for name in COCO17_NAMES], float)[None]
    points = np.zeros((1, 133, 2))
    points[0, :17] = joints[0, :, :2]
    for side, x in (('left', 230), ('right', 170)):
        for k, name in enumerate(('big_toe', 'small_toe', 'heel')):
            points[0, INDEX[f'{side}_{name}']] = x + 10 * k - 10, 555
        hand = points[0, PARTS[f'{side}_hand']]
        for k in range(21):
            finger, joint = divmod(k - 1, 4)
            hand[k] = BODY[f'{side}_wrist'] if k == 0 else (BODY[f'{side}_wrist'][0] + 4 * finger - 8, 350 + 6 * joint)
    angles = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    points[0, PARTS['face']] = 200 + 30 * np.cos(angles)[:, None] * (1, 0) + 30 * np.sin(angles)[:, None] * (0, 1)
    points[0, PARTS['face'], 1] -= 95
    points[0, 23 + 36 : 23 + 42] = (185, 100)  # the right eye
    points[0, 23 + 42 : 23 + 48] = (215, 100)
    return joints, points, np.full((1, 133), 0.9), {**derived_boxes(joints), 'foot': np.array([[110.0, 80, 290, 570]])}


def verdicts(joints, points, scores, boxes, predicted=None, **limits):
    predicted = np.ones(scores.shape, bool) if predicted is None else predicted
    sizes = np.tile(np.array(SIZE), (len(points), 1))
    found = judge(points, scores, joints, boxes, sizes, predicted, Limits(**limits))
    return [[RULES[k] for k in person] for person in found]


def told(*changed, **limits):
    """The joints of one person that are not kept, and why."""
    found = verdicts(*changed, **limits)[0]
    return {WHOLEBODY133_NAMES[k]: rule for k, rule in enumerate(found) if rule != 'kept' and k >= 17}


def test_a_plausible_person_is_kept_and_the_body_is_never_a_label():
    assert told(*plausible()) == {}
    assert set(verdicts(*plausible())[0][:17]) == {'not_predicted'}


def test_low_scores_and_what_is_not_finite():
    joints, points, scores, boxes = plausible()
    scores[0, INDEX['left_heel']] = 0.3499
    scores[0, INDEX['right_heel']] = 0.35
    scores[0, INDEX['face-3']] = np.nan
    points[0, INDEX['left_thumb4'], 1] = np.inf
    expected = {'left_heel': 'low_score', 'face-3': 'not_finite', 'left_thumb4': 'not_finite'}
    assert told(joints, points, scores, boxes) == expected
    assert told(joints, points, scores, boxes, score=0.2) == {k: v for k, v in expected.items() if k != 'left_heel'}


def test_what_no_teacher_gave():
    joints, points, scores, boxes = plausible()
    predicted = np.ones((1, 133), bool)
    predicted[0, PARTS['face']] = False
    points[0, PARTS['face']] = np.nan
    found = verdicts(joints, points, scores, boxes, predicted)[0]
    assert set(found[PARTS['face']]) == {'not_predicted'}
    assert set(found[PARTS['foot']]) == {'kept'}


def test_points_outside_the_box_of_their_part():
    joints, points, scores, boxes = plausible()
    left, _, right, _ = boxes['face'][0]
    margin = 0.25 * (right - left)
    points[0, INDEX['face-1'], 0] = left - margin - 0.1
    points[0, INDEX['face-2'], 0] = left - margin + 0.1
    assert told(joints, points, scores, boxes) == {'face-1': 'outside_box'}
    boxes['face'][:] = np.nan  # without a box the rule does not tell
    assert told(joints, points, scores, boxes) == {}


def test_points_outside_the_image():
    joints, points, scores, boxes = plausible()
    boxes['foot'][:] = [0, 0, 400, 700]
    points[0, INDEX['left_heel']] = 230, 599.5
    assert told(joints, points, scores, boxes, foot_bone=10) == {'left_heel': 'outside_image'}
    edge = np.array([[[0, 0], [399, 599], [-0.1, 5], [5, 599.1]]])
    assert outside_image(edge, np.array([SIZE])).tolist() == [[False, False, True, True]]


def test_bones_too_long_for_the_body():
    joints, points, scores, boxes = plausible()
    arm = np.hypot(10, 80)  # |WE|, longer than .9 |ES|
    points[0, INDEX['left_thumb1']] = points[0, INDEX['left_hand_root']] + (0, 0.71 * arm)
    points[0, INDEX['left_thumb2']] = points[0, INDEX['left_thumb1']] + (0, 5)
    points[0, INDEX['left_forefinger1']] = points[0, INDEX['left_hand_root']] + (0, 0.69 * arm)
    points[0, INDEX['right_heel']] = BODY['right_ankle'][0] - 55, 540 - 75  # 93 px; shin and thigh have 100
    assert told(joints, points, scores, boxes) == {'left_thumb1': 'long_bone', 'right_heel': 'long_bone'}
    joints[0, COCO17_NAMES.index('right_ankle'), 2] = 0  # without the ankle the rule does not tell
    assert told(joints, points, scores, boxes) == {'left_thumb1': 'long_bone'}


def test_a_bone_from_a_rejected_joint_tells_nothing():
    joints, points, scores, boxes = plausible()
    points[0, INDEX['left_thumb2']] += (60, 0)
    scores[0, INDEX['left_thumb2']] = 0.1
    assert told(joints, points, scores, boxes) == {'left_thumb2': 'low_score'}


def test_parts_on_the_wrong_side():
    joints, points, scores, boxes = plausible()
    boxes = {part: np.array([[0.0, 0, 400, 600]]) for part in boxes}
    hands = points[:, PARTS['left_hand']].copy()
    points[:, PARTS['left_hand']], points[:, PARTS['right_hand']] = points[:, PARTS['right_hand']], hands
    points[0, 17:20, 0] -= 60  # the left foot beside the right one
    assert set(told(joints, points, scores, boxes).values()) == {'crossed'}
    wrong = {k for k, name in enumerate(WHOLEBODY133_NAMES) if name in told(joints, points, scores, boxes)}
    assert wrong == {17, 18, 19, *range(91, 133)}
    joints[0, COCO17_NAMES.index('right_wrist'), 2] = 0  # one wrist alone tells nothing
    assert set(told(joints, points, scores, boxes)) == {WHOLEBODY133_NAMES[k] for k in (17, 18, 19)}


def test_a_face_with_its_eyes_exchanged():
    joints, points, scores, boxes = plausible()
    eyes = points[0, 59:65].copy()
    points[0, 59:65], points[0, 65:71] = points[0, 65:71], eyes
    assert told(joints, points, scores, boxes) == {f'face-{k}': 'crossed' for k in range(68)}
    joints[0, COCO17_NAMES.index('left_eye'), 2] = 0
    assert told(joints, points, scores, boxes) == {}


def test_rules_alone():
    box = np.array([[0.0, 0, 10, 20]])
    points = np.array([[[-1.9, 5], [-2.1, 5], [5, 23.9], [5, 24.1]]])
    assert outside_box(points, box, 0.2).tolist() == [[False, True, False, True]]
    bones = long_bones(np.zeros((1, 2, 2)), np.array([[[3.0, 4.0], [6.0, 8.0]]]), np.array([7.0]))
    assert bones.tolist() == [[False, True]]
    own, other = np.zeros((3, 2)), np.array([[10.0, 0], [10, 0], [np.nan, 0]])
    assert crossed(np.array([[4.0, 0], [6, 0], [9, 0]]), own, other).tolist() == [False, True, False]


def test_many_people_are_as_one_by_one():
    rng = np.random.default_rng(0)
    joints, points, scores, boxes = plausible()
    several = np.repeat(points, 20, axis=0) + rng.normal(0, 15, (20, 133, 2))
    scores = rng.uniform(0, 1, (20, 133))
    bodies = np.repeat(joints, 20, axis=0)
    bodies[..., 2] = rng.integers(0, 3, (20, 17))
    several[0], scores[0], bodies[0] = points[0], 0.9, joints[0]
    several[0, [*range(59, 71)]] = points[0, [*range(65, 71), *range(59, 65)]]  # its eyes exchanged
    boxes = {**derived_boxes(bodies), 'foot': np.repeat(boxes['foot'], 20, axis=0)}
    together = verdicts(bodies, several, scores, boxes)
    assert {rule for person in together for rule in person} >= set(RULES) - {'not_finite', 'outside_image'}
    for k in range(20):
        mine = {part: found[k : k + 1] for part, found in boxes.items()}
        assert verdicts(bodies[k : k + 1], several[k : k + 1], scores[k : k + 1], mine) == [together[k]]


@pytest.mark.parametrize('wrong', [{'score': 0}, {'score': 1.5}, {'box_margin': -1}, {'hand_bone': float('nan')}])
def test_bad_limits(wrong):
    with pytest.raises(ValueError, match=f'{next(iter(wrong))} must be'):
        Limits(**wrong)


def test_every_pseudo_part_is_judged():
    found = verdicts(*plausible()[:2], np.zeros((1, 133)), plausible()[3])[0]
    assert all(set(found[PARTS[part]]) == {'low_score'} for part in PSEUDO_PARTS)
