"""Labels of a rendered view: joints in pixels, visibility and boxes. Pure arrays.

Joints are in the coordinates of :mod:`synpose.generation.rendering.cameras` (pixel centers at whole numbers). Boxes are
COCO's: x and y are the first column and row, w and h the numbers of columns and rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from synpose.generation.primitives import Person
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rendering.wholebody import triples, wholebody_fields
from synpose.tolerances import OWN_BODY_TOLERANCE, WHOLEBODY_TOLERANCE


def joint_visibility(
    keypoints: np.ndarray,
    joint_depth: np.ndarray,
    depth: np.ndarray,
    stencil: np.ndarray,
    stencil_id: int,
    own_tolerance: np.ndarray = OWN_BODY_TOLERANCE,
) -> np.ndarray:
    """Tell absent, occluded and visible joints apart by the depth map.

    A joint is visible if nothing lies before it except its own body's skin: where its pixel shows the same person, the
    joint may be ``own_tolerance`` behind the surface; where it shows anything else (the joint sits beside the
    silhouette), that must lie behind the joint.

    Args:
        keypoints: ``(K, 2)`` px.
        joint_depth: z-depth of the joints ``(K,)`` m.
        depth: z-depth map ``(H, W)`` m; 0 = nothing hit.
        stencil: Person numbers ``(H, W)``.
        stencil_id: This person's number.
        own_tolerance: ``(K,)`` m; of our 59 joints by default.

    Returns:
        ``(K,)`` int: 0 outside the image or behind the camera, 1 occluded, 2 visible.
    """
    height, width = depth.shape
    nearest = np.floor(keypoints + 0.5)
    inside = (joint_depth > 0) & (nearest >= 0).all(-1) & (nearest < (width, height)).all(-1)
    column, row = np.where(inside[:, None], nearest, 0).astype(int).T
    surface = np.where(depth[row, column] > 0, depth[row, column], np.inf)
    tolerance = np.where(stencil[row, column] == stencil_id, own_tolerance, 0.0)
    return np.where(inside, np.where(joint_depth - surface <= tolerance, 2, 1), 0)


def stencil_box(stencil: np.ndarray, stencil_id: int) -> tuple[list[int], int]:
    """Return the box [x, y, w, h] around a person's pixels, and their number; the box is empty if there are none."""
    mask = stencil == stencil_id
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    if not len(rows):
        return [0, 0, 0, 0], 0
    x, y = int(columns[0]), int(rows[0])
    return [x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1], int(mask.sum())


def annotate(
    people: Sequence[Person],
    camera: Camera,
    depth: np.ndarray,
    stencil: np.ndarray,
    min_visible_pixels: int,
    wholebody: bool = False,
) -> tuple[list[dict[str, Any]], np.ndarray, int]:
    """Label the people of one view.

    Args:
        people: In world coordinates; the stencil numbers them from 1 in this order.
        camera: The camera.
        depth: z-depth ``(H, W)`` m.
        stencil: Person numbers ``(H, W)`` uint16.
        min_visible_pixels: People who show fewer pixels are left out.
        wholebody: Add COCO-WholeBody's fields, see :func:`~synpose.generation.rendering.wholebody.wholebody_fields`.

    Returns:
        The annotations (without ids), the stencil renumbered 1..N in their order with 0 where a person is left out,
        and how many people show some pixels but were left out.
    """

    def see(points: np.ndarray, number: int, tolerance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return points in the camera's frame, in the image (0, 0 where absent) and their visibility."""
        points = np.round(camera.to_camera(points), 6)
        # A joint behind the camera has no image; its pixel is never read.
        ahead = points[:, 2] > 0
        pixels = np.round(camera.project(np.where(ahead[:, None], points, (0.0, 0.0, 1.0))), 3)
        visibility = joint_visibility(pixels, points[:, 2], depth, stencil, number, tolerance)
        return points, np.where(visibility[:, None] > 0, pixels, 0.0), visibility

    annotations: list[dict[str, Any]] = []
    renumber = np.zeros(len(people) + 1, dtype=np.uint16)
    skipped = 0
    for number, person in enumerate(people, 1):
        box, area = stencil_box(stencil, number)
        if area < max(min_visible_pixels, 1):
            skipped += area > 0
            continue
        points, pixels, visibility = see(person.joints, number, OWN_BODY_TOLERANCE)
        renumber[number] = len(annotations) + 1
        annotations.append(
            {
                'category_id': 1,
                'keypoints': triples(pixels, visibility),
                'num_keypoints': int((visibility > 0).sum()),
                'bbox': box,
                'area': area,
                'iscrowd': 0,
                'stencil_id': len(annotations) + 1,
                'is_synthetic': True,
                'keypoints_3d': points.tolist(),
                'behavior': person.behavior,
                'attributes': person.attributes,
            }
        )
        if wholebody:
            assert person.wholebody is not None
            _, pixels, visibility = see(person.wholebody, number, WHOLEBODY_TOLERANCE)
            annotations[-1].update(wholebody_fields(pixels, visibility, (camera.width, camera.height)))
    return annotations, renumber[stencil], skipped


def image_entry(image_id: int, camera: Camera, domain: str, **own: Any) -> dict[str, Any]:
    """Describe a rendered view as an entry of COCO's ``images``.

    Args:
        image_id: The image's number, over all splits.
        camera: The camera.
        domain: Stored with the image.
        own: Fields that only one generator knows.
    """
    stem = f'{image_id:08d}'
    return {
        'id': image_id,
        'file_name': f'{stem}.jpg',
        'width': camera.width,
        'height': camera.height,
        'stencil_file': f'stencils/{stem}.png',
        'depth_file': f'depth/{stem}.png',
        **own,
        'camera': {'K': camera.K.tolist(), 'R': camera.R.tolist(), 't': camera.t.tolist()},
        'camera_pitch': camera.pitch,
        'domain': domain,
    }
