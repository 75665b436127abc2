"""Files that are missing, damaged, of the wrong size or type, or show nothing."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.reporting.audit import View
from synpose.reporting.audit.files import check_picture, load_layers


@pytest.fixture
def bare(view: View, tmp_path: Path) -> View:
    """The first view without its layers, its files in ``tmp_path``."""
    for folder, file, layer in (
        ('images', view.image['file_name'], view.pixels),
        ('', view.image['stencil_file'], view.stencil),
        ('', view.image['depth_file'], np.round(view.depth * 1000).astype(np.uint16)),
    ):
        path = tmp_path / folder / file
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), layer)
    return replace(view, pixels=None, stencil=None, depth=None)


def test_layers_are_read_in_their_units(bare: View, view: View, tmp_path: Path) -> None:
    loaded, findings = load_layers(bare, tmp_path)
    assert findings == []
    np.testing.assert_array_equal(loaded.pixels, view.pixels)
    np.testing.assert_array_equal(loaded.stencil, view.stencil)
    np.testing.assert_allclose(loaded.depth, view.depth)


@pytest.mark.parametrize('field', ['file_name', 'stencil_file', 'depth_file'])
def test_a_missing_file(bare: View, tmp_path: Path, field: str) -> None:
    bare.image[field] = 'gone.png'
    _, (finding,) = load_layers(bare, tmp_path)
    assert (finding.check, finding.field, finding.value) == ('files', field, 'gone.png')
    assert finding.message == 'no such image'


def test_a_truncated_file(bare: View, tmp_path: Path) -> None:
    path = tmp_path / bare.image['depth_file']
    path.write_bytes(path.read_bytes()[:200])
    loaded, (finding,) = load_layers(bare, tmp_path)
    assert loaded.depth is None
    assert finding.field == 'depth_file'
    assert 'not a readable image' in finding.message


def test_a_file_of_another_size(bare: View, view: View, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / bare.image['stencil_file']), view.stencil[:, :-1])
    _, (finding,) = load_layers(bare, tmp_path)
    assert (finding.field, finding.message) == ('stencil_file', 'is 479x270 px, not 480x270')


def test_a_stencil_of_8_bits(bare: View, view: View, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / bare.image['stencil_file']), view.stencil.astype(np.uint8))
    _, (finding,) = load_layers(bare, tmp_path)
    assert finding.message == 'is uint8, not uint16'


def test_body_parts_of_16_bits(bare: View, view: View, tmp_path: Path) -> None:
    bare.image['parts_file'] = bare.image['stencil_file']
    _, (finding,) = load_layers(bare, tmp_path)
    assert (finding.field, finding.message) == ('parts_file', 'is uint16, not uint8')


def test_a_dataset_may_have_no_stencils(bare: View, tmp_path: Path) -> None:
    del bare.image['stencil_file']
    loaded, findings = load_layers(bare, tmp_path)
    assert (loaded.stencil, findings) == (None, [])


@pytest.mark.parametrize(('level', 'noise', 'message'), [(2, 2, 'black'), (128, 1, 'one color'), (128, 40, None)])
def test_a_picture_that_shows_nothing(view: View, level: int, noise: int, message: str | None) -> None:
    pixels = level + np.random.default_rng(0).integers(-noise, noise + 1, view.pixels.shape)
    findings = check_picture(replace(view, pixels=pixels.astype(np.uint8)))
    assert [finding.message.split(': ')[1] for finding in findings] == ([message] if message else [])
