from pathlib import Path

import cv2

from synpose.testing import read_tree, write_photos, write_video


def test_write_photos(tmp_path: Path) -> None:
    root = write_photos(tmp_path / 'a', 3, (30, 20), '.jpg', seed=1)
    assert sorted(read_tree(root)) == [f'photo_0{number}.jpg' for number in range(3)]
    assert cv2.imread(str(root / 'photo_02.jpg')).shape == (20, 30, 3)
    assert read_tree(root) == read_tree(write_photos(tmp_path / 'b', 3, (30, 20), '.jpg', seed=1))
    assert len(set(read_tree(root).values())) == 3


def test_write_video(tmp_path: Path) -> None:
    for name in ('films/a.avi', 'films/a.mp4'):
        video = cv2.VideoCapture(str(write_video(tmp_path / name, [0, 100, 200], rate=5, image_size=(32, 16))))
        frames = [video.read()[1] for _ in range(3)]
        assert [round(float(frame.mean()) / 50) for frame in frames] == [0, 2, 4]
        assert frames[0].shape == (16, 32, 3)
        assert video.get(cv2.CAP_PROP_FPS) == 5
