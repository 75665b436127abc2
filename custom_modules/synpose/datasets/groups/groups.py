"""Samples divided into groups."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from .binning import bin_names, bin_numbers, check_edges, range_edges, variance_edges
from .fields import MINIMAL_DISTANCE, sample_field

Spec = str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]
# LTSH's: section 4.
DEFAULT_EDGES: dict[str, Any] = {'camera_pitch': 'variance', MINIMAL_DISTANCE: np.linspace(0, 640, 11).tolist()}


class Groups:
    """Which samples are in which group; groups without samples are left out.

    Args:
        numbers: ``(S,)``, the group of each sample.
        names: Of all groups, ``numbers`` counts them.

    Attributes:
        names: Of the groups that have samples.
        sizes: ``(G,)`` int64, their numbers of samples.
        left_out: Names of the groups without samples.
    """

    def __init__(self, numbers: np.ndarray, names: Sequence[str]) -> None:
        counts = np.bincount(numbers, minlength=len(names))
        kept = np.flatnonzero(counts)
        self.names = tuple(names[group] for group in kept)
        self.left_out = tuple(names[group] for group in np.flatnonzero(counts == 0))
        self.sizes = counts[kept]
        self._bounds = np.concatenate([[0], np.cumsum(self.sizes)])
        kind = np.uint16 if len(names) <= 1 << 16 else np.int64  # of which NumPy sorts in linear time
        dtype = np.int32 if len(numbers) < 1 << 31 else np.int64
        self._order = np.argsort(numbers.astype(kind), kind='stable').astype(dtype)

    def __len__(self) -> int:
        return len(self.names)

    def members(self, group: int) -> np.ndarray:
        """Return the samples of a group, rising; a view."""
        return self._order[self._bounds[group] : self._bounds[group + 1]]


def make_groups(dataset: BaseDataset, spec: Spec) -> Groups:
    """Divide the samples of a dataset into groups.

    Args:
        dataset: The dataset.
        spec: A field, see :func:`~synpose.datasets.groups.fields.sample_field`; or a dict of ``field``, ``count``
            (10) and ``edges``; or several of these, whose groups are the combinations. Texts are groups as they are.
            Numbers are divided by ``edges``: a list; ``'variance'``, see
            :func:`~synpose.datasets.groups.binning.variance_edges`, the default of ``camera_pitch``; ``'range'``,
            evenly from the least to the largest, the default of others; ``'values'``, each a group. Those of
            ``minimal_distance`` are 0, 64, ... 640 px. Values outside the edges fall into the first or the last group.

    Raises:
        ValueError: If the spec is wrong, a sample lacks a field, or the groups with samples are fewer than two.
    """
    parts = [spec] if isinstance(spec, str | Mapping) else list(spec)
    if not parts:
        raise ValueError('groups: no field given')
    numbers = np.zeros(len(dataset), np.int64)
    names = ['']
    for part in parts:
        own_numbers, own_names = _one_field(dataset, {'field': part} if isinstance(part, str) else dict(part))
        numbers = numbers * len(own_names) + own_numbers
        names = [f'{name}, {own}' if name else own for name in names for own in own_names]
    groups = Groups(numbers, names)
    if len(groups) < 2:
        raise ValueError(f'groups: all {len(dataset)} samples are in the one group "{groups.names[0]}": {spec}')
    text = ', '.join(f'"{name}" {size}' for name, size in zip(groups.names, groups.sizes))
    print_log(f'{len(groups)} groups of {type(dataset).__name__}: {text}', 'current')
    if groups.left_out:
        missing = '", "'.join(groups.left_out)
        print_log(f'groups without samples, left out: "{missing}"', 'current', logging.WARNING)
    return groups


def _one_field(dataset: BaseDataset, options: dict[str, Any]) -> tuple[np.ndarray, list[str]]:
    unknown = set(options) - {'field', 'edges', 'count'}
    if unknown or 'field' not in options:
        raise ValueError(f'groups: expected field, and edges and count if you like, got {options}')
    field, count = options['field'], options.get('count', 10)
    if type(count) is not int or count < 2:
        raise ValueError(f'groups: {field}: count must be a whole number from 2, got {count!r}')
    edges = options.get('edges', DEFAULT_EDGES.get(field, 'range'))
    values = sample_field(dataset, field)
    if values.dtype == object or (isinstance(edges, str) and edges == 'values'):
        if 'edges' in options and edges != 'values':
            raise ValueError(f'groups: {field}: its values are texts, which edges cannot divide')
        found, numbers = np.unique(values, return_inverse=True)
        return numbers.astype(np.int32), [f'{field} {value}' for value in found]
    ways = {'variance': variance_edges, 'range': range_edges}
    try:
        if isinstance(edges, str) and edges not in ways:
            raise ValueError(f"edges must be a list, 'variance', 'range' or 'values', got {edges!r}")
        places = ways[edges](values, count) if isinstance(edges, str) else check_edges(edges)
    except ValueError as error:
        raise ValueError(f'groups: {field}: {error}') from error
    return bin_numbers(values, places), bin_names(field, places)
