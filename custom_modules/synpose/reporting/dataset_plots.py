"""Plots of a dataset's statistics: one small figure each, axes labeled with their units."""

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from synpose.reporting.curves import STYLE, encode_figure
from synpose.reporting.dataset_statistics import DISTRIBUTIONS, POSE_RANGE
from synpose.reporting.distribution import Distribution

MAX_BARS = 48  # of a histogram; finer ones are merged
JOINT_COLORS = {'visible': '#2a8a4a', 'occluded': '#d1600a', 'absent': '#c3c9d0'}
PAPER_COLOR = '#b5322c'


def coarsen(edges: np.ndarray, counts: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Merge neighboring bins until at most :data:`MAX_BARS` are left.

    Args:
        edges: Lower edges ``(B,)``, evenly spaced.
        counts: ``(B,)``.
        width: Their width.

    Returns:
        Lower edges, counts and width of the merged bins.
    """
    factor = -(-len(counts) // MAX_BARS)
    padded = np.concatenate([counts, np.zeros(-len(counts) % max(factor, 1), dtype=counts.dtype)])
    return edges[::factor], padded.reshape(-1, factor).sum(1), width * factor


def draw_distribution(name: str, values: Distribution, subject: str, paper: float | None = None) -> bytes:
    """Draw a histogram with its mean, and the paper's mean beside it where it is known.

    Args:
        name: A key of :data:`~synpose.reporting.dataset_statistics.DISTRIBUTIONS`.
        values: At least one value.
        subject: What is counted, e.g. ``'people'``.
        paper: The mean that the SynPose paper states.

    Returns:
        A PNG file.
    """
    edges, counts, width = coarsen(*values.histogram(), values.width)
    whole = name == 'people per image'  # bars over the numbers instead of between them
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 2.9), layout='constrained')
        axis = figure.subplots()
        axis.bar(edges - (0.5 if whole else 0), counts, width, align='edge', edgecolor='white', linewidth=0.4)
        axis.axvline(values.mean, color='#1c2126', linewidth=1.2, label=f'mean {values.mean:.3g}')
        if paper is not None:
            axis.axvline(paper, color=PAPER_COLOR, linewidth=1.2, linestyle='--', label=f'SynPose paper {paper:g}')
        axis.set(xlabel=f'{name}, {DISTRIBUTIONS[name][1]}' if not whole else name, ylabel=subject)
        axis.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axis.grid(axis='x', visible=False)
        axis.set_axisbelow(True)
        axis.legend(fontsize=8, loc='lower right', bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
        return encode_figure(figure)


def draw_shares(counts: dict[str, int], label: str, most: int = 100) -> bytes:
    """Draw how often each name occurs, most frequent first, at most ``most`` of them.

    Returns:
        A PNG file.
    """
    shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    names, values = zip(*reversed(shown))
    rest = len(counts) - len(shown)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 0.9 + 0.19 * len(shown)), layout='constrained')
        axis = figure.subplots()
        axis.barh(range(len(values)), values, height=0.75)
        axis.set_yticks(range(len(values)), names, fontsize=8)
        axis.set(xlabel=label + (f' ({rest} rarer ones not shown)' if rest else ''), ylim=(-0.6, len(values) - 0.4))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axis.grid(axis='y', visible=False)
        axis.set_axisbelow(True)
        return encode_figure(figure)


def draw_joints(names: tuple[str, ...], joints: np.ndarray) -> bytes:
    """Draw the shares of absent, occluded and visible people of each joint.

    Args:
        names: The ``K`` joints.
        joints: ``(K, 3)`` counts of visibility 0, 1 and 2.

    Returns:
        A PNG file.
    """
    shares = joints / np.maximum(joints.sum(1, keepdims=True), 1)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 0.9 + 0.17 * len(names)), layout='constrained')
        axis = figure.subplots()
        left = np.zeros(len(names))
        for (label, color), column in zip(JOINT_COLORS.items(), (2, 1, 0)):
            axis.barh(range(len(names)), shares[:, column], 0.8, left, color=color, label=label)
            left = left + shares[:, column]
        axis.set_yticks(range(len(names)), names, fontsize=7)
        axis.invert_yaxis()
        axis.set(xlabel='people with labeled joints', xlim=(0, 1), ylim=(len(names) - 0.4, -0.6))
        axis.xaxis.set_major_formatter(PercentFormatter(1))
        axis.grid(visible=False)
        axis.legend(fontsize=8, ncols=3, loc='lower center', bbox_to_anchor=(0.5, 1))
        return encode_figure(figure)


def draw_poses_map(poses: np.ndarray) -> bytes:
    """Draw where joints lie around the pelvis, from ahead and from the left, on a logarithmic scale.

    Args:
        poses: ``(2, B, B)`` counts, rows upwards; columns to the left of the body, then ahead of it.

    Returns:
        A PNG file.
    """
    reach = (-POSE_RANGE, POSE_RANGE)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 3.7), layout='constrained')
        axes = figure.subplots(1, 2, sharey=True)
        titles = ('seen from ahead', 'seen from the left side')
        labels = ('to the left of the pelvis, m', 'ahead of the pelvis, m')
        for k, axis in enumerate(axes):
            counts = np.ma.masked_equal(poses[k], 0)
            norm = LogNorm(0.9, max(float(poses.max()), 2.0))
            image = axis.imshow(counts, origin='lower', extent=(*reach, *reach), cmap='magma_r', norm=norm)
            # From ahead a body's left is on the viewer's right; from its left, ahead is on the viewer's left.
            axis.set(title=titles[k], xlabel=labels[k])
            if k == 1:
                axis.invert_xaxis()
            axis.grid(visible=False)
        axes[0].set_ylabel('above the pelvis, m')
        figure.colorbar(image, ax=axes, label='joints in a square of 4 cm', shrink=0.85)
        return encode_figure(figure)
