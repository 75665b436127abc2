"""A user's folder of photos, for backgrounds."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp')


def list_photos(folder: str | os.PathLike) -> list[str]:
    """List the photos of a folder and its subfolders, as sorted paths below it.

    Raises:
        FileNotFoundError: If there is no such folder, or no photo in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise FileNotFoundError(f'photos: {root}: no such folder')
    names = [path.relative_to(root).as_posix() for path in root.rglob('*') if path.suffix.lower() in SUFFIXES]
    if not names:
        raise FileNotFoundError(f'photos: {root}: holds no photo ({", ".join(SUFFIXES)})')
    return sorted(names)


def fingerprint(folder: str | os.PathLike, names: Sequence[str]) -> str:
    """Return a SHA-256 of photos by their names and sizes in bytes: no photo is read."""
    lines = [f'{os.path.getsize(Path(folder) / name)} {name}' for name in names]
    return hashlib.sha256('\n'.join(lines).encode()).hexdigest()


def photo_size(path: Path) -> tuple[int, int]:
    """Return a photo's (width, height) in px from the file's head.

    Raises:
        ValueError: If the file is no picture, naming it.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f'{path}: not a readable picture ({error})') from error


def read_photo(path: Path) -> np.ndarray:
    """Read a photo as stored (an orientation tag is not applied: annotations count stored pixels).

    Returns:
        RGB ``(H, W, 3)`` uint8.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be decoded, naming it.
    """
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such picture')
    image = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if image is None:
        raise ValueError(f'{path}: not a readable picture')
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def crop_to(rng: np.random.Generator, photo: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, list[int], bool]:
    """Cut the largest part of the wanted shape out of a photo at a random place, scale it, mirror it half the time.

    Args:
        rng: Source of place and mirroring.
        photo: ``(H, W, 3)`` uint8.
        size: (width, height) wanted, px.

    Returns:
        ``(height, width, 3)`` uint8, the part [x, y, w, h] in the photo's px, and whether it is mirrored.
    """
    height, width = photo.shape[:2]
    scale = min(width / size[0], height / size[1])
    w, h = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    x, y = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
    shrink = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    part = cv2.resize(photo[y : y + h, x : x + w], size, interpolation=shrink)
    mirrored = bool(rng.random() < 0.5)
    return np.ascontiguousarray(part[:, ::-1]) if mirrored else part, [x, y, w, h], mirrored


def share_out(names: Sequence[str], counts: dict[str, int]) -> dict[str, list[str]]:
    """Give each split photos of its own, in proportion to its number of images, at least one.

    Args:
        names: The photos, already in random order.
        counts: Images of each split.

    Raises:
        ValueError: If there are fewer photos than splits.
    """
    if len(names) < len(counts):
        raise ValueError(f'photos: {len(names)} left for {len(counts)} splits, which share none')
    shares: dict[str, list[str]] = {}
    left, images = list(names), sum(counts.values())
    for i, (split, count) in enumerate(counts.items()):
        later = len(counts) - i - 1
        number = len(left) if not later else min(max(1, round(len(left) * count / images)), len(left) - later)
        shares[split], left = left[:number], left[number:]
        images -= count
    return shares
