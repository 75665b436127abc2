import pytest
from mmengine.dataset import Compose
from mmpose.registry import TRANSFORMS

from synpose.datasets.picture_sizes import drop_small, smallest_input
from synpose.datasets.validation import ProblemLog

CROP = {'type': 'RandomImageCrop', 'size': (60, 40)}
FLIP = {'type': 'RandomImageFlip'}


def pipeline(*steps: dict) -> Compose:
    return Compose([TRANSFORMS.build(step) for step in steps])


@pytest.mark.parametrize(
    ('steps', 'size'),
    [
        ([], (1, 1)),
        ([FLIP], (1, 1)),
        ([CROP, FLIP], (60, 40)),
        ([{'type': 'RandomImageScale', 'factor': (0.5, 3)}, FLIP, CROP], (120, 80)),
        ([{'type': 'RandomImageScale', 'factor': (0.7, 0.7)}, CROP], (86, 58)),
        ([{'type': 'RandomImageScale', 'short_side': (60, 90)}, CROP], (1, 1)),
        ([{'type': 'RandomImageCrop', 'size': (70, 90)}, CROP], (70, 90)),
    ],
)
def test_smallest_input(steps: list[dict], size: tuple[int, int]) -> None:
    assert smallest_input(pipeline(*steps)) == size


def test_steps_that_never_fit() -> None:
    with pytest.raises(ValueError, match=r'short_side=\(59, 90\) can be too short for the 60x40 px'):
        smallest_input(pipeline({'type': 'RandomImageScale', 'short_side': (59, 90)}, CROP))
    with pytest.raises(ValueError, match=r'RandomImageCrop\(size=\(59, 40\)\): a step after it needs 60x40 px'):
        smallest_input(pipeline({'type': 'RandomImageCrop', 'size': (59, 40)}, CROP))


def test_small_pictures_are_named_once() -> None:
    sizes = {'a': (60, 40), 'b': (59, 40), 'c': (60, 39), 'd': (61, 41)}
    pictures = [{'img_path': name, 'width': w, 'height': h, 'n': n} for name, (w, h) in sizes.items() for n in (1, 2)]
    log = ProblemLog('f.json', 'skip')
    assert [(p['img_path'], p['n']) for p in drop_small(pictures, (60, 40), log)] == [
        ('a', 1),
        ('a', 2),
        ('d', 1),
        ('d', 2),
    ]
    assert log.problems == [
        'f.json: b: width, height: is 59x40 px, but the pipeline needs at least 60x40 px',
        'f.json: c: width, height: is 60x39 px, but the pipeline needs at least 60x40 px',
    ]
