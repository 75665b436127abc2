"""The posed scene: the same bytes every time, and bodies of human measure."""

from pathlib import Path

import numpy as np

from synpose.skeletons import JOINT_NAMES, flip_name
from synpose.testing import write_posed_dataset
from synpose.testing.posed_scene import look_at, seated_joints


def test_the_same_files_every_time(tmp_path: Path) -> None:
    first, second = (write_posed_dataset(tmp_path / name) for name in ('a', 'b'))
    files = sorted(path.relative_to(first) for path in first.rglob('*') if path.is_file())
    assert len(files) == 8
    assert all((first / file).read_bytes() == (second / file).read_bytes() for file in files)


def test_the_body_is_symmetric_and_faces_y() -> None:
    joints = seated_joints()
    mirrored = joints[[JOINT_NAMES.index(flip_name(name)) for name in JOINT_NAMES]] * (-1, 1, 1)
    np.testing.assert_allclose(mirrored, joints)
    nose, head_top, left_ear = (joints[JOINT_NAMES.index(name)] for name in ('nose', 'head_top', 'left_ear'))
    assert nose[1] > head_top[1]
    assert left_ear[0] < 0


def test_a_camera_sees_upright_what_it_looks_at() -> None:
    rotation, translation = look_at((0.45, 4.0, 2.2))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    target = rotation @ np.array((0.45, 0.0, 0.7)) + translation
    np.testing.assert_allclose(target, (0, 0, np.hypot(4, 1.5)), atol=1e-12)
    assert (rotation @ np.array((0, 0, 1)))[1] < 0  # up in the world is up in the image
