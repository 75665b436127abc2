import pytest

from synpose.generation.bodies.kinematics import rotation
from synpose.generation.posing.capsules import BodyCapsules


@pytest.fixture(scope='module')
def capsules(tailor):
    return BodyCapsules(tailor.model)


def test_the_rest_pose_touches_nothing(capsules, tailor, mean_body):
    assert capsules.overlap(mean_body, mean_body.heads) < 0


@pytest.mark.parametrize(
    ('bone', 'place'),
    [
        ('wrist.R', ('spine03', 0.0)),  # a hand in the belly
        ('wrist.L', ('head', 0.02)),
        ('foot.R', ('lowerleg01.L', 0.0)),
        ('wrist.R', ('wrist.L', 0.01)),
    ],
)
def test_a_limb_inside_another_part_is_found(capsules, tailor, mean_body, bone, place):
    index, positions = tailor.model.bone, mean_body.heads.copy()
    shift = positions[index[place[0]]] + [place[1], 0, 0] - positions[index[bone]]
    moved = [i for i, label in enumerate(tailor.model.labels) if label == bone or label.startswith('finger')]
    positions[moved] += shift
    assert capsules.overlap(mean_body, positions) > 0.02


def test_overlap_does_not_depend_on_where_the_body_is(capsules, mean_body):
    moved = mean_body.heads @ rotation([1, 2, 3], 1.1).T + [4, 5, 6]
    assert capsules.overlap(mean_body, moved) == pytest.approx(capsules.overlap(mean_body, mean_body.heads))
