"""Part affinity fields as their paper describes them, in plain loops: what tests and benchmarks compare with."""

import math

import numpy as np


def plain_heatmaps(size: tuple[int, int], keypoints: np.ndarray, visible: np.ndarray, sigma: float) -> np.ndarray:
    """Equations 6 and 7 of Cao et al. (CVPR 2017), cell by cell: ``(K + 1, H, W)`` of keypoints ``(N, K, 2)`` cells."""
    heatmaps = np.zeros((keypoints.shape[1] + 1, size[1], size[0]))
    for y in range(size[1]):
        for x in range(size[0]):
            for person, shown in zip(keypoints, visible):
                for joint, (center_x, center_y) in enumerate(person):
                    if shown[joint]:
                        value = math.exp(-((x - center_x) ** 2 + (y - center_y) ** 2) / (2 * sigma**2))
                        heatmaps[joint, y, x] = max(heatmaps[joint, y, x], value)
            heatmaps[-1, y, x] = 1 - heatmaps[:-1, y, x].max()
    return heatmaps


def plain_fields(
    size: tuple[int, int], keypoints: np.ndarray, visible: np.ndarray, limbs: list[tuple[int, int]], width: float
) -> np.ndarray:
    """Equations 8 and 9, cell by cell: ``(2 * C, H, W)``."""
    fields = np.zeros((2 * len(limbs), size[1], size[0]))
    for limb, (start, end) in enumerate(limbs):
        for y in range(size[1]):
            for x in range(size[0]):
                vectors = []
                for person, shown in zip(keypoints, visible):
                    length = math.dist(person[start], person[end])
                    if not (shown[start] and shown[end] and length):
                        continue
                    v = (person[end] - person[start]) / length
                    offset = np.array([x, y]) - person[start]
                    across = abs(np.array([-v[1], v[0]]) @ offset)
                    if -1e-6 <= v @ offset <= length + 1e-6 and across <= width + 1e-6:  # edges are on the limb
                        vectors.append(v)
                if vectors:
                    fields[2 * limb : 2 * limb + 2, y, x] = np.mean(vectors, axis=0)
    return fields


def plain_peaks(heatmap: np.ndarray, threshold: float) -> list[tuple[int, int]]:
    """Cells (x, y) of a map ``(H, W)`` above the threshold and above their neighbors, the largest first."""
    H, W = heatmap.shape
    peaks = []
    for y in range(H):
        for x in range(W):
            around = [
                (heatmap[j, i], (j, i))
                for j in range(max(y - 1, 0), min(y + 2, H))
                for i in range(max(x - 1, 0), min(x + 2, W))
            ]
            value, place = max(around, key=lambda cell: (cell[0], (-cell[1][0], -cell[1][1])))
            if place == (y, x) and value > threshold:
                peaks.append((x, y))
    return sorted(peaks, key=lambda cell: -heatmap[cell[1], cell[0]])


def plain_limb_score(start: np.ndarray, end: np.ndarray, field: np.ndarray) -> float:
    """Score of a limb between two points ``(2,)``, cells, in its field ``(2, H, W)``; 0 if it is none."""
    H, W = field.shape[1:]
    length = math.dist(start, end)
    if not length:
        return 0.0
    v, values = (end - start) / length, []
    for step in range(10):
        x, y = (min(max(c, 0.0), side - 1.0) for c, side in zip(start + (end - start) * step / 9, (W, H), strict=True))
        i, j = min(int(x), W - 2), min(int(y), H - 2)
        top = field[:, j, i] * (i + 1 - x) + field[:, j, i + 1] * (x - i)
        bottom = field[:, j + 1, i] * (i + 1 - x) + field[:, j + 1, i + 1] * (x - i)
        values.append(float(v @ (top * (j + 1 - y) + bottom * (y - j))))
    score = sum(values) / 10 + min(0.5 * H / length - 1, 0)
    return score if score > 0 and sum(value > 0.05 for value in values) > 8 else 0.0


def plain_matches(scores: np.ndarray) -> list[tuple[int, int]]:
    """Pairs (start, end) of scores ``(A, B)`` above 0, best first, each start and each end at most once."""
    pairs = sorted(np.ndindex(scores.shape), key=lambda pair: -scores[pair])
    taken: list[tuple[int, int]] = []
    for a, b in pairs:
        if scores[a, b] > 0 and all(a != start and b != end for start, end in taken):
            taken.append((a, b))
    return taken


def plain_grouping(
    cells: list[np.ndarray], fields: np.ndarray, limbs: list[tuple[int, int]]
) -> list[tuple[dict[int, int], float]]:
    """Group peaks to people.

    Args:
        cells: Of each joint its peaks ``(P, 2)``, cells.
        fields: ``(2 * C, H, W)``.
        limbs: C pairs of joints.

    Returns:
        Of each person the peak of each joint that has one, and the sum of its limbs' scores.
    """
    found = []
    for limb, (start, end) in enumerate(limbs):
        scores = np.zeros((len(cells[start]), len(cells[end])))
        for a, b in np.ndindex(scores.shape):
            scores[a, b] = plain_limb_score(cells[start][a], cells[end][b], fields[2 * limb : 2 * limb + 2])
        found += [(scores[a, b], (start, a), (end, b)) for a, b in plain_matches(scores)]
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    people: dict[tuple[int, int], dict[int, int]] = {}
    sums: dict[tuple[int, int], float] = {}
    for score, *ends in sorted(found, key=lambda limb: -limb[0]):
        for joint, peak in ends:
            if (joint, peak) not in owner:
                owner[joint, peak] = joint, peak
                people[joint, peak], sums[joint, peak] = {joint: peak}, 0.0
        first, second = (owner[end] for end in ends)
        if first != second:
            if people[first].keys() & people[second].keys():
                continue
            people[first].update(people.pop(second))
            sums[first] += sums.pop(second)
            owner.update({end: first for end, person in owner.items() if person == second})
        sums[first] += score
    return [(people[person], total) for person, total in sums.items() if total > 0]
