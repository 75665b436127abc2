"""Short texts beside people, drawn on a box of their own so that they can be read on any picture."""

from collections.abc import Sequence

import cv2
import numpy as np

from synpose.reporting.drawing import Color

RIGHT_COLOR, WRONG_COLOR, MISSED_COLOR = (24, 120, 60), (190, 40, 40), (90, 98, 106)


def draw_name_tags(
    image: np.ndarray, texts: Sequence[str], boxes: np.ndarray, colors: Sequence[Color], taken: Sequence = ()
) -> None:
    """Write a text above each person, moved down past the texts that are there already.

    Args:
        image: ``(H, W, 3)``, changed in place.
        texts: N texts; what is not ASCII is written as a question mark, as OpenCV's font has no more.
        boxes: ``(N, 4)`` left, top, width, height of the people, px.
        colors: N colors of the tags' backgrounds.
        taken: Boxes, as above, that no tag may cover.
    """
    scale = float(np.clip(min(image.shape[:2]) / 900, 0.33, 0.8))
    placed = [tuple(box) for box in taken]
    for text, (left, top, width, _), color in sorted(zip(texts, boxes, colors), key=lambda item: item[1][1]):
        text = text.encode('ascii', 'replace').decode()
        (text_width, text_height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        size = text_width + 6, text_height + below + 4
        x = int(np.clip(left + width / 2 - size[0] / 2, 0, max(image.shape[1] - size[0], 0)))
        y = int(np.clip(top - size[1], 0, max(image.shape[0] - size[1], 0)))
        while y + size[1] < image.shape[0] and any(_overlap((x, y, *size), other) for other in placed):
            y += size[1] // 2
        placed.append((x, y, *size))
        cv2.rectangle(image, (x, y), (x + size[0] - 1, y + size[1] - 1), color[::-1], -1)
        place = (x + 3, y + text_height + 2)
        cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)


def _overlap(first: tuple, second: tuple) -> bool:
    return all(first[k] < second[k] + second[k + 2] and second[k] < first[k] + first[k + 2] for k in (0, 1))
