"""Tell rendered people from photographed ones, for stylization."""

import os.path as osp
from typing import TYPE_CHECKING, Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

if TYPE_CHECKING:
    from ..columnar import AnnotationStore


@TRANSFORMS.register_module()
class SelectSyntheticPeople(BaseTransform):
    """Leave only the rendered people in a picture's stencil; those in its photo mark where the style is.

    LTSH restyles rendered people to the look of real ones (section 3.4). Put it after ``LoadStencil`` and
    ``LoadStyleImage``.

    Required keys: ``stencil``, ``style``, ``img_id`` and ``ann_file``, whose annotations' ``is_synthetic`` and
    ``stencil_id`` tell who is who.

    Modified keys: ``stencil``, 0 but on rendered people.

    Added keys: ``style_mask``, ``(h, w)`` uint8, 1 where the style is taken from: on real people, as far as the stencil
    shows them; everywhere where their outlines are unknown (MPII) or show fewer than ``min_style_pixels``.

    Args:
        data_root: Folder that ``ann_file`` starts from.
        style_from: ``'people'`` for the above, ``'photo'`` to take the style from the whole photo always.
        min_style_pixels: Fewer pixels of real people say too little about their look.

    Raises:
        FileNotFoundError: If the annotation file does not exist.
        ValueError: If the annotations do not tell who is rendered, or ``style_from`` is not one of the above.
    """

    def __init__(self, data_root: str = '', style_from: str = 'people', min_style_pixels: int = 1000) -> None:
        if style_from not in ('people', 'photo'):
            raise ValueError(f"style_from must be 'people' or 'photo', but is {style_from!r}")
        self.data_root, self.style_from, self.min_style_pixels = data_root, style_from, min_style_pixels
        self._stores: dict[str, tuple[AnnotationStore, dict[int, int]]] = {}

    def problem(self, record: dict[str, Any]) -> str | None:
        """Say which annotation of an image does not tell who is rendered; None if all do."""
        try:
            self._people(record['ann_file'], record['id'])
        except ValueError as error:
            return str(error).partition(': ')[2]
        return None

    def transform(self, results: dict) -> dict:
        """Change the stencil of the data sample and add the style's mask."""
        stencil, (synthetic, real) = results['stencil'], self._people(results['ann_file'], results['img_id'])
        shown = np.isin(stencil, real)
        if self.style_from == 'photo' or shown.sum() < self.min_style_pixels:
            shown = np.ones(results['style'].shape[:2], bool)
        results['style_mask'] = shown.astype(np.uint8)
        results['stencil'] = np.where(np.isin(stencil, synthetic), stencil, 0)
        return results

    def _people(self, ann_file: str, image: int) -> tuple[list[int], list[int]]:
        """List the stencil numbers of the rendered and of the photographed people of an image."""
        file = osp.join(self.data_root, ann_file)
        if file not in self._stores:
            from ..columnar import open_store  # pyarrow takes a moment to import

            store = open_store(file)
            rows = {number: row for row, number in enumerate(store.images.values('id', 0, store.num_images))}
            self._stores[file] = store, rows
        store, rows = self._stores[file]
        start, stop = store.first[rows[image] : rows[image] + 2].tolist()
        found: tuple[list[int], list[int]] = ([], [])
        for person in store.people.records(start, stop, ('id', 'is_synthetic', 'stencil_id')):
            for field in ('is_synthetic', 'stencil_id'):
                if person.get(field) is None:
                    raise ValueError(f'{file}: annotation {person["id"]}: {field}: missing; it tells who is rendered')
            if person['stencil_id'] > 0:
                found[0 if person['is_synthetic'] else 1].append(person['stencil_id'])
        return found

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(data_root={self.data_root!r}, style_from={self.style_from!r}, '
            f'min_style_pixels={self.min_style_pixels})'
        )
