"""Draw what the student trains on next."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dist import broadcast, get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmpose.registry import HOOKS, MODELS
from torch import Tensor

from synpose.datasets.samplers import TeacherGroupSampler
from synpose.files import atomic_path, write_json
from synpose.teaching.adversarial_teacher import AdversarialTeacher
from synpose.teaching.collected_losses import CollectedLosses
from synpose.teaching.draws import Draws
from synpose.teaching.image_losses import MEANS, ImageLosses
from synpose.teaching.policies import POLICIES, GroupPolicy

KEY = 'adversarial_teacher'  # in the checkpoint


@HOOKS.register_module()
class AdversarialTeacherHook(Hook):
    """Draws the group of synthetic samples of ``TeacherGroupSampler``, by a teacher that is trained with the student.

    "Learning to Train with Synthetic Humans" (LTSH), section 4.1. Every N iterations (``steps`` of the sampler) the
    teacher is rewarded if the student's mean synthetic loss over them was at least the mean of the last H such losses,
    and penalized otherwise; it is shown the real image with the highest loss of these N iterations, and a group is
    drawn from its distribution, or, with probability epsilon, uniformly. Losses are means over joints, see
    :class:`~synpose.teaching.image_losses.ImageLosses`. The first group is drawn uniformly.

    There is one teacher, on the main process: it sees losses and images of all processes, and all train on the group
    that it draws. Teacher, optimizer, losses and random state are in every checkpoint, also amid N iterations; a
    resumed training goes on as if it had not stopped.

    Losses that are not finite, and images without joints, count for nothing; a draw without any finite synthetic loss
    is neither rewarded nor penalized, and without a real one the teacher sees the last image again.

    Every draw goes to the visualizer's backends (``teacher/...``); the log tells the last group and the largest
    probability. At the end of the training ``teacher.png`` and ``teacher.json`` in the work dir show all draws.

    Args:
        policy: ``'teacher'``, or what it is compared with: ``'uniform'`` over groups, ``'proportional'`` to their
            sizes, ``'loss_proportional'`` to their last losses, ``'hardest_first'``.
        net: Config of the teacher's network. LTSH does not publish architecture, alpha, H nor optimizer.
        alpha: Size of the teacher's update.
        history: H.
        epsilon: How often to draw uniformly instead; policies that do not look at losses never do.
        optimizer: Config of the teacher's optimizer.
        means: Terms of the loss that are means over joints already, by a part of their names.

    Raises:
        ValueError: If the policy is unknown, a number is out of its range, the batch sampler is no
            ``TeacherGroupSampler``, the model has no head, or a resumed run has other groups, batches or processes.
    """

    priority = 'NORMAL'

    def __init__(
        self,
        policy: str = 'teacher',
        net: Mapping[str, Any] | None = None,
        alpha: float = 0.1,
        history: int = 10,
        epsilon: float = 0.1,
        optimizer: Mapping[str, Any] | None = None,
        means: Sequence[str] = MEANS,
    ) -> None:
        if policy not in ('teacher', *POLICIES):
            raise ValueError(
                f'AdversarialTeacherHook: policy must be one of teacher, {", ".join(POLICIES)}: {policy!r}'
            )
        if not 0 <= epsilon <= 1:
            raise ValueError(f'AdversarialTeacherHook: epsilon must be in [0, 1], got {epsilon}')
        self.policy_name, self.epsilon, self.means = policy, epsilon, means
        own_net = dict(net or {'type': 'TeacherNet'})
        self.teacher: dict[str, Any] = {'net': own_net, 'alpha': alpha, 'history': history, 'optimizer': optimizer}
        self._loaded: dict[str, Any] | None = None
        self._losses: ImageLosses | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Remember the stored state; :meth:`before_train` sets it when this is a resume."""
        self._loaded = checkpoint.get(KEY, {})

    def before_train(self, runner: Runner) -> None:
        """Build the policy, restore its state on resume, and draw the first group."""
        sampler = getattr(runner.train_dataloader, 'batch_sampler', None)
        if not isinstance(sampler, TeacherGroupSampler):
            raise ValueError(
                f'AdversarialTeacherHook: the batch_sampler must be a TeacherGroupSampler, got {type(sampler).__name__}'
            )
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        if not hasattr(getattr(model, 'head', None), 'loss'):
            raise ValueError(f'AdversarialTeacherHook: {type(model).__name__} has no head with a loss')
        self._sampler = sampler
        self._sizes = sampler.groups.sizes
        device = next(model.parameters()).device
        self._policy = self._build_policy(runner.seed or 0, device) if is_main_process() else None
        self._collected = CollectedLosses(self._preparation())
        self._rng = np.random.default_rng([runner.seed or 0, 1])
        self._draws = Draws(sampler.groups.names)
        self._starts = [0] * len(self._sizes)
        if runner.iter == 0:  # also where weights were loaded to start from
            self._draw(0)
        else:
            self._restore()
        sampler.late.attach()
        self._losses = ImageLosses(model.head, self.means)
        self._losses.attach()
        self._loaded = None

    def _preparation(self) -> Callable[[Tensor], Tensor] | None:
        """Return what makes images ready for the network, in every process; None if nobody looks at images."""
        if self.policy_name != 'teacher':
            return None
        with torch.random.fork_rng(devices=[]):
            return MODELS.build({**self.teacher['net'], 'num_groups': 2}).prepare

    def _build_policy(self, seed: int, device: torch.device) -> GroupPolicy:
        if self.policy_name != 'teacher':
            return POLICIES[self.policy_name](self._sizes)
        return AdversarialTeacher(self._sizes, **self.teacher, seed=seed, device=device)

    def before_train_epoch(self, runner: Runner) -> None:
        """Tell the sampler which iteration comes: a training resumed amid an epoch begins the epoch again."""
        if isinstance(runner.train_loop, EpochBasedTrainLoop):
            self._sampler.first_iteration = runner.iter

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Take note of the losses of this batch, and draw again when N iterations are over."""
        assert self._losses is not None
        samples, values = data_batch['data_samples'], self._losses.values
        if values is None or len(values) != len(samples):
            raise ValueError('AdversarialTeacherHook: the loss of the head is not of the whole batch')
        self._losses.values = None
        self._collected.add(values, samples, data_batch['inputs'])
        if (runner.iter + 1) % self._sampler.steps == 0:
            self._finish(runner)

    def _finish(self, runner: Runner) -> None:
        """Let the policy learn from the draw that is over, and draw again."""
        loss = self._collected.mean
        stretch = (runner.iter + 1) // self._sampler.steps
        if self._policy is not None:
            rewarded = self._policy.learn(self._group, loss) if math.isfinite(loss) else None
            if not math.isfinite(loss):
                print_log('AdversarialTeacherHook: no finite synthetic loss, so nothing is learned', 'current')
            first = runner.iter + 1 - self._sampler.steps
            self._draws.add(first, self._group, self._explored, self._probabilities, loss, rewarded)
            scalars = {f'teacher/p{group}': float(p) for group, p in enumerate(self._probabilities)}
            scalars |= {'teacher/group': self._group, 'teacher/synthetic': loss}
            scalars |= {} if rewarded is None else {'teacher/reward': 1 if rewarded else -1}
            runner.visualizer.add_scalars(scalars, step=runner.iter + 1)
            runner.message_hub.update_scalar('train/teacher_group', self._group)
            runner.message_hub.update_scalar('train/teacher_max_p', float(self._probabilities.max()))
        self._starts[self._group] = self._next_start
        self._collected.forget()
        self._draw(stretch)

    def _draw(self, stretch: int) -> None:
        """Draw the group of the next N iterations, the same in every process."""
        choice = torch.zeros(1, dtype=torch.int64)
        if self._policy is not None:
            count = len(self._sizes)
            self._probabilities = self._policy.probabilities(self._collected.image)
            self._explored = self._policy.explores and bool(self._rng.random() < self.epsilon)
            odds = np.full(count, 1 / count) if self._explored else self._probabilities
            choice[0] = int(self._rng.choice(count, p=odds / odds.sum()))
        broadcast(choice, 0)
        self._choose(stretch, int(choice))

    def _choose(self, stretch: int, group: int) -> None:
        self._stretch, self._group = stretch, group
        self._next_start = self._sampler.draw(stretch, group, self._starts[group])

    def _setup(self) -> dict[str, Any]:
        """Return what must be the same in a resumed run."""
        return {
            'policy': self.policy_name,
            'groups': list(self._sampler.groups.names),
            'sizes': self._sizes.tolist(),
            'steps': self._sampler.steps,
            'real and synthetic samples in a batch': list(self._sampler.counts),
            'batches an epoch': len(self._sampler),
            'processes': get_world_size(),
        }

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Add the state."""
        if self._policy is None:
            return
        checkpoint[KEY] = {
            'setup': self._setup(),
            'policy': self._policy.state_dict(),
            'random': self._rng.bit_generator.state,
            'draws': self._draws.state_dict(),
            'stretch': self._stretch,
            'drawn': (self._group, self._explored, self._probabilities.tolist()),
            'starts': list(self._starts),
            'collected': self._collected.state_dict(),
        }

    def _restore(self) -> None:
        state, setup = self._loaded, self._setup()
        if not state:
            raise ValueError(
                'AdversarialTeacherHook: the checkpoint to resume from was written without a teacher; start from its '
                'weights with load_from instead'
            )
        for name, value in state['setup'].items():
            if setup[name] != value:
                raise ValueError(
                    f'AdversarialTeacherHook: cannot resume with other {name}: {setup[name]}, but {value} in the '
                    'checkpoint'
                )
        self._rng.bit_generator.state = state['random']
        self._draws.load_state_dict(state['draws'])
        if self._policy is not None:
            self._policy.load_state_dict(state['policy'])
        self._starts = list(state['starts'])
        self._collected.load_state_dict(state['collected'])
        group, self._explored, probabilities = state['drawn']
        self._probabilities = np.array(probabilities)
        self._choose(state['stretch'], group)

    def after_train(self, runner: Runner) -> None:
        """Let the head and the workers go, and write the draws and their picture."""
        if self._losses is None:
            return
        self._losses.detach()
        self._sampler.late.close()
        if self._policy is None or not self._draws.rows:
            return
        from synpose.reporting.teacher_curves import draw_teacher_curves  # Matplotlib takes a moment to import

        picture = draw_teacher_curves(self._draws.names, self._draws.rows)
        folder = Path(runner.work_dir)
        write_json(folder / 'teacher.json', self._draws.state_dict())
        with atomic_path(folder / 'teacher.png') as path:
            Path(path).write_bytes(picture)
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR_RGB)
        runner.visualizer.add_image('teacher', pixels, step=runner.iter)
