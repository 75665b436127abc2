"""What a change inside a region does at its border and at the ends of the color scale. Pure arrays."""

import cv2
import numpy as np

_SOBEL_SCALE = 1 / 8  # of the 3x3 kernel, so that a ramp of one level a pixel has gradient 1


def border_pixels(region: np.ndarray) -> np.ndarray:
    """Mark the pixels on both sides of a region's border, ``(H, W)`` bool.

    Those are the pixels with one of the other kind among their eight neighbors. The picture's edge is no border.

    Args:
        region: ``(H, W)`` bool.
    """
    mask = region.astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    return cv2.dilate(mask, kernel) != cv2.erode(mask, kernel)


def border_gradient(image: np.ndarray, region: np.ndarray) -> float | None:
    """Measure how steep the luma is along the border of a region.

    Args:
        image: BGR ``(H, W, 3)`` uint8.
        region: ``(H, W)`` bool.

    Returns:
        Mean magnitude of the Sobel gradient on :func:`border_pixels`, gray levels a pixel; None without a border.
    """
    border = border_pixels(region)
    if not border.any():
        return None
    luma = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    x, y = (cv2.Sobel(luma, cv2.CV_64F, 1 - axis, axis, scale=_SOBEL_SCALE) for axis in (0, 1))
    return float(np.hypot(x, y)[border].mean())


def clipped_share(before: np.ndarray, after: np.ndarray) -> float:
    """Return the share of pixels that a change sent to an end of the scale (0 or 255) in some channel.

    Args:
        before: ``(N, 3)`` uint8; channels that were at an end before do not count.
        after: ``(N, 3)`` uint8.
    """
    if not len(before):
        return 0.0
    ends = [np.isin(colors, (0, 255)) for colors in (before, after)]
    return float((ends[1] & ~ends[0]).any(axis=-1).mean())


def blend_inside(content: np.ndarray, changed: np.ndarray, region: np.ndarray, feather: float) -> np.ndarray:
    """Lay changed pixels over a picture inside a region, fading in from its border.

    Pixels on a border show the person and what is behind mixed by the lens: the full change, meant for the person,
    would leave a rim.

    Args:
        content: ``(H, W, 3)`` uint8.
        changed: ``(H, W, 3)`` float32, levels of 0 to 255, clipped here.
        region: ``(H, W)`` bool.
        feather: The change rises linearly over so many px inside the border; 0 for all of it everywhere.

    Returns:
        ``(H, W, 3)`` uint8; outside the region equal to the content.
    """
    weight = region.astype(np.float32)
    if feather > 0 and not region.all():
        distance = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        weight = np.minimum(distance / (feather + 1), 1)
    mixed = content + weight[..., None] * (np.clip(changed, 0, 255) - content)
    return np.where(region[..., None], np.rint(mixed), content).astype(np.uint8)
