"""Contact sheets of rooms and pictures of findings."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.reporting.audit import View
from synpose.reporting.contact_sheets import choose_rooms, draw_finding, draw_rooms, draw_thumbnail, people_of, tile
from synpose.reporting.dataset_scan import DatasetReader
from synpose.testing import write_posed_dataset, write_synpose_dataset


@pytest.fixture
def folder(tmp_path: Path) -> DatasetReader:
    return DatasetReader.open(write_posed_dataset(tmp_path / 'posed'))


@pytest.fixture
def view(folder: DatasetReader) -> View:
    split, entries = next(folder.moments())
    found, _ = folder.read(split, entries[0])
    assert found is not None
    return found


def decode(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def test_tiles_stand_row_by_row() -> None:
    images = [np.full((10, 20, 3), 10 * i, np.uint8) for i in range(5)]
    sheet = tile(images, 3)
    assert sheet.shape == (26, 72, 3)
    assert [int(sheet[0, 0, 0]), int(sheet[0, 26, 0]), int(sheet[16, 0, 0]), int(sheet[16, 71, 0])] == [0, 10, 30, 255]


def test_all_cameras_of_the_first_frame(folder: DatasetReader) -> None:
    ((split, title, entries),) = choose_rooms(folder, 5)
    assert (split, title, len(entries)) == ('train', 'train, scene 0', 2)
    ((picture, labels, stencil, depth),) = draw_rooms(folder, 5)
    assert picture.name == 'room-1-picture.jpg'
    assert picture.caption == 'train, scene 0 (small), as rendered: 000001.png, 000002.png'
    assert {decode(p.data).shape for p in (picture, labels, stencil, depth)} == {(270, 966, 3)}


def test_images_without_a_scene_and_too_many_scenes(tmp_path: Path) -> None:
    loose = DatasetReader.open(write_synpose_dataset(tmp_path / 'flat', num_images=20))
    assert len(choose_rooms(loose, 2)) == 2
    for index in loose.splits.values():
        index.scenes = [None] * len(index.scenes)
    rooms = choose_rooms(loose, 5)
    assert [(split, len(entries)) for split, _, entries in rooms] == [('train', 8), ('val', 8), ('test', 8)]


@pytest.mark.parametrize('layer', ['picture', 'labels', 'stencil', 'depth'])
def test_a_missing_layer_is_gray(view: View, layer: str) -> None:
    full = draw_thumbnail(view, layer)
    bare = draw_thumbnail(
        replace(view, pixels=None, stencil=None, depth=None), 'depth' if layer == 'depth' else 'picture'
    )
    assert full.shape == bare.shape == (270, 480, 3)
    assert full.std() > 10
    assert (bare == 200).all()


def test_labels_are_drawn_on_a_copy(view: View) -> None:
    assert view.pixels is not None
    before = view.pixels.copy()
    draw_thumbnail(view, 'labels')
    draw_thumbnail(view, 'stencil')
    np.testing.assert_array_equal(view.pixels, before)


def test_missing_joints_and_boxes_are_not_drawn(view: View) -> None:
    view.keypoints[:] = np.nan
    view.boxes[:] = np.nan
    people = people_of(view)
    assert not people.keypoints.any()
    assert not people.boxes.any()


def test_a_finding_shows_its_person(view: View) -> None:
    picture = draw_finding(view, view.finding('occlusion', 'keypoints[nose]', 2, 'is hidden', 1), 'finding-1')
    assert picture is not None
    assert picture.caption == '000001.png, annotation 2: `keypoints[nose]` = 2 is hidden'
    whole = draw_finding(view, view.finding('picture', 'file_name', 2, 'black'), 'finding-2')
    assert whole is not None
    assert decode(whole.data).shape[0] < decode(picture.data).shape[0]  # a standing crop, a lying image
    assert draw_finding(replace(view, pixels=None), view.finding('files', 'depth_file', 'a', 'gone'), 'x') is None
