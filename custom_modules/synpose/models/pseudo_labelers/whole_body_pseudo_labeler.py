"""133 joints from 17: what the body's annotation lacks, as other models see it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.model import BaseModel
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from synpose.adaptation.label_counts import count_labels
from synpose.adaptation.label_rules import Limits, judge
from synpose.adaptation.part_boxes import BOX_STATES, box_states, derived_boxes, scale_boxes
from synpose.adaptation.whole_body_labels import annotation_fields, merge_labels, new_person
from synpose.adaptation.whole_body_parts import BOXED_PARTS, PARTS

from .batch_people import STATES, BatchPeople
from .person_finder import PersonFinder
from .pose_teacher import Crop, PoseTeacher


@MODELS.register_module()
class WholeBodyPseudoLabeler(BaseModel):
    """Labels feet, face and hands of people whose bodies are annotated, by frozen models of MMPose.

    As "Multi-Person Full Body Pose Estimation" (Zhu, Jie and Jiang) makes the labels it trains on; in place of its
    PRNet, OpenPose and AlphaPose any top-down model of MMPose is a teacher. The boxes of faces and hands come from the
    body's joints (:mod:`synpose.adaptation.part_boxes`), feet are looked for in the person's box, and a teacher that
    knows bodies sees the person's box for all its parts. The crops of all people of a batch of pictures go through
    each teacher together. Joints of low confidence, and implausible ones, are no labels
    (:func:`synpose.adaptation.label_rules.judge`).

    It runs in a :class:`~synpose.engine.loops.DatasetJobLoop` with a ``PseudoLabelWriter`` and needs no checkpoint of
    its own. A batch holds lists: ``inputs`` of ``(3, H, W)`` uint8 BGR, ``data_samples`` with ``people``, the
    annotations of the picture's people (``PeopleImageDataset`` gives them). Each data sample gets ``labels``:

    - ``annotations``: by the annotation's id its new fields, none for a person that is left as it is.
    - ``added``: records of the people whom the detector found.
    - ``counts``: what became of people, boxes and joints, see :func:`synpose.adaptation.label_counts.count_labels`.

    Args:
        teachers: For each a dict of the arguments of :class:`PoseTeacher`: ``parts``, ``config``, ``checkpoint``, ...
            A part has one teacher. ``'body'`` is used only for people without annotated joints.
        detector: Arguments of :class:`PersonFinder`: finds people in pictures that have no annotated ones; needs a
            teacher of ``'body'``.
        limits: Thresholds that differ from those of :class:`~synpose.adaptation.label_rules.Limits`.
        min_size: Faces, hands and people with a box of a shorter side, px, are not looked at.
        chunk_size: Crops that go through a teacher together, see :class:`PoseTeacher`.
        **kwargs: MMEngine's own arguments of ``BaseModel``.

    Raises:
        FileNotFoundError: If a config or checkpoint does not exist.
        ValueError: If an argument is wrong, a teacher has not the joints of its parts, or a checkpoint is not its own.
    """

    def __init__(
        self,
        teachers: Sequence[Mapping[str, Any]],
        detector: Mapping[str, Any] | None = None,
        limits: Mapping[str, Any] | None = None,
        min_size: float = 8.0,
        chunk_size: int = 32,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not teachers:
            raise ValueError('teachers must be one or more')
        try:
            self.limits = Limits(**(limits or {}))
        except TypeError as error:
            raise ValueError(f'limits: {error}') from error
        self.min_size = min_size
        made = []
        for number, options in enumerate(teachers):
            try:
                made.append(PoseTeacher(**{'chunk_size': chunk_size, **options}))
            except (TypeError, ValueError) as error:
                raise ValueError(f'teachers[{number}]: {error}') from error
        self.teachers = nn.ModuleList(made)
        self._teachers = tuple(made)  # the same, with their type
        parts = [part for teacher in made for part in teacher.parts]
        twice = sorted({part for part in parts if parts.count(part) > 1})
        if twice:
            raise ValueError(f'teachers: {", ".join(twice)}: has more than one teacher')
        if detector is not None and 'body' not in parts:
            raise ValueError('detector: people it finds need a teacher of body')
        try:
            self.detector = None if detector is None else PersonFinder(**detector)
        except TypeError as error:
            raise ValueError(f'detector: {error}') from error

    def train(self, mode: bool = True) -> 'WholeBodyPseudoLabeler':
        """Stay in evaluation mode: nothing here is trained."""
        return super().train(False)

    def describe(self) -> dict[str, Any]:
        """Return which models make the labels, as JSON values."""
        says: dict[str, Any] = {'teachers': [teacher.describe() for teacher in self._teachers]}
        return says if self.detector is None else {**says, 'detector': self.detector.describe()}

    def test_step(self, data: dict[str, Any]) -> list[PoseDataSample]:
        """Label a batch; pictures stay on the CPU, only their crops move."""
        return self(data['inputs'], data['data_samples'])

    @torch.no_grad()
    def forward(
        self, inputs: Sequence[Tensor], data_samples: Sequence[PoseDataSample], mode: str = 'predict'
    ) -> list[PoseDataSample]:
        """Label a batch.

        Args:
            inputs: B pictures, ``(3, H, W)`` uint8 BGR.
            data_samples: B data samples with ``people``.
            mode: ``'predict'``.

        Returns:
            The data samples, each with ``labels``.

        Raises:
            NotImplementedError: In another mode.
        """
        if mode != 'predict':
            raise NotImplementedError(f'{type(self).__name__} has mode predict only, not {mode!r}')
        images = [np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy()) for image in inputs]
        people = self._gather(images, [sample.people for sample in data_samples])
        boxes, states = self._predict(images, people)
        verdicts = judge(
            people.points, people.scores, people.joints, boxes, people.sizes, people.predicted, self.limits
        )
        labels = merge_labels(people.joints, people.points, verdicts)
        for number, sample in enumerate(data_samples):
            mine = np.flatnonzero(people.images == number)
            result: dict[str, Any] = {'annotations': {}, 'added': []}
            chosen = people.states()
            for i in mine[chosen[mine] == 0].tolist():
                fields = annotation_fields(
                    labels[i], _scores(people, i), {part: boxes[part][i] for part in BOXED_PARTS}
                )
                if people.ids[i] is None:
                    score = round(float(people.box_scores[i]), 4)
                    result['added'].append({**new_person(labels[i], people.boxes[i]), **fields, 'box_score': score})
                elif people.annotated[i]:
                    result['annotations'][people.ids[i]] = fields
                else:
                    result['annotations'][people.ids[i]] = {**new_person(labels[i], people.boxes[i]), **fields}
            counted = {part: state[mine] for part, state in states.items()}
            result['counts'] = count_labels([STATES[k] for k in chosen[mine]], counted, verdicts[mine])
            sample.set_field(result, 'labels', field_type='metainfo')
        return list(data_samples)

    def _gather(self, images: list[np.ndarray], records: list[list[dict[str, Any]]]) -> BatchPeople:
        empty = np.zeros((0, 4)), np.zeros(0)
        found = [empty] * len(images)
        bare = [number for number, people in enumerate(records) if not people]
        if self.detector is not None and bare:
            for number, result in zip(bare, self.detector.find([images[number] for number in bare])):
                found[number] = result
        return BatchPeople.gather(records, found, [image.shape[1::-1] for image in images])

    def _predict(
        self, images: list[np.ndarray], people: BatchPeople
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Let the teachers look: first those of bodies, then those of faces and hands, whose boxes depend on bodies.

        Returns:
            For face, hands and foot (the person's) the box, ``(N, 4)`` px; for each part with a teacher what
            :func:`box_states` says of the box that its teacher sees, ``(N,)``.
        """
        states: dict[str, np.ndarray] = {}
        for teacher in self._teachers:
            if teacher.sees_people:
                wanted = ~people.crowd & ((people.joints[..., 2] > 0).any(axis=1) | ~people.annotated)
                states |= self._ask(teacher, [(teacher.parts, people.boxes)], wanted, images, people)
        people.take_body(self.limits.score)
        boxes = derived_boxes(people.joints)
        for teacher in self._teachers:
            if not teacher.sees_people:
                looks = [((part,), scale_boxes(boxes[part], teacher.box_scale)) for part in teacher.parts]
                states |= self._ask(teacher, looks, people.states() == 0, images, people)
        return {**boxes, 'foot': people.boxes}, states

    def _ask(
        self,
        teacher: PoseTeacher,
        looks: Sequence[tuple[Sequence[str], np.ndarray]],
        wanted: np.ndarray,
        images: list[np.ndarray],
        people: BatchPeople,
    ) -> dict[str, np.ndarray]:
        """Let a teacher look once at all people that are ``wanted``.

        Args:
            teacher: The teacher.
            looks: Parts, and the boxes ``(N, 4)`` px in which it sees them.
            wanted: ``(N,)`` bool.
            images: BGR ``(H, W, 3)`` uint8.
            people: The people; what the teacher finds is put there.

        Returns:
            For each part the states of its boxes, ``(N,)``; -1 for people who are not wanted.
        """
        told, crops, seen = {}, [], []
        for parts, boxes in looks:
            states = box_states(boxes, people.sizes, self.min_size)
            told.update(dict.fromkeys(parts, np.where(wanted, states, -1)))
            seen.append(np.flatnonzero(wanted & (states == BOX_STATES.index('good'))))
            other = teacher.hand is not None and parts[0].endswith('hand') and parts[0] != f'{teacher.hand}_hand'
            crops += [Crop(images[people.images[i]], boxes[i], other) for i in seen[-1]]
        points, scores = teacher.predict(crops)
        for (parts, _), rows in zip(looks, seen):
            for part in parts:
                place = np.ix_(rows, np.arange(people.points.shape[1])[PARTS[part]])
                people.points[place] = points[: len(rows), teacher.joints[part]]
                people.scores[place] = scores[: len(rows), teacher.joints[part]]
                people.predicted[place] = True
            points, scores = points[len(rows) :], scores[len(rows) :]
        return told


def _scores(people: BatchPeople, i: int) -> np.ndarray:
    """Return the confidences of a person's joints, ``(133,)``; those of annotated joints are 1, of others 0."""
    scores = people.scores[i].copy()
    if people.annotated[i]:
        scores[PARTS['body']] = people.joints[i, :, 2] > 0
    return scores
