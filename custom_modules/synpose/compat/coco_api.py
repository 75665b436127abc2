"""``COCO`` as xtcocotools offers it, on top of the class of the same name in pycocotools."""

# ruff: noqa: N802 - the method names are pycocotools' own

import json
from typing import Any

import numpy as np
from pycocotools.coco import COCO as _PycocotoolsCOCO  # noqa: N811 - a class's name


def _isArrayLike(obj: Any) -> bool:
    """Whether ``obj`` is a sized collection; a string counts as one value."""
    return not isinstance(obj, str) and hasattr(obj, '__iter__') and hasattr(obj, '__len__')


def _as_values(obj: Any) -> Any:
    return obj if _isArrayLike(obj) else [obj]


class COCO(_PycocotoolsCOCO):
    """Annotations of a COCO-style file, indexed by image, category and id.

    Beyond pycocotools: an annotation without ``iscrowd`` counts as no crowd, a string is one id or name instead of a
    list of letters, an empty list of results loads, and ``anno_file`` remembers the files read.

    Args:
        annotation_file: Path of the json file; None makes an empty set.
        test_index: Indices of the joints to keep of every annotation's ``keypoints``; None keeps all.
        ann_data: The file's content, when it is already in memory; ``annotation_file`` is then not read.

    Raises:
        FileNotFoundError: When there is no such file.
        ValueError: When the file is not valid json, or no json object.
    """

    def __init__(
        self, annotation_file: str | None = None, test_index: list[int] | None = None, ann_data: dict | None = None
    ) -> None:
        self.anno_file: list[Any] = [annotation_file]
        self.test_index = test_index
        try:
            super().__init__(annotation_file if ann_data is None else None)
        except (json.JSONDecodeError, AssertionError) as error:  # pycocotools asserts that it holds an object
            raise ValueError(f'{annotation_file}: not a json file of annotations: {error}') from error
        if ann_data is not None:
            self.dataset = ann_data
            self.createIndex()
        for ann in self.dataset.get('annotations', []) if test_index is not None else []:
            ann['keypoints'] = np.array(ann['keypoints']).reshape(-1, 3)[test_index].reshape(-1).tolist()

    def createIndex(self) -> None:
        """Index the data set, after filling in ``iscrowd``."""
        for ann in self.dataset.get('annotations', []):
            ann.setdefault('iscrowd', False)
        super().createIndex()

    def getAnnIds(self, imgIds: Any = (), catIds: Any = (), areaRng: Any = (), iscrowd: bool | None = None) -> list:
        """Ids of the annotations that pass every filter given.

        Args:
            imgIds: Image id or ids.
            catIds: Category id or ids.
            areaRng: Area from (included) and to (excluded), in px^2.
            iscrowd: Only crowds, or none of them.
        """
        if len(areaRng):
            areaRng = [np.nextafter(areaRng[0], -np.inf), areaRng[1]]  # pycocotools excludes both ends
        return super().getAnnIds(_as_values(imgIds), _as_values(catIds), areaRng, iscrowd)

    def getCatIds(self, catNms: Any = (), supNms: Any = (), catIds: Any = ()) -> list:
        """Ids of the categories with the given name(s), supercategory name(s) and id(s)."""
        return super().getCatIds(_as_values(catNms), _as_values(supNms), _as_values(catIds))

    def getImgIds(self, imgIds: Any = (), catIds: Any = ()) -> list:
        """Ids of the images among ``imgIds`` that show every category of ``catIds``."""
        return super().getImgIds(_as_values(imgIds), _as_values(catIds))

    def loadRes(self, resFile: Any, resData: list[dict] | None = None) -> 'COCO':
        """Load results into a set of their own with the same images and categories.

        Args:
            resFile: Path of a results file, a list of results, or an array ``(N, 7)`` of image id, box x, y, width,
                height (px), score and category.
            resData: The file's content, when it is already in memory.

        Raises:
            FileNotFoundError: When there is no such file.
            ValueError: When the file is not valid json or not a list, or a result names an image that is not here.
        """
        if len(self.anno_file) == 1:
            self.anno_file.append(resFile)
        name = resFile if isinstance(resFile, str) else 'results'
        anns = _read_results(resFile) if resData is None else resData
        if isinstance(anns, np.ndarray):
            anns = self.loadNumpyAnnotations(anns)
        if not isinstance(anns, list):
            raise ValueError(f'{name}: expected a list of results, got {type(anns).__name__}')
        for index, ann in enumerate(anns):
            if ann['image_id'] not in self.imgs:
                raise ValueError(f'{name}: result {index} has image_id {ann["image_id"]!r}, which no image here has')

        results = COCO()
        if anns:
            self.dataset.setdefault('info', {})  # some releases of pycocotools copy it unasked
            results.__dict__.update(super().loadRes(anns).__dict__)  # what they return is of their class
            for ann in anns:
                ann.setdefault('iscrowd', False)
        else:
            results.dataset = {'images': list(self.dataset['images']), 'annotations': []}
            results.createIndex()
        return results


def _read_results(source: Any) -> Any:
    if not isinstance(source, str):
        return source
    with open(source, encoding='utf-8') as file:
        try:
            return json.load(file)
        except json.JSONDecodeError as error:
            raise ValueError(f'{source}: not valid json: {error}') from error
