"""The report's pictures of data: labeled samples, and predictions beside the labels."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from synpose.evaluation.functional import greedy_matches, iou_matrix, pose_boxes
from synpose.reporting.annotations import LabelFile, People
from synpose.reporting.document import Picture
from synpose.reporting.drawing import (
    Skeleton,
    color_depth,
    draw_boxes,
    draw_poses,
    person_color,
    tint_stencil,
)
from synpose.reporting.images import encode_jpeg, read_image, read_label_image, scale_to_width
from synpose.reporting.quality import (
    best_threshold,
    box_f1,
    known_sigmas,
    mean_best_oks,
    oks_matrix,
)
from synpose.skeletons import map_keypoints

TILE_WIDTH = 800  # px; two side by side fill a wide screen, and one stays legible when a phone is zoomed

Predictions = Mapping[int, tuple[np.ndarray, np.ndarray]]


def sample_evenly(labels: LabelFile, count: int) -> list[int]:
    """Choose images with people, evenly over the file's order: the same ones every time."""
    populated = [image_id for image_id in labels.images if len(labels.people(image_id).boxes)]
    places = np.unique(np.linspace(0, len(populated) - 1, min(count, len(populated))).round().astype(int))
    return [populated[place] for place in places]


def draw_label_tile(labels: LabelFile, image_id: int, name: str) -> Picture:
    """Draw one labeled image; below it, where the dataset has them, its stencils and its depth.

    Args:
        labels: The annotation file.
        image_id: The image.
        name: File name of the picture, without suffix.

    Raises:
        FileNotFoundError: If the image is missing.
        ValueError: If an image or an annotation is damaged.
    """
    people = labels.people(image_id)
    original = read_image(labels.image_path(image_id))
    tile, factor = scale_to_width(original, TILE_WIDTH)
    draw_people(tile, people, factor, labels.joint_names)
    layers = []
    stencil_path = labels.layer_path(image_id, 'stencil_file', 'stencils')
    if stencil_path:
        tinted = original.copy()
        tint_stencil(tinted, read_label_image(stencil_path))
        layers.append(tinted)
    depth_path = labels.layer_path(image_id, 'depth_file', 'depth')
    if depth_path:
        layers.append(color_depth(read_label_image(depth_path)))
    if layers:
        height = round(tile.shape[0] / 2)
        strip = [cv2.resize(layer, (tile.shape[1] // 2, height), interpolation=cv2.INTER_AREA) for layer in layers]
        strip += [np.full_like(strip[0], 255)] * (2 - len(strip))
        gap = np.full((height, tile.shape[1] - 2 * strip[0].shape[1], 3), 255, np.uint8)
        tile = np.concatenate([tile, np.concatenate([strip[0], gap, strip[1]], axis=1)])
    facts = labels.images[image_id]
    seen = ', '.join(str(facts[field]) for field in ('room_size', 'viewpoint') if facts.get(field))
    caption = f'{labels.name}: {facts["file_name"]}, {_count(len(people.boxes))}' + (f' ({seen})' if seen else '')
    return Picture(f'{name}.jpg', encode_jpeg(tile), caption, f'Labeled image {facts["file_name"]} of {labels.name}')


def draw_people(image: np.ndarray, people: People, factor: float, names: tuple[str, ...]) -> None:
    """Draw boxes and poses of labeled people on an image scaled by ``factor``, changed in place."""
    draw_boxes(image, people.boxes * factor, [person_color(int(i)) for i in people.colors])
    draw_poses(
        image,
        people.keypoints[..., :2] * factor,
        Skeleton.from_names(names),
        shown=people.keypoints[..., 2] > 0,
        occluded=people.keypoints[..., 2] == 1,
    )


@dataclass(frozen=True)
class SplitQuality:
    """How well each image of a split was predicted.

    Attributes:
        by_image: ``{image_id: quality}``; images without labeled people are left out.
        measure: Name of the quality, such as ``'mean OKS'`` or ``'box F1'``.
        threshold: Score from which predictions are drawn and counted.
    """

    by_image: dict[int, float]
    measure: str
    threshold: float

    def ranked(self) -> list[tuple[str, int]]:
        """Return ``(rank, image_id)`` of the best, the median and the worst image; fewer when there are fewer."""
        order = sorted(self.by_image, key=lambda image_id: (-self.by_image[image_id], image_id))
        if not order:
            return []
        places = {'best': 0, 'median': (len(order) - 1) // 2, 'worst': len(order) - 1}
        chosen: dict[int, str] = {}
        for rank, place in places.items():
            chosen.setdefault(order[place], rank)
        return [(rank, image_id) for image_id, rank in chosen.items()]


def people_as(labels: LabelFile, image_id: int, names: tuple[str, ...]) -> People:
    """Return the people of an image with the joints of a model: those its file lacks have visibility 0."""
    people = labels.people(image_id)
    if labels.joint_names:
        keypoints = map_keypoints(people.keypoints, labels.joint_names, names)
    else:
        keypoints = np.zeros((len(people.boxes), len(names), 3))
    return People(keypoints, people.boxes, people.areas, people.colors)


def judge_images(labels: LabelFile, predictions: Predictions, names: tuple[str, ...]) -> SplitQuality:
    """Rate every image that has labeled people, as :mod:`synpose.reporting.quality` defines it.

    Args:
        labels: The annotation file.
        predictions: ``{image_id: (keypoints (P, K, 3), scores (P,))}``.
        names: The ``K`` joint names of the predictions.

    Raises:
        ValueError: If a prediction names an image that the annotation file lacks.
    """
    unknown = sorted(set(predictions) - set(labels.images))
    if unknown:
        raise ValueError(f'predictions for image_id {unknown[0]}, which {labels.path} does not have')
    none = np.zeros((0, len(names), 3)), np.zeros(0)
    people = {image_id: people_as(labels, image_id, names) for image_id in labels.images}
    matched = {}
    for image_id, image in labels.images.items():
        poses, scores = predictions.get(image_id, none)
        boxes = pose_boxes(poses[..., :2], poses[..., 2], (image['width'], image['height']), min_score=-np.inf)
        matched[image_id] = greedy_matches(iou_matrix(boxes, people[image_id].boxes), scores) >= 0
    all_scores = np.concatenate([predictions.get(image_id, none)[1] for image_id in matched] or [none[1]])
    all_matched = np.concatenate([*matched.values(), np.zeros(0, bool)])
    threshold = best_threshold(all_scores, all_matched, labels.num_people)

    sigmas = known_sigmas(names)
    by_oks = any((found.keypoints[..., 2] > 0)[:, np.isfinite(sigmas)].any() for found in people.values())
    qualities = {}
    for image_id, found in people.items():
        poses, scores = predictions.get(image_id, none)
        drawn = scores >= threshold
        if by_oks:
            similarity = oks_matrix(found.keypoints, found.areas, poses[drawn][..., :2], sigmas)
            qualities[image_id] = mean_best_oks(similarity)
        elif len(found.boxes):
            qualities[image_id] = box_f1(matched[image_id][drawn], len(found.boxes))
    rated = {image_id: quality for image_id, quality in qualities.items() if np.isfinite(quality)}
    return SplitQuality(rated, 'mean OKS' if by_oks else 'box F1', threshold)


def draw_comparison(
    labels: LabelFile, predictions: Predictions, names: tuple[str, ...], quality: SplitQuality, rank: str, image_id: int
) -> tuple[Picture, Picture]:
    """Draw the labels and the predictions of one image.

    Args:
        labels: The annotation file.
        predictions: ``{image_id: (keypoints (P, K, 3), scores (P,))}``.
        names: The ``K`` joint names of the predictions.
        quality: What :func:`judge_images` found.
        rank: ``'best'``, ``'median'`` or ``'worst'``.
        image_id: The image.

    Returns:
        The picture of the labels and that of the predictions. File names start with ``rank``.

    Raises:
        FileNotFoundError: If the image is missing.
        ValueError: If the image is damaged.
    """
    tile, factor = scale_to_width(read_image(labels.image_path(image_id)), TILE_WIDTH)
    truth = tile.copy()
    people = people_as(labels, image_id, names)
    draw_people(truth, people, factor, names)
    poses, scores = predictions.get(image_id, (np.zeros((0, len(names), 3)), np.zeros(0)))
    poses = poses[scores >= quality.threshold]
    draw_poses(tile, poses[..., :2] * factor, Skeleton.from_names(names))
    file_name = labels.images[image_id]['file_name']
    value = f'{quality.measure} {quality.by_image[image_id]:.3f}'
    return (
        Picture(
            f'{rank}-labels.jpg',
            encode_jpeg(truth),
            f'{rank.capitalize()}, labels: {labels.name}: {file_name}, {_count(len(people.boxes))}',
            f'Labels of {file_name}',
        ),
        Picture(
            f'{rank}-predictions.jpg',
            encode_jpeg(tile),
            f'{rank.capitalize()}, predictions: {labels.name}: {file_name}, {_count(len(poses))}, {value}',
            f'Predictions for {file_name}',
        ),
    )


def _count(people: int) -> str:
    return f'{people} person' if people == 1 else f'{people} people'
