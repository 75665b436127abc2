"""A COCO dataset with whole-body labels."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmpose.registry import METRICS

from synpose.adaptation.job_plan import LINKED, check_inside
from synpose.adaptation.label_card import write_label_readme
from synpose.adaptation.labeled_annotations import write_labeled
from synpose.adaptation.rejected_labels import read_rejected
from synpose.files import atomic_path, sha256, write_json

from .dataset_writer import DatasetWriter


@METRICS.register_module()
class PseudoLabelWriter(DatasetWriter):
    """Writes what a ``WholeBodyPseudoLabeler`` makes of a COCO folder as COCO-WholeBody.

    The new folder has the source's pictures as links and its annotation files with ``foot_kpts``, ``face_kpts``,
    ``lefthand_kpts`` and ``righthand_kpts``, ``*_valid``, ``*_box`` and ``keypoint_scores`` (a confidence for each of
    the 133 joints) added; every byte of the old fields, the body's joints among them, stays as it is. MMPose's
    ``CocoWholeBodyDataset`` reads it. ``dataset.json`` names the teachers with their checkpoints, thresholds and
    counts. The labels of each picture also lie in ``labels/``, so that a job that was killed goes on with the next one.
    See :class:`DatasetWriter`.

    Args:
        data_root: Folder of the source.
        ann_files: Its annotation files, below the folder: those of the dataset.
        out_root: Folder to write: new, or of the same job. All processes must see it.
        rejected: A file with the ids of annotations whose labels a person has rejected, e.g. from ``tools/browse.py``;
            with several annotation files one for each. These people keep their body's joints and get visibility 0
            beyond; those that a detector has found are left out. It may be given when the job is complete: only the
            annotation files are written again.
        data_prefix: See :class:`DatasetWriter`.

    Raises:
        FileNotFoundError: If a file of rejected ids does not exist.
        ValueError: If an argument or such a file is wrong.
    """

    linked: Mapping[str, str] = {**LINKED, 'file_name': 'img'}

    def __init__(
        self,
        data_root: str,
        ann_files: Sequence[str],
        out_root: str | None = None,
        rejected: str | Sequence[str] | None = None,
        data_prefix: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data_root, ann_files, out_root, data_prefix)
        files = [rejected] if isinstance(rejected, str) else list(rejected or ())
        if files and len(files) != len(self.ann_files):
            raise ValueError(f'rejected must name {len(self.ann_files)} file(s), one for each of ann_files')
        self._rejected: list[Collection[int]] = [read_rejected(file) for file in files] or [()] * len(self.ann_files)
        self._hashes = {Path(name).stem: sha256(file) for name, file in zip(self.ann_files, files)}

    def options(self) -> dict[str, Any]:
        """Return the options that decide the labels' bytes: none but the model's."""
        return {}

    def extra(self) -> dict[str, Any]:
        """Return the SHA-256 of each file of rejected ids, by the annotation file's stem."""
        return {'rejected': self._hashes} if self._hashes else {}

    def is_current(self, manifest: dict[str, Any]) -> bool:
        """Tell whether the annotation files were written with the same rejected ids."""
        return manifest.get('rejected', {}) == self._hashes

    def product(self, file_name: str) -> Path:
        """Return the path of a picture's labels."""
        check_inside(file_name, 'file_name')
        return self.out_root / 'labels' / f'{file_name}.json'

    def write(self, file_name: str, sample: dict[str, Any]) -> None:
        """Write the labels of a picture.

        Args:
            file_name: Of the picture.
            sample: With ``labels``, as :class:`~synpose.models.WholeBodyPseudoLabeler` gives them.

        Raises:
            OSError: If they cannot be written.
            ValueError: If there are no labels.
        """
        if not isinstance(sample.get('labels'), dict):
            raise ValueError(f'{file_name}: labels: the model gives none; it must be a WholeBodyPseudoLabeler')
        write_json(self.product(file_name), sample['labels'])

    def write_annotations(self, names: set[str]) -> dict[str, dict[str, int]]:
        """Write the annotation files with the labels.

        Args:
            names: ``file_name`` of the labeled pictures.

        Returns:
            For each annotation file, by its stem, the numbers of
            :func:`~synpose.adaptation.labeled_annotations.write_labeled`.
        """

        def read(name: str) -> dict[str, Any]:
            return json.loads(self.product(name).read_bytes())

        return {
            Path(file).stem: write_labeled(self.data_root / file, self.out_root / file, names, read, rejected)
            for file, rejected in zip(self.ann_files, self._rejected)
        }

    def write_description(self, manifest: dict[str, Any]) -> None:
        """Write ``README.md``."""
        with atomic_path(self.out_root / 'README.md') as temporary:
            temporary.write_text(write_label_readme(manifest), encoding='utf-8')
