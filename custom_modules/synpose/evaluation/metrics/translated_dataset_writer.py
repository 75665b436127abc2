"""A dataset with other pictures and the same labels."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmpose.registry import METRICS

from synpose.adaptation.job_card import write_readme
from synpose.adaptation.job_plan import check_inside
from synpose.adaptation.rewritten_annotations import rewrite_annotations
from synpose.files import atomic_path

from .dataset_writer import DatasetWriter

SUFFIXES = ('.png', '.jpg')


@METRICS.register_module()
class TranslatedDatasetWriter(DatasetWriter):
    """Writes the pictures a model makes, under the labels of the pictures it was given.

    The new folder has a picture of the same stem and size for each of the source, the source's annotations with only
    ``file_name`` and ``domain`` of the images changed, its stencils and depth as links, a ``dataset.json`` that names
    model, source, versions and counts, and a README. An image that the dataset skipped is left out, with its people.
    See :class:`DatasetWriter` for how jobs are resumed and spread over processes.

    Args:
        data_root: Folder of the source.
        ann_files: Its annotation files, below the folder: those of the dataset.
        out_root: Folder to write: new, or of the same job. All processes must see it.
        domain: What the images' ``domain`` becomes, e.g. ``'translated'`` or ``'stylized'``.
        suffix: Format of the pictures, ``'.png'`` (lossless) or ``'.jpg'``.
        quality: Quality of JPEG, 1 to 100.
        data_prefix: See :class:`DatasetWriter`.

    Raises:
        ValueError: If an argument is not one of these.
    """

    def __init__(
        self,
        data_root: str,
        ann_files: Sequence[str],
        out_root: str | None = None,
        domain: str = 'translated',
        suffix: str = '.png',
        quality: int = 95,
        data_prefix: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data_root, ann_files, out_root, data_prefix)
        if suffix not in SUFFIXES:
            raise ValueError(f'suffix must be one of {", ".join(SUFFIXES)}, but is {suffix!r}')
        if not 1 <= quality <= 100:
            raise ValueError(f'quality must be 1 to 100, but is {quality}')
        self.domain, self.suffix, self.quality = domain, suffix, quality

    def options(self) -> dict[str, Any]:
        """Return the options that decide the pictures' bytes."""
        return {'domain': self.domain, 'suffix': self.suffix, 'quality': self.quality}

    def product(self, file_name: str) -> Path:
        """Return the path of the new picture."""
        return self.out_root / self.data_prefix['img'] / self._new_name(file_name)

    def _new_name(self, file_name: str) -> str:
        check_inside(file_name, 'file_name')
        return str(Path(file_name).with_suffix(self.suffix))

    def write(self, file_name: str, sample: dict[str, Any]) -> None:
        """Write the new picture.

        Args:
            file_name: Of the source's picture.
            sample: With ``translated``, ``(H, W, 3)`` uint8 BGR, and the source's ``ori_shape``, (H, W).

        Raises:
            OSError: If it cannot be written.
            ValueError: If there is no such picture, or it is not of the source's size.
        """
        picture, (height, width) = sample.get('translated'), sample['ori_shape'][:2]
        if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.shape != (height, width, 3):
            found = f'{picture.dtype} {picture.shape}' if isinstance(picture, np.ndarray) else type(picture).__name__
            raise ValueError(
                f'{file_name}: translated: the model must give a uint8 array of {(height, width, 3)}, not {found}'
            )
        options = [cv2.IMWRITE_JPEG_QUALITY, self.quality] if self.suffix == '.jpg' else []
        done, encoded = cv2.imencode(self.suffix, picture, options)
        if not done:
            raise ValueError(f'{file_name}: translated: {picture.shape} cannot be encoded as {self.suffix}')
        with atomic_path(self.product(file_name)) as temporary:
            temporary.write_bytes(encoded.tobytes())

    def write_annotations(self, names: set[str]) -> dict[str, dict[str, int]]:
        """Write the source's annotations with the new names and domain of the images.

        Args:
            names: ``file_name`` of the source's images that have a new picture.

        Returns:
            For each annotation file, by its stem, the numbers of ``images``, ``people``, ``skipped_images`` and
            ``skipped_people``.
        """

        def change(image: dict[str, Any]) -> dict[str, str] | None:
            name = image['file_name']
            return {'file_name': self._new_name(name), 'domain': self.domain} if name in names else None

        return {
            Path(ann_file).stem: asdict(
                rewrite_annotations(self.data_root / ann_file, self.out_root / ann_file, change)
            )
            for ann_file in self.ann_files
        }

    def write_description(self, manifest: dict[str, Any]) -> None:
        """Write ``README.md``."""
        with atomic_path(self.out_root / 'README.md') as temporary:
            temporary.write_text(write_readme(manifest), encoding='utf-8')
