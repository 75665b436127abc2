"""What each benchmark wants of a person, and what it calls the file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, MPII16_NAMES, WHOLEBODY133_NAMES


@dataclass(frozen=True)
class Benchmark:
    """A benchmark's file.

    Attributes:
        name: Its name on the command line.
        joint_names: The joints of a person, in its order; found in a model by name.
        file_name: Name of the file in the zip, with places for ``split`` and ``alg``; the zip has the same stem.
        splits: The image sets it scores, the usual one first; empty where the file's name does not tell.
        fields: Field of a JSON record -> how many joints it holds, in order; empty for a mat file.
        max_people: The most people of an image that count; None for all.
        optional: Joints a person may lack.
        metainfo: MMPose's description of the dataset, which has the joints' falloffs.
        use_area: Whether the labels have areas; else .53 of the box stands for them.
        iou_types: Evaluations of :class:`~synpose.compat.coco_eval.COCOeval`, the main one first.
    """

    name: str
    joint_names: tuple[str, ...]
    file_name: str
    splits: tuple[str, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict)
    max_people: int | None = None
    optional: frozenset[str] = frozenset()
    metainfo: str = ''
    use_area: bool = True
    iou_types: tuple[str, ...] = ('keypoints',)

    def file_name_of(self, alg: str, split: str | None = None) -> str:
        """Name the file in the zip.

        Args:
            alg: The method's name: letters, digits, dots and dashes; the servers split names at underscores.
            split: One of :attr:`splits`; None for the usual one.

        Raises:
            ValueError: If the method's name has other characters, or the split is unknown.
        """
        if not re.fullmatch(_ALG, alg):
            raise ValueError(f'alg must be of letters, digits, dots and dashes, but is {alg!r}')
        if split is not None and split not in self.splits:
            known = ', '.join(self.splits) or 'none: leave it out'
            raise ValueError(f'split: {self.name} has no {split!r}; it has {known}')
        return self.file_name.format(split=split or next(iter(self.splits), ''), alg=alg)

    def is_file_name(self, name: str) -> bool:
        """Tell whether the server knows a file by this name."""
        splits = '|'.join(map(re.escape, self.splits))
        pattern = re.escape(self.file_name).replace(r'\{split\}', f'({splits})').replace(r'\{alg\}', _ALG)
        return re.fullmatch(pattern, name) is not None


_ALG = '[A-Za-z0-9.-]+'
_WHOLEBODY_FIELDS = {'keypoints': 17, 'foot_kpts': 6, 'face_kpts': 68, 'lefthand_kpts': 21, 'righthand_kpts': 21}
_WHOLEBODY_TYPES = ('wholebody', 'body', 'foot', 'face', 'lefthand', 'righthand')

BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for benchmark in (
        # https://cocodataset.org/#format-results and #upload
        Benchmark(
            name='coco',
            joint_names=COCO17_NAMES,
            file_name='person_keypoints_{split}_{alg}_results.json',
            splits=('test-dev2017', 'test-challenge2017', 'val2017'),
            fields={'keypoints': 17},
            max_people=20,
            metainfo='coco',
        ),
        # COCO-WholeBody, CrowdPose and OCHuman have no server: their labels are public, the files' names ours.
        Benchmark(
            name='coco-wholebody',
            joint_names=WHOLEBODY133_NAMES,
            file_name='coco-wholebody_{split}_{alg}_results.json',
            splits=('val2017',),
            fields=_WHOLEBODY_FIELDS,
            max_people=20,
            metainfo='coco_wholebody',
            iou_types=tuple(f'keypoints_{part}' for part in _WHOLEBODY_TYPES),
        ),
        Benchmark(
            name='crowdpose',
            joint_names=CROWDPOSE14_NAMES,
            file_name='crowdpose_{split}_{alg}_results.json',
            splits=('test', 'val', 'trainval'),
            fields={'keypoints': 14},
            max_people=20,
            metainfo='crowdpose',
            use_area=False,
            iou_types=('keypoints_crowd',),
        ),
        Benchmark(
            name='ochuman',
            joint_names=COCO17_NAMES,
            file_name='ochuman_{split}_{alg}_results.json',
            splits=('test', 'val'),
            fields={'keypoints': 17},
            max_people=20,
            metainfo='ochuman',
        ),
        # The evaluation page of MPII Human Pose; ids of joints are their places in this order.
        Benchmark(name='mpii-single', joint_names=MPII16_NAMES, file_name='pred_keypoints_mpii.mat'),
        Benchmark(
            name='mpii-multi',
            joint_names=MPII16_NAMES,
            file_name='pred_keypoints_mpii_multi.mat',
            optional=frozenset({'pelvis', 'thorax'}),  # no part of its average precision
        ),
    )
}
"""The benchmarks by name."""


def find_benchmark(name: str) -> Benchmark:
    """Return a benchmark by its name.

    Raises:
        ValueError: If there is none of this name.
    """
    if name not in BENCHMARKS:
        raise ValueError(f'benchmark: unknown {name!r}, expected one of {", ".join(BENCHMARKS)}')
    return BENCHMARKS[name]
