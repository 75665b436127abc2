import numpy as np

from synpose.reporting.name_tags import draw_name_tags


def tags(image: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    return (image == color[::-1]).all(axis=2)


def test_tags_stand_above_their_people_and_do_not_cover_each_other() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    boxes = np.array([[100, 100, 40, 60], [104, 101, 40, 60], [-30, -5, 40, 60]], dtype=float)
    colors = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    draw_name_tags(image, ['reading', 'writing', 'sl\u00e9\u00e9ping'], boxes, colors)
    found = [np.argwhere(tags(image, color)) for color in colors]
    low, high = found[0].min(axis=0), found[0].max(axis=0)
    assert high[0] < 100
    assert abs((low[1] + high[1]) / 2 - 120) < 3
    assert found[1].min(axis=0)[0] > high[0]  # moved down
    assert found[2].min() == 0  # inside the picture
    assert all(len(part) > 100 for part in found)


def test_people_at_the_bottom_and_pictures_smaller_than_a_text() -> None:
    image = np.zeros((8, 12, 3), np.uint8)
    draw_name_tags(image, ['listening'] * 3, np.array([[0, 6, 4, 4]] * 3, dtype=float), [(9, 9, 9)] * 3)
    assert image.any()
    draw_name_tags(image, [], np.zeros((0, 4)), [])
