"""Hide parts of people behind parts of their background."""

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS

from ..coco_people import clipped_boxes
from .harmonizing import Occluder, paste_occluders, place_occluder
from .person_regions import PEOPLE, chosen_numbers, sample_people, visible_extent


@TRANSFORMS.register_module()
class BackgroundOcclusion(BaseTransform):
    """Cover parts of people with rectangles of the same picture that show nobody.

    Etheve & Remy, "Training CNNs using synthetic images of people", section 2.2. A rectangle has a corner at a random
    pixel of the person and extends in a random direction; its filling lies above, below, left or right of the person,
    where the mask shows nobody at all. It covers everything below it, other people too. Put it after the mask's step
    (``LoadStencil``) and :class:`CenterHumanBrightness`, before anything that uses boxes (``GetBBoxCenterScale``) or
    moves pixels.

    Required keys: ``img``, ``(H, W, 3)`` uint8, and the ``mask``.

    Modified keys, each only if present, new arrays where they change:

    - ``img``;
    - ``keypoints_visibility`` ``(N, K)``: covered joints go from 2 (visible) to 1 (occluded). MMPose's
      ``keypoints_visible`` tells labeled joints, which covered ones still are, and stays;
    - ``stencil``: 0 where covered. Any other mask stays: it tells where people are, not what a pixel shows;
    - ``bbox`` ``(N, 4)`` x1, y1, x2, y2, px, and ``area`` ``(N,)``, px^2, of people of whose stencil (``stencil_id``
      ``(N,)``) some is covered: those of what is left of it. If nothing is left both stay.

    Added keys: ``occluder_mask`` ``(H, W)`` bool, true where covered; ``occluders`` ``(M, 6)`` int32: x, y, width and
    height, px, of each rectangle, and x and y of its filling in the picture before any was pasted, in the order they
    were pasted; ``background_occluded``, bool, whether there are any; ``occlusions_infeasible``, int, how many people
    were to be covered, but no filling was found.

    Args:
        prob: How often a person is covered.
        sides: Smallest and largest width and height of a rectangle, fractions of the person's.
        mask: Key of the mask, ``(H, W)``: 0 on nobody, a number for each person; or bool. One of body parts, as
            SURREAL's, needs ``people='all'``.
        people: ``'each'`` draws a rectangle for every person, ``'all'`` one for all people together.
        numbers: Key of the numbers of the people to cover: ``'stencil_id'`` for the people of the data sample,
            ``'synthetic_id'`` for those of them who are rendered. Default: everybody in the mask. Nobody's pixels fill
            a rectangle, and no pixels in the box of a person without an outline.

    Raises:
        ValueError: If an argument is out of range; on a picture, if the mask is missing or does not fit it.
    """

    def __init__(
        self,
        prob: float = 0.8,
        sides: tuple[float, float] = (0.2, 0.5),
        mask: str = 'stencil',
        people: str = 'each',
        numbers: str | None = None,
    ) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'prob must lie in [0, 1], but is {prob}')
        if len(sides) != 2 or not 0 < sides[0] <= sides[1] <= 1:
            raise ValueError(f'sides must be two fractions in (0, 1], the smaller first, but are {sides}')
        if people not in PEOPLE:
            raise ValueError(f'people must be of {PEOPLE}, but is {people!r}')
        self.prob, self.sides = prob, (float(sides[0]), float(sides[1]))
        self.mask, self.people, self.numbers = mask, people, numbers

    @cache_randomness
    def _seed(self) -> int:
        return int(np.random.randint(2**31))  # noqa: NPY002 - the state that MMPose's transforms draw from

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Change ``img`` and the labels that tell what it shows."""
        people = sample_people(results, self.mask)
        regions = people.regions(self.people, chosen_numbers(results, self.numbers))
        rng = np.random.default_rng(self._seed())
        integral = cv2.integral(people.background())
        drawn = [place_occluder(integral, region, self.sides, rng) for region in regions if rng.random() < self.prob]
        occluders = [occluder for occluder in drawn if occluder is not None]
        image, covered = paste_occluders(results['img'], occluders)
        results['occluder_mask'] = covered
        results['occluders'] = np.array(occluders, np.int32).reshape(-1, 6)
        results['background_occluded'] = bool(occluders)
        results['occlusions_infeasible'] = len(drawn) - len(occluders)
        if occluders:
            results['img'] = image
            _cover_joints(results, covered)
            if 'stencil' in results:
                _cover_people(results, occluders, covered)
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(prob={self.prob}, sides={self.sides}, mask={self.mask!r}, '
            f'people={self.people!r}, numbers={self.numbers!r})'
        )


def _cover_joints(results: dict[str, Any], covered: np.ndarray) -> None:
    """Turn visible joints at covered pixels into occluded ones."""
    if 'keypoints_visibility' not in results:
        return
    column, row = np.moveaxis(np.floor(results['keypoints'][..., :2] + 0.5).astype(int), -1, 0)
    height, width = covered.shape
    inside = (column >= 0) & (row >= 0) & (column < width) & (row < height)
    hidden = inside & covered[np.where(inside, row, 0), np.where(inside, column, 0)]
    visibility = results['keypoints_visibility']
    results['keypoints_visibility'] = np.where(hidden, np.minimum(visibility, 1), visibility).astype(visibility.dtype)


def _cover_people(results: dict[str, Any], occluders: Iterable[Occluder], covered: np.ndarray) -> None:
    """Take the covered pixels from the stencil, and fit the boxes and areas of the people who lost some."""
    people, owners = sample_people(results, 'stencil'), np.ravel(results.get('stencil_id', ()))
    numbers = people.boxes.keys() & set(owners.tolist())
    extents = {number: visible_extent(people.region(number), covered) for number in numbers}
    results['stencil'] = results['stencil'].copy()
    for occluder in occluders:
        results['stencil'][occluder.target] = 0
    for key in {'bbox', 'area'} & results.keys():
        values = np.array(results[key])
        for number, extent in extents.items():
            if extent is not None:
                box, area = extent
                own = clipped_boxes(np.array([box]), covered.shape[::-1])[0] if key == 'bbox' else area
                values.reshape(len(owners), -1)[owners == number] = own
        results[key] = values
