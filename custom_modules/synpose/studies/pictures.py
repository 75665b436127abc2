"""A study's pictures: the same images across dataset folders, or across the predictions of its rows."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from synpose.reporting.annotations import LabelFile, read_predictions
from synpose.reporting.contact_sheets import GAP, tile
from synpose.reporting.document import Picture
from synpose.reporting.drawing import Skeleton, draw_poses
from synpose.reporting.images import encode_jpeg, read_image, scale_to_width
from synpose.reporting.pictures import draw_people, judge_images, people_as, sample_evenly
from synpose.reporting.prediction import IMAGE_SUFFIXES
from synpose.reporting.work_dir import TestResult

from .study import FilePicture, FolderSheet, PredictionSheet, Sheet, Study

MOST_BYTES = 400_000  # of a picture
TILE_WIDTH = 440  # px
_HEADER = 26  # px

Runs = Mapping[str, dict[int, dict[str, TestResult]]]


def draw_sheet(study: Study, sheet: Sheet, runs: Runs) -> list[Picture]:
    """Draw a picture of a study; none while what it shows is not there.

    Args:
        study: The study.
        sheet: One of its pictures.
        runs: What :func:`~synpose.studies.figures.read_runs` returned.

    Raises:
        FileNotFoundError: If an image is missing.
        ValueError: If an image, an annotation or a prediction is damaged, or a named image is not in the first folder.
    """
    where = f'{study.path}: picture {sheet.name}'
    if isinstance(sheet, FilePicture):
        image = read_image(sheet.file) if Path(sheet.file).is_file() else None
    elif isinstance(sheet, FolderSheet):
        image = _draw_folders(sheet, where)
    else:
        image = _draw_predictions(study, sheet, runs, where)
    if image is None:
        return []
    return [Picture(f'{sheet.name}.jpg', encode_small(image), sheet.title, sheet.title)]


def encode_small(image: np.ndarray, most: int = MOST_BYTES) -> bytes:
    """Encode ``(H, W, 3)`` uint8 as JPEG of at most ``most`` bytes: coarser first, then smaller."""
    qualities = [88, 80, 72, 64]
    while True:
        for quality in qualities:
            data = encode_jpeg(image, quality)
            if len(data) <= most or min(image.shape[:2]) < 32:
                return data
        image = cv2.resize(image, None, fx=0.85, fy=0.85, interpolation=cv2.INTER_AREA)


def make_grid(header: Sequence[str], rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Put images into rows below a line of column headings.

    Args:
        header: Heading of each column.
        rows: Images ``(h, w, 3)`` uint8 of each row, one a column.

    Returns:
        ``(H, W, 3)`` uint8.
    """
    grid = tile([image for row in rows for image in row], len(header))
    step = (grid.shape[1] + GAP) // len(header)
    strip = np.full((_HEADER, grid.shape[1], 3), 255, np.uint8)
    for place, words in enumerate(header):
        # OpenCV's font has ASCII only
        words = words.encode('ascii', 'replace').decode()
        scale = min(
            0.55, 0.55 * (step - GAP - 8) / max(cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1)[0][0], 1)
        )
        cv2.putText(strip, words, (place * step + 2, 18), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([strip, grid])


def _draw_folders(sheet: FolderSheet, where: str) -> np.ndarray | None:
    paired = {label: found for label, folder in sheet.folders.items() if (found := _images_by_stem(folder))}
    others = {label: found for label, folder in sheet.unpaired.items() if (found := _images_by_stem(folder))}
    if not paired or next(iter(sheet.folders)) not in paired:
        return None
    first = next(iter(paired.values()))
    everywhere = [stem for stem in first if all(stem in found for found in paired.values())]
    stems = _choose(sheet.stems, list(first) if sheet.stems else everywhere, sheet.count, where)
    rows = []
    for place, stem in enumerate(stems):
        paths = [found.get(stem) for found in paired.values()]
        paths += [list(found.values())[_spread(len(found), len(stems))[place]] for found in others.values()]
        rows.append([_read_tile(path) for path in paths])
    return make_grid([*paired, *others], rows)


def _draw_predictions(study: Study, sheet: PredictionSheet, runs: Runs, where: str) -> np.ndarray | None:
    shown: dict[str, TestResult] = {}
    for row in study.rows:
        seeds = [seed for seed in row.seeds if sheet.test in runs[row.name].get(seed, {})]
        result = runs[row.name][seeds[0]][sheet.test] if seeds else None
        if (not sheet.rows or row.name in sheet.rows) and result and result.predictions:
            shown[row.label] = result
    if not shown:
        return None
    source = next(iter(shown.values())).provenance
    labels = LabelFile(source['ann_file'], source.get('img_prefix') or '', source.get('data_root') or '')
    names = tuple(source['metainfo_joint_names'])
    by_stem = {Path(image['file_name']).stem: image_id for image_id, image in labels.images.items()}
    image_ids = [by_stem[stem] for stem in _choose(sheet.stems, list(by_stem), 0, where)] if sheet.stems else []
    image_ids = image_ids or sample_evenly(labels, sheet.count)
    drawers = [_label_drawer(labels, names), *(_prediction_drawer(labels, result) for result in shown.values())]
    rows = []
    for image_id in image_ids:
        plain, factor = scale_to_width(read_image(labels.image_path(image_id)), TILE_WIDTH)
        rows.append([draw(plain.copy(), factor, image_id) for draw in drawers])
    return make_grid(['labels', *shown], rows)


Drawer = Callable[[np.ndarray, float, int], np.ndarray]


def _label_drawer(labels: LabelFile, names: tuple[str, ...]) -> Drawer:
    def draw(image: np.ndarray, factor: float, image_id: int) -> np.ndarray:
        draw_people(image, people_as(labels, image_id, names), factor, names)
        return image

    return draw


def _prediction_drawer(labels: LabelFile, result: TestResult) -> Drawer:
    """Draw the poses above the score that suits this model best on this set, as the report does."""
    names = tuple(result.provenance['metainfo_joint_names'])
    predictions = read_predictions(str(result.predictions), len(names))
    threshold = judge_images(labels, predictions, names).threshold
    skeleton = Skeleton.from_names(names)

    def draw(image: np.ndarray, factor: float, image_id: int) -> np.ndarray:
        poses, scores = predictions.get(image_id, (np.zeros((0, len(names), 3)), np.zeros(0)))
        draw_poses(image, poses[scores >= threshold][..., :2] * factor, skeleton)
        return image

    return draw


def _images_by_stem(folder: str) -> dict[str, Path]:
    """Return the images of a dataset folder, or of a plain folder of images, by stem and sorted by it."""
    images = Path(folder, 'images') if Path(folder, 'images').is_dir() else Path(folder)
    if not images.is_dir():
        return {}
    return {path.stem: path for path in sorted(images.iterdir()) if path.suffix.lower() in IMAGE_SUFFIXES}


def _choose(named: Sequence[str], known: Sequence[str], count: int, where: str) -> list[str]:
    unknown = next((stem for stem in named if stem not in known), None)
    if unknown is not None:
        raise ValueError(f'{where}: stems: there is no image {unknown!r}')
    return list(named) or [known[place] for place in dict.fromkeys(_spread(len(known), count))]


def _spread(length: int, count: int) -> list[int]:
    return [int(place) for place in np.linspace(0, length - 1, count).round()]


def _read_tile(path: Path | None) -> np.ndarray:
    if path is None:
        return np.full((round(TILE_WIDTH * 9 / 16), TILE_WIDTH, 3), 200, np.uint8)
    return scale_to_width(read_image(path), TILE_WIDTH)[0]
