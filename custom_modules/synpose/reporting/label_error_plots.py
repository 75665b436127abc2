"""Plots of labels' errors against their confidence."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from synpose.reporting.curves import STYLE, encode_figure

_NAMES = {'foot': 'feet', 'face': 'face', 'lefthand': 'left hand', 'righthand': 'right hand'}


def draw_label_errors(errors: Mapping[str, Any]) -> bytes:
    """Draw error and number of points against confidence, one line a part.

    Args:
        errors: What :func:`synpose.evaluation.label_comparison.compare_labels` returns.

    Returns:
        A PNG file.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 5.4), layout='constrained')
        upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={'height_ratios': [2, 1]})
        for part, figures in errors['parts'].items():
            filled = [bar for bar in figures['confidence'] if bar['points']]
            middles = [(bar['low'] + bar['high']) / 2 for bar in filled]
            upper.plot(middles, [bar['NME'] for bar in filled], marker='o', markersize=4, label=_NAMES[part])
            lower.plot(middles, [bar['points'] for bar in filled], marker='o', markersize=4)
        upper.set(ylabel='mean error / size of the part')
        upper.set_ylim(bottom=0)
        upper.legend(fontsize=8, ncols=4)
        lower.set(xlabel='confidence', ylabel='points', xlim=(0, 1))
        lower.set_ylim(bottom=0)
        return encode_figure(figure)
