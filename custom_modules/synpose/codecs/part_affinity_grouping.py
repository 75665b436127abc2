"""From joint heatmaps and part affinity fields to people, without loops over pairs of joints.

Cao et al. (CVPR 2017), section 2.4, with the thresholds of their code; where limbs contradict each other, the rule of
the journal version (TPAMI 2019).
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

PAIRS_AT_ONCE = 200_000
"""How many pairs of joints are scored at once: about 20 MB."""
NEIGHBORS = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0))


class Peaks(NamedTuple):
    """The best P peaks of each joint: ``cells`` ``(..., K, P, 2)`` and ``scores`` ``(..., K, P)``, 0 for no peak."""

    cells: Tensor
    scores: Tensor


class Matches(NamedTuple):
    """M limbs found: their kinds, the peaks they start and end at, and their scores, ``(M,)`` each."""

    limbs: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    scores: np.ndarray


def find_peaks(heatmaps: Tensor, threshold: float, topk: int) -> Peaks:
    """Find the cells that are larger than the eight around them, and refine them to fractions of a cell.

    Of equal neighbors the first in reading order is a peak. In x and in y a parabola through the logarithms of a peak
    and its two neighbors gives the fraction, which is exact for a Gaussian.

    Args:
        heatmaps: ``(B, K, H, W)``, finite.
        threshold: Peaks have a larger value.
        topk: Most peaks of a joint, the largest first.

    Returns:
        Peaks ``(B, K, P, 2)``, with the P of the joint that has most, but at least one; scores are the cells' values.
    """
    H, W = heatmaps.shape[-2:]
    padded = F.pad(heatmaps, (1, 1, 1, 1), value=-torch.inf)
    around = {(dy, dx): padded[..., 1 + dy : 1 + dy + H, 1 + dx : 1 + dx + W] for dy, dx in NEIGHBORS}
    is_peak = heatmaps > threshold
    for offset, neighbor in around.items():
        is_peak &= heatmaps > neighbor if offset < (0, 0) else heatmaps >= neighbor
    most = max(1, min(topk, int(is_peak.sum((-1, -2)).max())))
    scores, index = torch.where(is_peak, heatmaps, 0).flatten(2).topk(most, dim=-1)

    def logarithms(values: Tensor) -> Tensor:
        return values.flatten(2).gather(-1, index).clamp(min=torch.finfo(values.dtype).tiny).log()

    middle, fractions = logarithms(heatmaps), []
    for before, after, place, last in (
        ((0, -1), (0, 1), index % W, W - 1),
        ((-1, 0), (1, 0), index // W, H - 1),
    ):
        low, high = logarithms(around[before]), logarithms(around[after])
        curvature = 2 * (2 * middle - low - high)
        inside = (place > 0) & (place < last) & (curvature > 0)
        fractions.append(place + torch.where(inside, (high - low) / curvature, 0))
    return Peaks(torch.stack(fractions, dim=-1), scores)


def score_limbs(
    peaks: Peaks, fields: Tensor, limbs: np.ndarray, num_samples: int, threshold: float, min_ratio: float
) -> Tensor:
    """Score every pair of peaks as each limb: the mean of the field along the line between them (equations 10, 11).

    As in the authors' code, a pair loses ``1 - H / (2 * length)`` if it is longer than half the height of the map.

    Args:
        peaks: Of one image, ``(K, P, 2)`` cells.
        fields: ``(2 * C, H, W)``, finite, x before y.
        limbs: ``(C, 2)``, the joints a limb points from and to.
        num_samples: Places on the line, both ends included.
        threshold: What the field must exceed at a place, along the line.
        min_ratio: A limb has more than this share of such places.

    Returns:
        ``(C, P, P)``, by start and end; 0 where there is no limb.
    """
    C, (H, W), P = len(limbs), fields.shape[-2:], peaks.scores.shape[-1]
    scores = fields.new_zeros((C, P, P))
    last = fields.new_tensor([max(W - 1, 1), max(H - 1, 1)])
    steps = torch.linspace(0, 1, num_samples).to(fields)[:, None]
    kinds = torch.from_numpy(limbs).to(fields.device)
    for part in torch.arange(C, device=fields.device).split(max(1, PAIRS_AT_ONCE // max(1, P * P))):
        start, end = (peaks.cells[kinds[part, side]] for side in (0, 1))  # (c, P, 2)
        vectors = (end[:, None] - start[:, :, None]).flatten(1, 2)  # (c, P * P, 2)
        lengths = vectors.norm(dim=-1)
        places = start.repeat_interleave(P, dim=1)[:, :, None] + vectors[:, :, None] * steps
        field = fields.reshape(C, 2, H, W)[part]
        sampled = F.grid_sample(field, places / last * 2 - 1, padding_mode='border', align_corners=True)
        directions = vectors / lengths.clamp(min=1e-6)[..., None]
        values = (sampled * directions.permute(0, 2, 1)[..., None]).sum(1)  # (c, P * P, S)
        found = values.mean(-1) + (0.5 * H / lengths.clamp(min=1e-6) - 1).clamp(max=0)
        good = ((values > threshold).sum(-1) > min_ratio * num_samples) & (found > 0) & (lengths > 0)
        scores[part] = torch.where(good, found, 0).view(-1, P, P)
    seen = peaks.scores > 0
    return scores * (seen[kinds[:, 0], :, None] & seen[kinds[:, 1], None, :])


def match_greedily(scores: np.ndarray) -> Matches:
    """Match starts and ends of each limb, one to one, best pair first.

    A pair that is the best of its start and of its end is one that the greedy choice takes. So all such pairs, of all
    limbs, are taken at once, and again among what is left. Of equal scores the earlier start, then the earlier end.

    Args:
        scores: ``(C, P, P)``; pairs above 0 may be matched.
    """
    left, found = scores.copy(), []
    while (left > 0).any():
        best_end, best_start = left.argmax(2), left.argmax(1)
        limbs, starts = np.nonzero(left.max(2) > 0)
        ends = best_end[limbs, starts]
        mutual = best_start[limbs, ends] == starts
        limbs, starts, ends = limbs[mutual], starts[mutual], ends[mutual]
        found.append((limbs, starts, ends))
        left[limbs, starts] = 0
        left[limbs, :, ends] = 0
    limbs, starts, ends = np.concatenate(found, axis=1) if found else np.zeros((3, 0), dtype=int)
    return Matches(limbs, starts, ends, scores[limbs, starts, ends])


def assemble_people(matches: Matches, limbs: np.ndarray, num_joints: int, num_peaks: int) -> tuple[np.ndarray, ...]:
    """Join limbs that share a joint to people.

    A person has one peak of each joint. Where limbs form a tree, nothing can contradict that. Where they form circles,
    a limb that would join two people who both have the same joint is left out, the weakest first.

    Args:
        matches: The limbs found.
        limbs: ``(C, 2)``, the joints a limb points from and to.
        num_joints: K.
        num_peaks: P.

    Returns:
        The peak of each person's joints ``(N, K)``, -1 for none, and the sums of their limbs' scores ``(N,)``.
    """
    nodes = limbs[matches.limbs] * num_peaks + np.stack((matches.starts, matches.ends), axis=-1)
    total = num_joints * num_peaks
    kept = np.ones(len(nodes), dtype=bool)
    person = _components(nodes, total)
    used = np.unique(nodes)
    joints = np.zeros((total, num_joints), dtype=int)
    np.add.at(joints, (person[used], used // num_peaks), 1)
    doubled = (joints.max(1) > 1)[person[nodes[:, 0]]]
    if doubled.any():
        kept[doubled] = _consistent(nodes[doubled], matches.scores[doubled], num_peaks)
        person = _components(nodes[kept], total)
    used = np.unique(nodes[kept])
    numbers, rows = np.unique(person[used], return_inverse=True)
    people = np.full((len(numbers), num_joints), -1)
    people[rows, used // num_peaks] = used % num_peaks
    of_limb = np.searchsorted(numbers, person[nodes[kept, 0]])
    return people, np.bincount(of_limb, matches.scores[kept], len(numbers))


def _components(edges: np.ndarray, total: int) -> np.ndarray:
    """Number the connected components of a graph; ``(M, 2)`` edges between ``total`` nodes."""
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(total, total))
    return connected_components(graph, directed=False)[1]


def _consistent(edges: np.ndarray, scores: np.ndarray, num_peaks: int) -> np.ndarray:
    """Take edges ``(M, 2)``, best first, that join no two peaks of one joint; returns which are taken."""
    people = {node: {node} for node in edges.ravel().tolist()}
    taken = np.zeros(len(edges), dtype=bool)
    for edge in np.argsort(-scores, kind='stable'):
        first, second = (people[node] for node in edges[edge].tolist())
        if first is second:
            taken[edge] = True
        elif not {node // num_peaks for node in first} & {node // num_peaks for node in second}:
            first |= second
            people.update(dict.fromkeys(second, first))
            taken[edge] = True
    return taken
