"""Contact sheets of a dataset: the cameras of a room side by side, plain, with labels, and as stencils and depth."""

from collections.abc import Sequence

import cv2
import numpy as np

from synpose.reporting.annotations import People
from synpose.reporting.audit.view import Finding, View
from synpose.reporting.dataset_scan import DatasetReader
from synpose.reporting.document import Picture
from synpose.reporting.drawing import color_depth, line_width, tint_stencil
from synpose.reporting.images import encode_jpeg, scale_to_width
from synpose.reporting.pictures import draw_people

COLUMNS, THUMB_WIDTH = 4, 480
CROP_WIDTH = 420
GAP = 6  # px between thumbnails


def tile(images: Sequence[np.ndarray], columns: int = COLUMNS) -> np.ndarray:
    """Put images of any size into a grid of equal cells on white, row by row.

    Args:
        images: ``(H, W, 3)`` uint8, at least one.
        columns: Images a row.
    """
    height, width = (max(image.shape[k] for image in images) for k in (0, 1))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    sheet = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (height + GAP), i % columns * (width + GAP)
        sheet[top : top + image.shape[0], left : left + image.shape[1]] = image
    return sheet


def people_of(view: View) -> People:
    """Return a view's people as the drawing functions take them; a joint or box that is missing is not drawn."""
    keypoints = np.nan_to_num(view.keypoints)
    colors = np.where(view.stencil_ids > 0, view.stencil_ids, np.arange(1, len(view.people) + 1)) - 1
    return People(keypoints, np.nan_to_num(view.boxes), np.nan_to_num(view.areas), colors)


def draw_thumbnail(view: View, layer: str) -> np.ndarray:
    """Draw one image of a sheet.

    Args:
        view: With its layers.
        layer: ``'picture'``, ``'labels'``, ``'stencil'`` or ``'depth'``.

    Returns:
        ``(h, w, 3)`` uint8; gray where the layer is missing.
    """
    missing = np.full((view.size[1], view.size[0], 3), 200, np.uint8)
    base = missing if view.pixels is None else view.pixels
    if layer == 'depth':
        base = missing if view.depth is None else color_depth(view.depth)
    if layer == 'stencil':
        base = base.copy()
        if view.stencil is not None:
            tint_stencil(base, view.stencil)
    thumb, factor = scale_to_width(base, THUMB_WIDTH)
    if layer == 'labels':
        draw_people(thumb, people_of(view), factor, view.joint_names)
    return thumb


def draw_sheets(views: Sequence[View], name: str, title: str, layers: Sequence[str]) -> list[Picture]:
    """Draw the images of one room, a picture a layer.

    Args:
        views: Images with their layers, at least one.
        name: Beginning of the pictures' file names.
        title: Beginning of the captions.
        layers: See :func:`draw_thumbnail`.
    """
    words = {'picture': 'as rendered', 'labels': 'boxes and joints', 'stencil': 'stencils', 'depth': 'depth'}
    files = ', '.join(view.image['file_name'] for view in views)
    return [
        Picture(
            f'{name}-{layer}.jpg',
            encode_jpeg(tile([draw_thumbnail(view, layer) for view in views])),
            f'{title}, {words[layer]}: {files}',
            f'{title}, {words[layer]}',
        )
        for layer in layers
    ]


def choose_rooms(folder: DatasetReader, most: int) -> list[tuple[str, str, list]]:
    """Choose what the sheets show: the first frame of each scene, chosen evenly over the scenes when there are more.

    Args:
        folder: The dataset.
        most: Number of sheets.

    Returns:
        ``(split, title, entries)`` of each sheet. Images without a scene come eight a sheet, evenly over their split.
    """
    rooms: list[tuple[str, str, list]] = []
    for split, index in folder.splits.items():
        loose = [group[0] for group, scene in zip(index.groups, index.scenes) if scene is None]
        if loose:
            places = np.unique(np.linspace(0, len(loose) - 1, min(8, len(loose))).round().astype(int))
            rooms.append((split, f'{split}', [loose[place] for place in places]))
        seen: set = set()
        for group, scene in zip(index.groups, index.scenes):
            if scene is not None and scene not in seen:
                seen.add(scene)
                rooms.append((split, f'{split}, scene {scene}', group[:16]))
    places = np.unique(np.linspace(0, len(rooms) - 1, min(most, len(rooms))).round().astype(int))
    return [rooms[place] for place in places]


def draw_rooms(folder: DatasetReader, most: int) -> list[list[Picture]]:
    """Draw the sheets of each room, the first one with stencils and depth too; a file that is missing shows gray."""
    sheets: list[list[Picture]] = []
    for number, (split, title, entries) in enumerate(choose_rooms(folder, most)):
        views = [view for view, _ in (folder.read(split, entry) for entry in entries) if view is not None]
        if not views:
            continue
        room = views[0].image.get('room') or views[0].image.get('room_size')
        layers = ('picture', 'labels', 'stencil', 'depth') if not sheets else ('picture', 'labels')
        title = f'{title} ({room})' if room else title
        sheets.append(draw_sheets(views, f'room-{number + 1}', title, layers))
    return sheets


def draw_finding(view: View, finding: Finding, name: str) -> Picture | None:
    """Draw what a finding is about: the person with its surroundings, else the whole image; None without a picture.

    Args:
        view: The image, with its layers.
        finding: Of this image.
        name: File name of the picture, without suffix.
    """
    if view.pixels is None:
        return None
    chosen = np.array([person.get('id') == finding.annotation for person in view.people], dtype=bool)
    image, people, origin = view.pixels, people_of(view.select(chosen)), np.zeros(2)
    if chosen.any():
        x, y, width, height = np.nan_to_num(view.boxes[chosen][0])
        margin = 0.35 * max(width, height, 24)
        low = np.clip(np.floor([x - margin, y - margin]), 0, np.array(view.size) - 8).astype(int)
        high = np.maximum(np.ceil([x + width + margin, y + height + margin]), low + 8).astype(int)
        image, origin = image[low[1] : high[1], low[0] : high[0]], low.astype(float)
    crop, factor = scale_to_width(image, CROP_WIDTH, max_zoom=8)
    moved = People(
        people.keypoints - np.array([*origin, 0]), people.boxes - np.array([*origin, 0, 0]), people.areas, people.colors
    )
    plain = crop.copy()
    draw_people(crop, moved, factor, view.joint_names)
    k = next((k for k, joint in enumerate(view.joint_names) if f'[{joint}]' in finding.field), None)
    if k is not None and chosen.any():
        center = np.clip(moved.keypoints[0, k, :2] * factor, -1e4, 1e4)
        radius = 5 * line_width(crop) + 4
        cv2.circle(crop, (round(center[0]), round(center[1])), radius, (40, 40, 230), 2, cv2.LINE_AA)
    annotation = '' if finding.annotation is None else f', annotation {finding.annotation}'
    caption = f'{finding.file}{annotation}: `{finding.field}` = {finding.value} {finding.message}'
    return Picture(f'{name}.jpg', encode_jpeg(tile([plain, crop], 2)), caption, f'{finding.check}: {finding.file}')
