import cv2
import numpy as np

from synpose.reporting.confusion import draw_confusion_matrix


def test_cells_are_shaded_by_the_sum_of_their_row() -> None:
    matrix = np.array([[8, 2, 0], [0, 0, 40]])
    data = draw_confusion_matrix(matrix, ['reading', 'writing'])
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    other = draw_confusion_matrix(matrix * 5, ['reading', 'writing'])
    assert data.startswith(b'\x89PNG')
    # the darkest blue, of a share of 1, is there, and only its share counts: five times the students look alike
    dark = (image.astype(int) - np.array([107, 48, 8])).__abs__().max(axis=2) < 3
    assert dark.sum() > 500
    again = cv2.imdecode(np.frombuffer(other, np.uint8), cv2.IMREAD_COLOR)
    assert (np.abs(image.astype(int) - again).max(axis=2) > 40).mean() < 0.02  # the digits
