"""The report's section on what students do: accuracy, what is taken for what, and names beside people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.evaluation.functional import confusion_matrix
from synpose.reporting.annotations import LabelFile, read_json
from synpose.reporting.confusion import draw_confusion_matrix
from synpose.reporting.document import Block, Gallery, Picture, Table, Terms, Text
from synpose.reporting.drawing import Skeleton, draw_boxes, draw_poses
from synpose.reporting.images import encode_jpeg, read_image, scale_to_width
from synpose.reporting.name_tags import MISSED_COLOR, RIGHT_COLOR, WRONG_COLOR, draw_name_tags
from synpose.reporting.pictures import TILE_WIDTH, SplitQuality
from synpose.reporting.work_dir import TestResult

FIGURE = 'behavior/Top1'
COLUMNS = {
    'Top-1': FIGURE,
    'matched only': 'behavior/Top1_matched',
    'students with a pose': 'behavior/matched',
    'mean over behaviors': 'behavior/Top1_classes',
}
MEANINGS = (
    (
        'Top-1',
        'The share of all annotated students whose behavior is recognized. One whose pose was not found is wrong.',
    ),
    ('matched only', 'The same of the students whose pose was found: predicted, and overlapping their box by half.'),
    ('mean over behaviors', 'The mean over the behaviors of the share recognized, so that rare ones count as much.'),
)
_FIELDS = {
    'image_id': int,
    'behavior': str,
    'label': int,
    'predicted': int,
    'matched': bool,
    'bbox': list,
    'keypoints': list,
}


@dataclass(frozen=True)
class StudentResult:
    """What a classifier said of one annotated student.

    Attributes:
        image_id: The image.
        behavior: As annotated.
        label: Its number.
        predicted: The number predicted.
        matched: Whether there was a pose.
        bbox: Left, top, width, height of the pose's box, px; without a pose of the annotated box.
        keypoints: x, y, score of every joint, px.
    """

    image_id: int
    behavior: str
    label: int
    predicted: int
    matched: bool
    bbox: list[float]
    keypoints: list[float]

    @property
    def right(self) -> bool:
        """Whether it counts as recognized."""
        return self.matched and self.label == self.predicted


def is_behavior(result: TestResult) -> bool:
    """Tell whether a test was one of a behavior classifier."""
    return FIGURE in result.metrics


def read_student_results(result: TestResult) -> list[StudentResult]:
    """Read the ``predictions.json`` of a classifier's test.

    Raises:
        FileNotFoundError: If it is missing.
        ValueError: If a record is malformed; names file, record and field.
    """
    if result.predictions is None:
        raise FileNotFoundError(f'results/{result.split}/predictions.json: no such file')
    students = []
    for place, record in enumerate(read_json(result.predictions)):
        for field, kind in _FIELDS.items():
            if not isinstance(record, dict) or not isinstance(record.get(field), kind):
                raise ValueError(
                    f'{result.predictions}: entry {place}: {field}: missing or not of type {kind.__name__}'
                )
        students.append(StudentResult(**{field: record[field] for field in _FIELDS}))
    return students


def behavior_blocks(results: Sequence[TestResult]) -> list[Block]:
    """Return the table of accuracies, and of each split a confusion matrix and images with names beside people."""
    rows = tuple((result.split, *(result.metrics.get(name) for name in COLUMNS.values())) for result in results)
    blocks: list[Block] = [Table('Behavior of annotated students', ('split', *COLUMNS), rows), Terms(MEANINGS)]
    for result in results:
        try:
            blocks += _split_blocks(result)
        except (FileNotFoundError, ValueError) as error:
            blocks.append(Text(f'The students of {result.split} cannot be shown: {error}.'))
    return blocks


def _split_blocks(result: TestResult) -> list[Block]:
    source, students = result.provenance, read_student_results(result)
    if not students or not source.get('classes') or not source.get('metainfo_joint_names'):
        raise ValueError('its results name no students, no classes or no joints')
    labels = LabelFile(source['ann_file'], source.get('img_prefix') or '', source.get('data_root') or '')
    prefix = f'behavior-{result.split.rsplit("/", 1)[-1]}'
    quality = SplitQuality(_shares(students), 'behaviors recognized', 0.0)
    text = (
        f'`{result.split}` ({labels.name}): {sum(student.right for student in students)} of {len(students)} students '
        f'on {len(quality.by_image)} images are recognized, {sum(not student.matched for student in students)} have no '
        'pose. Names are as predicted: green where right, red where wrong (with the annotated one in brackets), gray '
        'for a student without a pose.'
    )
    pictures = [_draw(labels, students, source, rank, image_id, prefix) for rank, image_id in quality.ranked()]
    return [Text(text), Gallery((_confusion(students, source['classes'], prefix, labels.name), *pictures))]


def _shares(students: Sequence[StudentResult]) -> dict[int, float]:
    by_image: dict[int, list[bool]] = {}
    for student in students:
        by_image.setdefault(student.image_id, []).append(student.right)
    return {image_id: sum(flags) / len(flags) for image_id, flags in by_image.items()}


def _confusion(students: Sequence[StudentResult], classes: Sequence[str], prefix: str, name: str) -> Picture:
    labels = np.array([student.label for student in students])
    found = np.array([student.predicted if student.matched else len(classes) for student in students])
    picture = draw_confusion_matrix(confusion_matrix(labels, found, len(classes)), classes)
    caption = f'Annotated and predicted behaviors on {name}; each row is shaded by its own sum'
    return Picture(f'{prefix}-confusion.png', picture, caption, 'Confusion matrix of behaviors')


def _draw(
    labels: LabelFile, students: Sequence[StudentResult], source: dict[str, Any], rank: str, image_id: int, prefix: str
) -> Picture:
    if image_id not in labels.images:
        raise ValueError(f'{labels.path}: image {image_id}: predicted, but not in this file')
    tile, factor = scale_to_width(read_image(labels.image_path(image_id)), TILE_WIDTH)
    shown = [student for student in students if student.image_id == image_id]
    draw_students(tile, shown, source['classes'], source['metainfo_joint_names'], factor)
    right = sum(student.right for student in shown)
    name = labels.images[image_id]['file_name']
    caption = f'{rank.capitalize()}: {labels.name}: {name}, {right} of {len(shown)} students recognized'
    return Picture(f'{prefix}-{rank}.jpg', encode_jpeg(tile), caption, f'Behaviors of the students in {name}')


def draw_students(
    image: np.ndarray,
    students: Sequence[StudentResult],
    classes: Sequence[str],
    joint_names: Sequence[str],
    factor: float = 1.0,
) -> None:
    """Draw the poses of an image and the behaviors beside them.

    Args:
        image: ``(H, W, 3)``, changed in place.
        students: Those of this image.
        classes: Names of the behaviors.
        joint_names: Names of the joints.
        factor: By which the image has been scaled.
    """
    posed = [student for student in students if student.matched]
    poses = np.array([student.keypoints for student in posed]).reshape(-1, len(joint_names), 3)
    draw_poses(image, poses[..., :2] * factor, Skeleton.from_names(joint_names), shown=poses[..., 2] > 0)
    boxes = np.array([student.bbox for student in students]).reshape(-1, 4) * factor
    missed = np.array([not student.matched for student in students], dtype=bool)
    draw_boxes(image, boxes[missed], [MISSED_COLOR] * int(missed.sum()))
    texts, colors = [], []
    for student in students:
        name = classes[student.predicted]
        texts.append(name if student.right else f'{name} ({student.behavior})' if student.matched else 'no pose')
        colors.append(RIGHT_COLOR if student.right else WRONG_COLOR if student.matched else MISSED_COLOR)
    draw_name_tags(image, texts, boxes, colors)
