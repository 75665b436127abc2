"""The pictures of a COCO-style folder, each with all its people."""

import logging
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmpose.registry import DATASETS

from synpose.skeletons import COCO17_NAMES

from .synpose_image_dataset import SynPoseImageDataset
from .validation import category_joint_names, person_categories

_FIELDS = ('id', 'category_id', 'bbox', 'keypoints', 'iscrowd')


@DATASETS.register_module()
class PeopleImageDataset(SynPoseImageDataset):
    """The pictures that annotation files list, each with the records of its people, for jobs that label people.

    A sample is that of :class:`SynPoseImageDataset` with ``people``: of each annotation of a person, crowds too, in the
    order of the file, a dict with ``id``, ``category_id`` and, where the record has them, ``bbox``, ``keypoints`` and
    ``iscrowd``. Joints must be COCO's 17. Annotations that cannot be read (NaN, an id that was there before, ...) are
    left out and logged.

    Raises:
        ValueError: If a file has other joints; says how many.
    """

    def load_rows(self) -> np.ndarray:
        """Open the stores, and check images and the joints' names."""
        rows = super().load_rows()
        for ann_file, store in zip(self.ann_files, self._stores):
            names = category_joint_names(store.header.get('categories'), ann_file, 'keypoints' in store.lengths)
            count = store.lengths.get('keypoints', 3 * len(COCO17_NAMES)) // 3
            if count != len(COCO17_NAMES) or (names and tuple(names) != COCO17_NAMES):
                raise ValueError(
                    f"{ann_file}: categories: keypoints: must be COCO's {len(COCO17_NAMES)} joints in their order, but "
                    f'are {count}: {", ".join(names[:6])}, ...'
                )
            lost = [text for text in store.description['left_out'] if text.startswith('annotation ')]
            if lost:
                lines = '\n  '.join(lost)
                print_log(
                    f'{ann_file}: {len(lost)} annotation(s) get no labels:\n  {lines}', 'current', logging.WARNING
                )
        return rows

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row."""
        info = super().look_up(row)
        file, index = self._place(row)
        store = self._stores[file]
        persons = person_categories(store.header.get('categories'))
        people = store.people.records(int(store.first[index]), int(store.first[index + 1]), _FIELDS)
        info['people'] = [record for record in people if not persons or record.get('category_id') in persons]
        return info
