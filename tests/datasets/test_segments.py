import numpy as np
import pytest
from pycocotools import mask as coco_mask

from synpose.datasets.segments import to_polygons


@pytest.mark.parametrize('compressed', [True, False])
def test_run_lengths_become_polygons_of_the_same_region(compressed: bool) -> None:
    mask = np.zeros((40, 60), np.uint8)
    mask[5:20, 10:30] = 1
    mask[25:35, 40:55] = 1
    if compressed:
        rle = coco_mask.encode(np.asfortranarray(mask))
    else:
        flat = mask.ravel(order='F')
        edges = np.flatnonzero(np.diff(flat)) + 1
        rle = {'size': [40, 60], 'counts': np.diff([0, *edges, flat.size]).tolist()}
    polygons = to_polygons(rle, np.zeros(4))
    assert len(polygons) == 2
    drawn = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(polygons, 40, 60)))
    overlap = (drawn & mask).sum() / (drawn | mask).sum()
    assert overlap > 0.85  # a contour runs through the centers of the border pixels


def test_polygons_stay_and_a_box_stands_in() -> None:
    assert to_polygons([[1.0, 2, 3, 4, 5, 6]], np.zeros(4)) == [[1.0, 2, 3, 4, 5, 6]]
    box = np.array([1, 2, 4, 8], np.float32)
    assert to_polygons(None, box) == to_polygons([], box) == [[1, 2, 4, 2, 4, 8, 1, 8]]
