"""Checks of the files of an image: there, whole, of the stated size and type, and showing something."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from synpose.reporting.audit.view import Finding, View
from synpose.reporting.images import read_image, read_label_image

DARK, FLAT = 6.0, 3.0  # gray levels of 255: mean below which a picture is black, deviation below which it is empty


def load_layers(view: View, root: Path) -> tuple[View, list[Finding]]:
    """Read picture, stencil and depth; a file that is missing or cannot be used stays None.

    Args:
        view: Without its layers.
        root: Folder of the dataset.

    Returns:
        The view with its layers, and what is wrong with the files.
    """
    findings: list[Finding] = []
    layers: dict[str, Any] = {}
    width, height = view.size
    sources: tuple[tuple[str, str, str, type], ...] = (
        ('pixels', 'file_name', 'images', np.uint8),
        ('stencil', 'stencil_file', '', np.uint16),
        ('depth', 'depth_file', '', np.uint16),
        ('parts', 'parts_file', '', np.uint8),
    )
    for layer, field, prefix, kind in sources:
        name = view.image.get(field)
        if not name:
            continue
        path = root / prefix / str(name)
        try:
            data = read_image(path) if layer == 'pixels' else read_label_image(path)
        except (FileNotFoundError, ValueError) as error:
            findings.append(view.finding('files', field, name, str(error).removeprefix(f'{path}: ')))
            continue
        if data.shape[:2] != (height, width):
            message = f'is {data.shape[1]}x{data.shape[0]} px, not {width}x{height}'
            findings.append(view.finding('files', field, name, message))
        elif data.dtype != kind:
            findings.append(view.finding('files', field, name, f'is {data.dtype}, not {kind.__name__}'))
        else:
            layers[layer] = data / np.float64(1000) if layer == 'depth' else data
    return replace(view, **layers), findings


def check_picture(view: View) -> list[Finding]:
    """A picture must neither be black nor of one color."""
    assert view.pixels is not None
    mean, spread = float(view.pixels.mean()), float(view.pixels.std())
    if mean < DARK:
        return [view.finding('picture', 'file_name', mean, 'of 255 is the mean gray level: black')]
    if spread < FLAT:
        return [view.finding('picture', 'file_name', spread, 'gray levels of deviation: one color')]
    return []
