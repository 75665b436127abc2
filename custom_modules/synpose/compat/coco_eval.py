"""A stand-in for xtcocotools, which has no wheel for Python 3.12 and fails to import on numpy 2.

:func:`install` puts it in place only when the real package does not import. Annotations and masks are pycocotools';
``COCOeval`` is written from COCO's definition (https://cocodataset.org/#detection-eval, #keypoints-eval), gives
xtcocotools' figures for its ten iouTypes, and takes the cap on detections as an argument.
"""

import contextlib
import copy
import io
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np
from pycocotools import mask as mask_api

from synpose.compat import coco_api
from synpose.compat.coco_api import COCO
from synpose.compat.coco_curves import accumulate_records
from synpose.compat.coco_group import GroupEvaluator, need
from synpose.compat.coco_summary import CROWD_LEVELS, Params, figures_of, format_figure, read_figure
from synpose.compat.oks import COCO_SIGMAS, KEYPOINT_TYPES


class COCOeval:
    """Average precision and recall of detections, by joints, boxes or masks.

    ``evaluate()``, ``accumulate()``, ``summarize()``, in this order, fill ``evalImgs``, ``eval`` and ``stats`` as
    xtcocotools does. It differs where xtcocotools gives no usable figure: a summary reads the largest cap when the
    usual one is not evaluated (there: -1), ``params.useCats = 0`` pools categories for joints too (there: 0), the
    levels of ``keypoints_crowd`` keep to ``params.imgIds`` and leave ``eval`` alone. Annotations are never changed.

    Args:
        cocoGt: The labels.
        cocoDt: The results, from ``cocoGt.loadRes``.
        iouType: One of keypoints, keypoints_crowd, keypoints_body, keypoints_foot, keypoints_face,
            keypoints_lefthand, keypoints_righthand, keypoints_wholebody, segm and bbox.
        sigmas: Per-joint falloff of the object keypoint similarity ``(K,)``; None for those of COCO-17.
        use_area: Whether labels hold an ``area`` (px^2); else 0.53 of their box stands for it.
        max_dets: The most detections of an image and category that count, best score first; None for the usual cap:
            20 for joints, 100 for boxes and masks.

    Raises:
        ValueError: When there is no such iouType, or ``max_dets`` is below 1.
    """

    def __init__(
        self,
        cocoGt: Any = None,
        cocoDt: Any = None,
        iouType: str = 'keypoints',
        sigmas: Any = None,
        use_area: bool = True,
        max_dets: int | None = None,
    ) -> None:
        self.cocoGt = cocoGt
        self.cocoDt = cocoDt
        self.sigmas = COCO_SIGMAS if sigmas is None else np.asarray(sigmas)
        self.use_area = use_area
        self.params = Params(iouType)
        if max_dets is not None:
            if max_dets < 1:
                raise ValueError(f'max_dets must be at least 1, got {max_dets}')
            self.params.maxDets = [cap for cap in self.params.maxDets[:-1] if cap < max_dets] + [max_dets]
        if cocoGt is not None:
            self.params.imgIds = sorted(cocoGt.getImgIds())
            self.params.catIds = sorted(cocoGt.getCatIds())
        self.evalImgs: list[dict | None] = []
        self.eval: dict[str, Any] = {}
        self.stats: Any = []
        self.stats_names: list[str] = []
        self.ious: dict[tuple, np.ndarray] = {}
        self._evaluated: Params | None = None

    def evaluate(self) -> None:
        """Match detections to labels, image by image.

        Fills ``ious`` with ``(D, G)`` similarities by (image, category), and ``evalImgs`` with one record per
        category, area range and image, in this order; None where an image shows nothing of a category.

        Raises:
            ValueError: When an annotation lacks a field or has another number of joints than there are sigmas.
        """
        with _timed('Running per image evaluation...'):
            p = self.params
            if p.useSegm is not None:
                p.iouType = 'segm' if p.useSegm == 1 else 'bbox'
                print(f'useSegm (deprecated) is not None. Running {p.iouType} evaluation')
            print(f'Evaluate annotation type *{p.iouType}*')
            p.imgIds = list(np.unique(p.imgIds))
            p.catIds = list(np.unique(p.catIds)) if p.useCats else p.catIds
            p.maxDets = sorted(p.maxDets)
            labels, results = self._grouped(self.cocoGt), self._with_scores(self._grouped(self.cocoDt))
            evaluator = GroupEvaluator(p, self.sigmas, self.use_area, self.cocoGt, self.cocoDt)
            self.ious, self.eval, self.evalImgs = {}, {}, []
            for cat in p.categories:
                by_image = []
                for img in p.imgIds:
                    group = labels.get((img, cat), []), results.get((img, cat), [])
                    self.ious[img, cat], records = evaluator.evaluate(img, cat, *group)
                    by_image.append(records)
                self.evalImgs += [record for by_area in zip(*by_image, strict=True) for record in by_area]
            self._evaluated = copy.deepcopy(p)

    def accumulate(self, p: Params | None = None) -> None:
        """Join the images' matches into precision and recall, kept in ``eval``.

        ``eval`` holds ``precision`` and ``scores`` ``(T, R, K, A, M)``, ``recall`` ``(T, K, A, M)`` (-1 where there is
        no object), ``counts`` = [T, R, K, A, M], ``params`` and ``date``.

        Args:
            p: Parameters that select a part of what was evaluated; None for all of it.

        Raises:
            RuntimeError: When nothing was evaluated yet.
        """
        with _timed('Accumulating evaluation results...'):
            self.eval = self._accumulate(self.params if p is None else p)

    def summarize(self) -> np.ndarray:
        """Print the summary and keep it in ``stats``, named by ``stats_names``.

        Returns:
            The figures: 10 for joints, 9 for ``keypoints_crowd`` (the last three by crowd level), else 12.

        Raises:
            RuntimeError: When nothing was accumulated yet.
            ValueError: When an image of CrowdPose has no ``crowdIndex``.
        """
        if not self.eval:
            raise RuntimeError('call accumulate() before summarize()')
        p = self.eval['params']
        usual = 20 if p.iouType in KEYPOINT_TYPES else 100
        overall = usual if usual in p.maxDets else p.maxDets[-1]
        every_iou = f'{p.iouThrs[0]:0.2f}:{p.iouThrs[-1]:0.2f}'
        names, stats = [], []
        for number, figure in enumerate(figures_of(p.iouType)):
            on_joints_or_first = p.iouType in KEYPOINT_TYPES or number == 0
            cap = overall if on_joints_or_first else p.maxDets[min(figure.cap, len(p.maxDets) - 1)]
            value = read_figure(self.eval, p, figure, cap)
            iou = every_iou if figure.iou is None else f'{figure.iou:0.2f}'
            print(format_figure(figure.is_precision, iou, f'area={figure.area:>6s}', cap, f'{value: 0.3f}'))
            names.append(figure.name.format(cap))
            stats.append(value)
        if p.iouType == 'keypoints_crowd':
            for level, value in self._crowd_levels(p, overall).items():
                print(format_figure(True, every_iou, f'type={level:>6s}', overall, f'{value:0.3f}'))
                names.append(f'AP({level[0].upper()})')
                stats.append(value)
        self.stats_names = names
        self.stats = np.array(stats)
        return self.stats

    def _grouped(self, coco: Any) -> dict[tuple, list[dict]]:
        """The annotations to evaluate by (image, category); category -1 when categories are pooled."""
        p = self.params
        groups: dict[tuple, list[dict]] = defaultdict(list)
        for ann in coco.loadAnns(coco.getAnnIds(imgIds=p.imgIds, catIds=p.catIds)):
            groups[ann['image_id'], ann['category_id']].append(ann)
        if p.useCats:
            return groups
        return {(img, -1): [ann for cat in p.catIds for ann in groups.get((img, cat), [])] for img in p.imgIds}

    def _with_scores(self, groups: dict[tuple, list[dict]]) -> dict[tuple, list[tuple[dict, float]]]:
        """Pair each result with its score: its part's, or else its own."""
        key = KEYPOINT_TYPES[self.params.iouType][1] if self.params.iouType in KEYPOINT_TYPES else 'score'
        if any(key not in ann for anns in groups.values() for ann in anns):
            warnings.warn(f"'{key}' not found, use 'score' instead.", stacklevel=3)
        return {
            group: [(ann, need(ann, key if key in ann else 'score')) for ann in anns] for group, anns in groups.items()
        }

    def _accumulate(self, p: Params) -> dict[str, Any]:
        if self._evaluated is None:
            raise RuntimeError('call evaluate() before accumulate()')
        return accumulate_records(self.evalImgs, self._evaluated, p)

    def _crowd_levels(self, p: Params, cap: int) -> dict[str, float]:
        """AP of the easy, medium and hard images, rounded to four digits as CrowdPose's evaluator does."""
        index = {img: need(self.cocoGt.imgs[img], 'crowdIndex', kind='image') for img in p.imgIds}
        levels = {}
        for level, (low, high) in CROWD_LEVELS.items():
            part = copy.copy(p)
            part.imgIds = [img for img, value in index.items() if low <= value < high]
            part.maxDets = [cap]
            # As in xtcocotools a category that a level lacks counts, as -1; CrowdPose has but one.
            levels[level] = round(float(np.mean(self._accumulate(part)['precision'][:, :, :, 0])), 4)
        return levels


