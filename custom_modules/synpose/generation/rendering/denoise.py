"""Edge-preserving smoothing of few-sample renderings, and tone mapping. Pure arrays."""

import cv2
import numpy as np

from synpose.generation.rooms.textures import to_srgb

_CREASE = 0.85  # squared length of the mean normal of 3x3 pixels below which they lie on a crease
_OFFSETS = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0))


def normals_from_depth(depth: np.ndarray, focal: float) -> np.ndarray:
    """Estimate surface normals in the camera frame from a depth map by finite differences.

    Args:
        depth: z-depth ``(H, W)``, m, > 0.
        focal: Focal length, px.

    Returns:
        ``(H, W, 3)`` unit vectors toward the camera.
    """
    height, width = depth.shape
    x = (np.arange(width, dtype=depth.dtype) - 0.5 * (width - 1))[None] * depth / focal
    y = (np.arange(height, dtype=depth.dtype) - 0.5 * (height - 1))[:, None] * depth / focal
    points = np.stack([x, y, depth])
    # Of the two one-sided differences take the shorter: it does not cross the object's edge.
    down, right = (_shorter_steps(points, axis) for axis in (1, 2))
    normal = np.empty((height, width, 3), np.float32)
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        normal[..., k] = down[i] * right[j] - down[j] * right[i]
    length = np.sqrt(np.einsum('hwc,hwc->hw', normal, normal))
    normal *= (np.where(normal[..., 2] > 0, -1, 1) / np.maximum(length, 1e-12)).astype(np.float32)[..., None]
    return normal


def _shorter_steps(points: np.ndarray, axis: int) -> np.ndarray:
    """Return each point's difference to the neighbor on that side where the depth changes less ``(3, H, W)``."""
    steps = np.moveaxis(np.diff(points, axis=axis), axis, 1)
    change = np.abs(steps[2])
    ends = np.full_like(change[:1], np.inf)
    forward = np.concatenate([change, ends]) < np.concatenate([ends, change])
    result = np.where(forward, np.concatenate([steps, steps[:, -1:]], 1), np.concatenate([steps[:, :1], steps], 1))
    return np.moveaxis(result, 1, axis)


def smooth_light(
    light: np.ndarray, depth: np.ndarray, normals: np.ndarray, trust: np.ndarray, focal: float, levels: int = 4
) -> np.ndarray:
    """Smooth noisy incident light along surfaces with an edge-avoiding a-trous wavelet filter.

    After Dammertz et al., "Edge-Avoiding A-Trous Wavelet Transform for fast Global Illumination Filtering", 2010, with
    a 3x3 kernel and the distance to the pixel's tangent plane in place of their position term. The light itself is not
    compared: at a few samples a pixel its differences are noise.

    Args:
        light: ``(H, W, 3)``, linear.
        depth: z-depth ``(H, W)``, m.
        normals: Unit normals ``(H, W, 3)``, camera frame.
        trust: Weight ``(H, W)`` of each pixel's own sample; 0 where it belongs to another surface.
        focal: Focal length, px.
        levels: Passes; pass ``k`` joins pixels ``2**k`` apart.

    Returns:
        ``(H, W, 3)`` float32.
    """
    height, width = depth.shape
    x = ((np.arange(width) - 0.5 * (width - 1))[None] * depth / focal).astype(np.float32)
    y = ((np.arange(height) - 0.5 * (height - 1))[:, None] * depth / focal).astype(np.float32)
    normals = normals.astype(np.float32)
    features = np.dstack([x, y, depth.astype(np.float32), normals]).astype(np.float32)
    # Signed distance of every pixel's own tangent plane from the camera.
    plane = np.einsum('hwc,hwc->hw', features[..., :3], normals)
    result = _without_outliers(light.astype(np.float32))
    confidence = trust.astype(np.float32) + np.float32(1e-4)  # a pixel nobody can help keeps its own light
    for step in (2**level for level in range(levels)):
        pad = ((step, step), (step, step), (0, 0))
        source = np.pad(result, pad, mode='edge')
        guide = np.pad(features, pad, mode='edge')
        trusted = np.pad(confidence, pad[:2], mode='edge')
        weights = 4 * confidence
        total = weights[..., None] * result
        for dy, dx in _OFFSETS:
            rows = slice(step + dy * step, step + dy * step + height)
            columns = slice(step + dx * step, step + dx * step + width)
            other = guide[rows, columns]
            gap = (np.einsum('hwc,hwc->hw', other[..., :3], normals) - plane) / (0.004 * step * depth)
            turn = np.einsum('hwc,hwc->hw', other[..., 3:], normals)
            kernel = 2.0 if dy == 0 or dx == 0 else 1.0
            weight = trusted[rows, columns] * kernel * np.exp(-gap * gap) * np.maximum(turn, 0) ** 8
            total += weight[..., None] * source[rows, columns]
            weights += weight
        result = total / weights[..., None]
        confidence = weights / 16  # the kernel's sum: trust does not grow where there was none
    return result.astype(np.float32)


