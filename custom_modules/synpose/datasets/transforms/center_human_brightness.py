"""Make people as bright as their background."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from .harmonizing import center_brightness
from .person_regions import PEOPLE, chosen_numbers, sample_people


@TRANSFORMS.register_module()
class CenterHumanBrightness(BaseTransform):
    """Shift people's colors so that their mean brightness is that of the background.

    Etheve & Remy, "Training CNNs using synthetic images of people", section 2.1: ``RGB += B_bg - B_hum`` on the
    people's pixels, clipped to [0, 255]; the background stays as it is. Put it after ``LoadImage`` and the step that
    loads the mask (``LoadStencil``), before :class:`BackgroundOcclusion` and anything that moves pixels.

    Required keys: ``img``, ``(H, W, 3)`` uint8, and the ``mask``.

    Modified keys: ``img``, a new array.

    Added keys: ``brightness_shifts``, ``(M,)`` int32, of each person by number (of all together: one); none where the
    picture has no people or no background, and stays as it is; ``brightness_centered``, bool, tells which.

    Args:
        mask: Key of the mask, ``(H, W)``: 0 on nobody, a number for each person; or bool. One of body parts, as
            SURREAL's, needs ``people='all'``.
        people: ``'each'`` shifts every person to the background's brightness, ``'all'`` shifts all by the same.
        numbers: Key of the numbers of the people to shift: ``'stencil_id'`` for the people of the data sample,
            ``'synthetic_id'`` for those of them who are rendered. Default: everybody in the mask. Nobody counts as
            background, people without an outline neither: in their box.

    Raises:
        ValueError: If ``people`` is neither; on a picture, if the mask is missing or does not fit it.
    """

    def __init__(self, mask: str = 'stencil', people: str = 'each', numbers: str | None = None) -> None:
        if people not in PEOPLE:
            raise ValueError(f'people must be of {PEOPLE}, but is {people!r}')
        self.mask, self.people, self.numbers = mask, people, numbers

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Change ``img``."""
        people, numbers = sample_people(results, self.mask), chosen_numbers(results, self.numbers)
        regions = people.regions(self.people, numbers)
        results['img'], shifts = center_brightness(results['img'], regions, people.others(numbers))
        results['brightness_shifts'] = np.array(shifts, np.int32)
        results['brightness_centered'] = bool(shifts)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(mask={self.mask!r}, people={self.people!r}, numbers={self.numbers!r})'
