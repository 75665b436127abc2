"""MPII Human Pose: the authors' mat file, and the json files that MMPose and HRNet use."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from synpose.skeletons import MPII16_NAMES

from .source import AnnotationSource, BadRecordError, SourceImage, SourcePerson, need, numbers, read_json_list

PERSON_HEIGHT = 200.0
"""Height in px of a person whose ``scale`` is 1."""


def open_mpii(path: Path) -> AnnotationSource:
    """Open an MPII file: ``.mat`` is the authors' own, anything else a json."""
    return (MPIIMatSource if path.suffix == '.mat' else MPIIJsonSource)(path)


class _MPIISource(AnnotationSource):
    """What both files share: pixels count from 1, and a person is placed by a center and a scale.

    MPII has no boxes of people. The box here is the square of ``scale`` x 200 px around the center that the files
    state, grown where a labeled joint lies beyond it and clipped to the image. ``center`` (px from 0) and ``scale`` are
    kept as fields, and ``head_box`` (x, y, width, height) where the file has it.
    """

    joint_names = MPII16_NAMES
    clips_boxes = True

    def _place(
        self, image: int, joints: np.ndarray, center: np.ndarray, scale: float, fields: Mapping[str, Any]
    ) -> SourcePerson:
        """Make a person of joints ``(16, 3)`` and a center, px that count from 1."""
        if scale <= 0:
            raise BadRecordError('scale', f'must be positive, but is {scale}')
        half = scale * PERSON_HEIGHT / 2
        joints = np.where(joints[:, 2:] > 0, joints - (1, 1, 0), 0).round(4)
        points = joints[joints[:, 2] > 0, :2]
        center = center - 1
        corners = np.concatenate([[center - half, center + half], points])
        low, high = corners.min(axis=0), corners.max(axis=0)
        fields = {**fields, 'center': center.round(4).tolist(), 'scale': scale}
        return SourcePerson(image, joints, [*low.tolist(), *(high - low).tolist()], fields=fields)


class MPIIJsonSource(_MPIISource):
    """A list of people, each with ``image``, ``joints``, ``joints_vis``, ``center`` and ``scale``.

    ``joints_vis`` is 1 for all labeled joints, so occluded ones count as visible.

    Args:
        path: As in ``mpii_train.json``.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._people = read_json_list(path, 'is it a file of people as MMPose has it?')
        names = [name for record in self._people if isinstance(name := record.get('image'), str)]
        self._numbers = {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}

    def image_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`; images are numbered from 1."""
        for name in self._numbers:
            yield f'image {name}', name

    def image_id(self, record: Any) -> Any:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        return self._numbers[record]

    def image(self, record: Any) -> SourceImage:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        return SourceImage(self._numbers[record], record)

    def person_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        for number, record in enumerate(self._people):
            yield f'record {number}', record

    def person(self, record: Any) -> SourcePerson:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        image = self._numbers[need(record, 'image', str)]
        places = numbers(need(record, 'joints'), 2 * len(MPII16_NAMES), 'joints').reshape(-1, 2)
        labeled = numbers(need(record, 'joints_vis'), len(MPII16_NAMES), 'joints_vis') > 0
        center = numbers(need(record, 'center'), 2, 'center')
        scale = numbers([need(record, 'scale')], 1, 'scale')[0]
        return self._place(image, np.column_stack([places, 2 * labeled]), center, float(scale), {})