def soften_edges(light: np.ndarray, depth: np.ndarray, normals: np.ndarray, step: float = 0.03) -> np.ndarray:
    """Blend the light of both sides where a silhouette or a crease crosses, so that its edge is not a staircase.

    Args:
        light: ``(H, W, 3)`` float32.
        depth: z-depth ``(H, W)``, m.
        normals: Unit normals ``(H, W, 3)`` float32.
        step: Relative difference in depth between neighbors (beyond a plane's slope) that counts as a silhouette.

    Returns:
        ``(H, W, 3)`` float32; unchanged on planes.
    """
    inverse = (1 / depth).astype(np.float32)  # linear in the image over any plane, so slopes do not count
    bend = np.abs(cv2.Laplacian(inverse, cv2.CV_32F)) > step * inverse
    mean = cv2.blur(normals, (3, 3))  # shorter than 1 where directions differ
    crease = np.einsum('hwc,hwc->hw', mean, mean) < _CREASE
    return np.where((bend | crease)[..., None], cv2.GaussianBlur(light, (3, 3), 0), light)


def _without_outliers(light: np.ndarray, limit: float = 4.0) -> np.ndarray:
    """Dim single pixels brighter than ``limit`` times the median of their 5x5 neighborhood (light ``(H, W, 3)``)."""
    brightness = np.ascontiguousarray(light.mean(-1), dtype=np.float32)
    allowed = limit * cv2.medianBlur(brightness, 5)
    return light * np.minimum(1, (allowed + 1e-6) / (brightness + 1e-6))[..., None]


def scattered_light(light: np.ndarray, normals: np.ndarray, albedo: np.ndarray, strength: float = 0.35) -> np.ndarray:
    """Approximate the light that reaches surfaces after several reflections, without noise.

    What the image shows is taken for the whole room: its mean reflected light comes evenly from all sides, and the
    lower half's mean color (floor and desks) from below. Our choice in place of path tracing, unoccluded and weak.

    Args:
        light: Direct light ``(H, W, 3)``.
        normals: World normals ``(H, W, 3)``.
        albedo: Reflectance ``(H, W, 3)``.
        strength: Share of the mean reflected light that comes back.

    Returns:
        ``(H, W, 3)`` float32 to add to ``light``.
    """
    bounded = np.minimum(light, 4 * np.median(light))  # lamps and windows in view do not count
    reflected = bounded * np.minimum(albedo, 1)
    everywhere = reflected.mean((0, 1))
    below = reflected[len(light) // 2 :].mean((0, 1))
    down = 0.5 - 0.5 * normals[..., 2:]
    return (strength * (everywhere * (1 - down) + (0.5 * everywhere + below) * down)).astype(np.float32)


def mix_bright(samples: np.ndarray, level: float) -> np.ndarray:
    """Average a pixel's samples where a light meets a surface, so that the edge is no staircase once tone-mapped.

    A lamp many times brighter than its surroundings would outweigh them at any share. So values are averaged after
    the range compression ``x / (1 + x / level)``, then expanded (B. Karis, "Tone Mapping", 2013).

    Args:
        samples: Linear radiance ``(S, ..., 3)``.
        level: Radiance where compression sets in, > 0.

    Returns:
        Linear radiance ``(..., 3)``.
    """
    level = max(level, 1e-6)
    mean = (samples / (1 + samples / level)).mean(0)
    return mean / (1 - mean / level)


def tone_map(linear: np.ndarray, exposure: float = 1.0) -> np.ndarray:
    """Turn linear radiance into display values.

    The median brightness is exposed to .18 (times ``exposure``), the filmic curve of K. Narkowicz's "ACES Filmic Tone
    Mapping Curve" (2015) rolls off the highlights, then the sRGB curve is applied.

    Args:
        linear: Radiance ``(H, W, 3)``.
        exposure: Factor on the automatic exposure.

    Returns:
        ``(H, W, 3)`` float32 in [0, 1].
    """
    level = float(np.median(linear.mean(-1)))
    x = linear * (0.18 * exposure / max(level, 1e-6))
    curve = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    return to_srgb(curve).astype(np.float32)
