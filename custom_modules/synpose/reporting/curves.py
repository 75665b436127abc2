"""Training curves from MMEngine's scalars."""

import io
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from synpose.reporting.work_dir import TrainingLog

STYLE: Any = {
    'font.size': 10,
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.grid': True,
    'grid.color': '#e3e6ea',
    'axes.edgecolor': '#5a646e',
    'axes.prop_cycle': cycler(color=['#0b5cad', '#d1600a', '#2a8a4a', '#8a3ea8', '#b5322c', '#6b7280']),
    'lines.linewidth': 1.6,
    'legend.frameon': False,
}
HEADLINE = ('AP', 'AP50')


def loss_terms(records: list[dict[str, float]]) -> list[str]:
    """Return the names of the loss terms that any record holds, the total first."""
    names = dict.fromkeys(name for record in records for name in record if 'loss' in name)
    return sorted(names, key=lambda name: name != 'loss')


def validation_terms(records: list[dict[str, float]]) -> list[str]:
    """Return the names of the validation figures worth a curve: AP and AP50 of every metric, if validated twice.

    The ceiling is left out: it does not depend on the model.
    """
    names = dict.fromkeys(name for record in records for name in record if '/' in name)
    headline = [name for name in names if name.rsplit('/', 1)[1] in HEADLINE and 'ceiling' not in name]
    return headline if len(records) > 1 else []


def draw_training_curves(log: TrainingLog) -> bytes:
    """Draw loss terms (logarithmic), learning rate and, where there are any, validation figures, one below the other.

    Args:
        log: The scalars; at least one training record.

    Returns:
        A PNG file.
    """
    panels = ['loss', 'lr'] if any('lr' in record for record in log.train) else ['loss']
    validated = validation_terms(log.val)
    panels += ['val'] if validated else []
    heights = {'loss': 3.0, 'lr': 1.5, 'val': 2.4}
    # A Figure of its own needs no pyplot, whose global state and display would outlive the report.
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, sum(heights[panel] for panel in panels) + 0.4), layout='constrained')
        axes = figure.subplots(
            len(panels), 1, squeeze=False, gridspec_kw={'height_ratios': [heights[panel] for panel in panels]}
        )[:, 0]
        for axis, panel in zip(axes, panels):
            if panel == 'loss':
                _plot(axis, log.train, loss_terms(log.train))
                axis.set(ylabel='loss', xlabel='iteration')
                if all(value > 0 for line in axis.lines for value in line.get_ydata()):
                    axis.set_yscale('log')
            elif panel == 'lr':
                _plot(axis, log.train, ['lr'])
                axis.set(ylabel='learning rate', xlabel='iteration')
                axis.ticklabel_format(axis='y', style='sci', scilimits=(0, 0))
            else:
                _plot(axis, log.val, validated)
                axis.set(ylabel='validation', xlabel='epoch or iteration, as logged', ylim=(0, 1))
                axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        return encode_figure(figure)


def encode_figure(figure: Figure) -> bytes:
    """Return a figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format='png', dpi=150)
    return buffer.getvalue()


def _plot(axis: Axes, records: list[dict[str, float]], names: list[str]) -> None:
    for name in names:
        points = [(record['step'], record[name]) for record in records if record.get(name) is not None]
        # A dot where there are few points: one alone would leave a line invisible.
        axis.plot(*zip(*points), label=name, marker='o' if len(points) < 20 else None, markersize=3)
    if len(names) > 1 or names != ['lr']:
        axis.legend(fontsize=8, ncols=2)