class MPIIMatSource(_MPIISource):
    """The struct ``RELEASE`` of the authors' file; its training images, or those for testing, which have no joints.

    ``is_visible`` 0 is occluded, 1 visible; where it is empty (head top, upper neck) the joint counts as visible.
    People who are marked by a head box alone have neither joints nor a size, and are left out. Andriluka et al., 2D
    Human Pose Estimation: New Benchmark and State of the Art Analysis, CVPR 2014.

    Args:
        path: As in ``mpii_human_pose_v1_u12_1.mat``.
        training: Which of its images.
    """

    def __init__(self, path: Path, training: bool = True) -> None:
        super().__init__(path)
        from scipy.io import loadmat
        from scipy.io.matlab import MatReadError

        try:
            release = loadmat(path, simplify_cells=True).get('RELEASE')
        except (MatReadError, NotImplementedError, TypeError, ValueError) as error:
            raise ValueError(f'{path}: not a readable mat file: {error}') from error
        if not isinstance(release, dict) or not {'annolist', 'img_train'} <= release.keys():
            raise ValueError(f'{path}: RELEASE: no struct with annolist and img_train')
        images, train = structs(release['annolist']), np.atleast_1d(release['img_train'])
        if len(images) != len(train):
            raise ValueError(f'{path}: RELEASE: {len(images)} images in annolist, but {len(train)} in img_train')
        # Named by their places in annolist, which count from 1.
        wanted = [number for number in range(1, len(images) + 1) if bool(train[number - 1]) == training]
        self._images = [(number, images[number - 1]) for number in wanted]
        self._single = release.get('single_person')

    def single_people(self, image: int) -> set[int]:
        """Return the places in ``annorect``, from 1, of the people of an image who stand apart from others."""
        singles = self._single if isinstance(self._single, list | np.ndarray) else []
        return set(np.ravel(singles[image - 1]).astype(int).tolist()) if len(singles) >= image else set()

    def image_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`; ids are places in ``annolist``."""
        for number, image in self._images:
            yield f'annolist({number})', (number, image)

    def image_id(self, record: Any) -> Any:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        return record[0]

    def image(self, record: Any) -> SourceImage:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        number, image = record
        return SourceImage(number, need(need(image, 'image', dict), 'name', str))

    def person_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        for number, image in self._images:
            for index, rect in enumerate(structs(image.get('annorect')), start=1):
                if any(is_given(rect.get(name)) for name in ('annopoints', 'objpos')):
                    yield f'annolist({number}).annorect({index})', (number, index, rect)

    def person(self, record: Any) -> SourcePerson:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        image, _, rect = record
        joints = np.zeros((len(MPII16_NAMES), 3))
        points = rect.get('annopoints')
        for point in structs(points.get('point')) if isinstance(points, dict) else ():
            number = _number(point, 'id', 'annopoints.point')
            if number not in range(len(MPII16_NAMES)) or joints[int(number), 2]:
                raise BadRecordError('annopoints.point.id', f'{number:g} is none of 0 to 15, or appears twice')
            seen = 2.0
            if is_given(point.get('is_visible')):
                seen = 1.0 + (_number(point, 'is_visible', 'annopoints.point') > 0)
            place = (_number(point, axis, 'annopoints.point') for axis in 'xy')
            joints[int(number)] = (*place, seen)
        position = need(rect, 'objpos', dict)
        center = np.array([_number(position, axis, 'objpos') for axis in 'xy'])
        fields = {}
        if all(is_given(rect.get(name)) for name in ('x1', 'y1', 'x2', 'y2')):
            x1, y1, x2, y2 = (_number(rect, name) for name in ('x1', 'y1', 'x2', 'y2'))
            fields['head_box'] = [x1 - 1, y1 - 1, x2 - x1, y2 - y1]
        return self._place(image, joints, center, _number(rect, 'scale'), fields)


def structs(value: Any) -> list[dict[str, Any]]:
    """Return the structs of a struct array, which is read as a dict, a list or an empty array by its length."""
    if isinstance(value, dict):
        return [value]
    return [entry if isinstance(entry, dict) else {} for entry in value] if isinstance(value, list | np.ndarray) else []


def is_given(value: Any) -> bool:
    """Tell whether a field holds anything; MATLAB fills what a struct of an array lacks with empty matrices."""
    return value is not None and np.size(value) > 0 and value != ''


def _number(struct: Mapping[str, Any], name: str, where: str = '') -> float:
    """Return a number that the file may keep as text."""
    value = need(struct, name)
    return float(numbers(value if is_given(value) else [], 1, f'{where}.{name}' if where else name)[0])
