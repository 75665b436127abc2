import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.skeletons import JOINT_NAMES
from synpose.testing import write_synpose_dataset


def test_boxes_areas_stencils_depth_and_joints_agree(tmp_path: Path) -> None:
    write_synpose_dataset(tmp_path, num_images=3, num_people=7)
    content = json.loads((tmp_path / 'annotations/val.json').read_text())
    assert [image['room_size'] for image in content['images']] == ['small', 'medium', 'large']
    assert len(content['annotations']) == 21
    images = {image['id']: image for image in content['images']}
    for person in content['annotations']:
        image = images[person['image_id']]
        stencil = cv2.imread(str(tmp_path / image['stencil_file']), cv2.IMREAD_UNCHANGED)
        depth = cv2.imread(str(tmp_path / image['depth_file']), cv2.IMREAD_UNCHANGED)
        rows, columns = np.nonzero(stencil == person['stencil_id'])
        x, y = columns.min(), rows.min()
        assert person['bbox'] == [x, y, columns.max() + 1 - x, rows.max() + 1 - y]
        assert person['area'] == len(rows)
        triples = np.reshape(person['keypoints'], (len(JOINT_NAMES), 3))
        labeled = triples[:, 2] > 0
        assert person['num_keypoints'] == labeled.sum() == len(JOINT_NAMES) - 1
        assert (triples[labeled, :2] >= (x, y)).all()
        assert (triples[~labeled] == 0).all()
        points = np.array(person['keypoints_3d'])
        assert depth[rows, columns] / 1000 == pytest.approx(points[0, 2], abs=1e-6)
        projected = points @ np.array(image['camera']['K']).T
        np.testing.assert_allclose((projected[:, :2] / projected[:, 2:])[labeled], triples[labeled, :2], atol=0.02)


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    a, b, c = (
        write_synpose_dataset(tmp_path / name, num_images=2, seed=seed) for name, seed in (('a', 1), ('b', 1), ('c', 2))
    )
    files = sorted(path.relative_to(a) for path in a.rglob('*') if path.is_file())
    assert len(files) == 1 + 3 + 3 * 6
    assert all((a / name).read_bytes() == (b / name).read_bytes() for name in files)
    assert (a / 'images/000001.png').read_bytes() != (c / 'images/000001.png').read_bytes()


def test_an_image_may_be_empty(tmp_path: Path) -> None:
    write_synpose_dataset(tmp_path, num_images=1, num_people=0, splits=['test'])
    assert json.loads((tmp_path / 'annotations/test.json').read_text())['annotations'] == []
