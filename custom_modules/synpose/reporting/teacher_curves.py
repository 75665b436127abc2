"""A teacher's probabilities, draws and losses over the iterations."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from .curves import STYLE, encode_figure


def draw_teacher_curves(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Draw the probabilities of all groups (stacked), the drawn groups with their rewards, and the losses by group.

    Args:
        names: Of the groups.
        rows: Draws, as :class:`synpose.teaching.draws.Draws` has them; at least one.

    Returns:
        A PNG file.
    """
    steps = np.array([row['iteration'] for row in rows])
    groups = np.array([row['group'] for row in rows])
    losses = np.array([np.nan if row['loss'] is None else row['loss'] for row in rows], float)
    rewards = [row['rewarded'] for row in rows]
    colors = mpl.colormaps['viridis'](np.linspace(0, 1, len(names)))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 7.6), layout='constrained')
        top, middle, bottom = figure.subplots(3, 1, sharex=True, height_ratios=[3, 2, 2])
        stacked = np.array([row['probabilities'] for row in rows]).T
        if len(rows) > 1:
            top.stackplot(steps, stacked, labels=names, colors=colors, step='post')
        else:
            top.bar([0] * len(names), stacked[:, 0], bottom=np.cumsum(stacked[:, 0]) - stacked[:, 0], color=colors)
        top.set(ylabel='probability', ylim=(0, 1))
        top.legend(fontsize=7, loc='upper left', bbox_to_anchor=(1, 1))
        marks = ((True, '#2a8a4a', 'rewarded'), (False, '#b5322c', 'penalized'), (None, '#6b7280', 'neither'))
        for value, color, label in marks:
            chosen = [reward is value for reward in rewards]
            if any(chosen):
                middle.plot(steps[chosen], groups[chosen], '.', color=color, markersize=4, label=label)
        middle.set(ylabel='drawn group', yticks=range(len(names)), ylim=(-0.5, len(names) - 0.5))
        middle.legend(fontsize=7, loc='upper left', bbox_to_anchor=(1, 1))
        for group, color in enumerate(colors):
            chosen = groups == group
            bottom.plot(steps[chosen], losses[chosen], color=color, linewidth=1, marker='.', markersize=3)
        bottom.set(ylabel='synthetic loss a joint', xlabel='iteration')
        return encode_figure(figure)