@contextlib.contextmanager
def _timed(title: str) -> Iterator[None]:
    start = time.time()
    print(title)
    yield
    print(f'DONE (t={time.time() - start:0.2f}s).')


def install() -> bool:
    """Make ``import xtcocotools`` work: leave the real package be if it imports, else put the stand-in in its place.

    Returns:
        Whether the stand-in is in use.
    """
    if not _real_one_imports():
        _register()
    return sys.modules['xtcocotools.cocoeval'].COCOeval is COCOeval


def _real_one_imports() -> bool:
    # numpy prints a page to stderr when a wheel built for numpy 1 meets numpy 2, besides raising.
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            for name in ('coco', 'cocoeval', 'mask'):
                import_module(f'xtcocotools.{name}')
        except Exception:  # a wheel that does not fit its numpy raises whatever it happens to hit
            return False
    return True


def _register() -> None:
    for name in [name for name in sys.modules if name.partition('.')[0] == 'xtcocotools']:
        del sys.modules[name]  # what the failed import left
    contents: dict[str, dict[str, Any]] = {
        'coco': {'COCO': COCO, '_isArrayLike': coco_api._isArrayLike},
        'cocoeval': {'COCOeval': COCOeval, 'Params': Params},
        'mask': {name: value for name, value in vars(mask_api).items() if not name.startswith('_')},
    }
    package = _stand_in('xtcocotools', is_package=True)
    for name, content in contents.items():
        module = _stand_in(f'xtcocotools.{name}')
        vars(module).update(content)
        setattr(package, name, module)


def _stand_in(name: str, is_package: bool = False) -> ModuleType:
    module = ModuleType(name, f'Stand-in by {__name__}.')
    # Without a spec, importlib.util.find_spec raises, and with it MMEngine's report of the environment.
    module.__spec__ = ModuleSpec(name, loader=None, origin=__name__, is_package=is_package)
    if is_package:
        module.__path__ = []
    sys.modules[name] = module
    return module
