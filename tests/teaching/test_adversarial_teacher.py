"""On simulated losses the teacher finds a planted hard group, beats uniform draws, and lets go of it.

Ten groups; the loss of the hard one is 2, that of the others 1, each with noise of standard deviation .2. Uniform draws
so have a mean loss of 1.1. Stated beforehand: over draws 150 to 400 the teacher's must be at least 1.3, three times as
far above the easy groups', and the hard group's probability at least .3 on average, beyond 2/10. From
draw 400 on the hard group's loss is .5: over draws 700 to 800 its probability must be below the uniform .1 on average.
"""

import copy

import numpy as np
import pytest
import torch

from synpose.teaching.adversarial_teacher import AdversarialTeacher
from synpose.teaching.policies import POLICIES

NET = dict(type='TeacherNet', channels=(8,), input_size=(16, 16))
SIZES = np.full(10, 100)
HARD = 3


def build(seed=0, **options):
    options = {'alpha': 0.5, 'history': 10, 'optimizer': dict(lr=1e-2), **options}
    return AdversarialTeacher(SIZES, NET, **options, seed=seed)


def simulate(policy, draws, seed, epsilon=0.1):
    """Draw as the hook does; returns the probabilities (D, 10) and the losses (D,)."""
    rng = np.random.default_rng(seed)
    probabilities, losses = [], []
    for draw in range(draws):
        image = torch.from_numpy(rng.normal(size=(3, 16, 16)).astype(np.float32))
        probabilities.append(policy.probabilities(image if draw else None))
        explored = policy.explores and rng.random() < epsilon
        group = int(rng.choice(10, p=np.full(10, 0.1) if explored else probabilities[-1]))
        level = 1.0 if group != HARD else 2.0 if draw < 400 else 0.5
        losses.append(level + rng.normal(0, 0.2))
        policy.learn(group, losses[-1])
    return np.array(probabilities), np.array(losses)


@pytest.mark.parametrize('seed', [0, 1])
def test_it_finds_the_hard_group_beats_uniform_draws_and_lets_go(seed):
    probabilities, losses = simulate(build(seed), 800, seed)
    _, uniform = simulate(POLICIES['uniform'](SIZES), 400, seed)
    assert uniform[150:].mean() == pytest.approx(1.1, abs=0.07)
    assert probabilities[150:400, HARD].mean() >= 0.3
    assert losses[150:400].mean() >= 1.3
    assert probabilities[700:, HARD].mean() < 0.1


def test_a_draw_teaches_as_the_equations_say():
    teacher = build(alpha=0.2, optimizer=dict(type='SGD', lr=1.0))
    image = torch.randn(3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert teacher.probabilities(None).tolist() == pytest.approx([0.1] * 10)
    assert teacher.learn(5, 1.0) is None  # no loss before
    assert teacher.learn(5, 2.0) is None  # no image before
    before = teacher.probabilities(image)
    assert teacher.learn(HARD, 1.5) is True  # the mean of 1 and 2, and 1.5 is at least that
    after = teacher.probabilities(image)
    assert after[HARD] > before[HARD]
    # The bias of the last layer moves by P - P~: .2 of P~_i, and minus a ninth of that for the others.
    expected = np.full(10, -0.2 * 0.1 / 9)
    expected[HARD] = 0.2 * 0.1
    assert teacher.net.classifier.bias.detach().numpy() == pytest.approx(expected, rel=1e-4)
    assert teacher.learn(HARD, 1.49) is False
    assert teacher.probabilities(image)[HARD] < after[HARD]


def test_the_history_is_of_the_last_losses_only():
    teacher = build(history=2)
    for loss in (9.0, 1.0, 1.0):
        teacher.learn(0, loss)
    teacher.probabilities(torch.zeros(3, 16, 16))
    assert teacher.learn(0, 1.0) is True
    assert teacher.learn(0, 0.9) is False


def test_its_state_goes_on_exactly_and_the_seed_decides_its_weights():
    state = torch.get_rng_state()
    one, other = build(seed=1), build(seed=2)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(one.net.features[0].weight, other.net.features[0].weight)
    simulate(one, 5, 0)
    other.load_state_dict(copy.deepcopy(one.state_dict()))
    for teacher in (one, other):
        teacher.learn(2, 3.0)
    image = torch.ones(3, 16, 16)
    assert one.probabilities(image).tolist() == other.probabilities(image).tolist()


@pytest.mark.parametrize(
    ('options', 'message'),
    [(dict(alpha=0), r'alpha must be in \(0, 1\]'), (dict(history=0), 'history must be a whole number from 1')],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)
