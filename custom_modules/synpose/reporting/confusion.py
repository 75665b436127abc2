"""Confusion matrices as pictures."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from synpose.reporting.curves import STYLE, encode_figure


def draw_confusion_matrix(matrix: np.ndarray, classes: Sequence[str]) -> bytes:
    """Draw how often each behavior is taken for which; each row is shaded by its own sum, the numbers are counts.

    Args:
        matrix: ``(C, C + 1)`` int, as :func:`~synpose.evaluation.functional.confusion_matrix` gives; the last column
            counts students without a pose.
        classes: C names.

    Returns:
        A PNG file.
    """
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    columns = [*classes, 'no pose']
    side = 1.8 + 0.46 * len(columns)
    with mpl.rc_context({**STYLE, 'axes.grid': False}):
        figure = Figure(figsize=(side, side - 0.3), layout='constrained')
        axis = figure.subplots()
        axis.imshow(shares, cmap='Blues', vmin=0, vmax=1)
        axis.set_xticks(range(len(columns)), columns, rotation=45, ha='right', fontsize=8)
        axis.set_yticks(range(len(classes)), classes, fontsize=8)
        axis.set(xlabel='predicted', ylabel='annotated')
        for (row, column), count in np.ndenumerate(matrix):
            if count:
                color = 'white' if shares[row, column] > 0.55 else '#1c2126'
                axis.text(column, row, str(count), ha='center', va='center', fontsize=7, color=color)
        return encode_figure(figure)
