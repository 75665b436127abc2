from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.datasets import videos
from synpose.datasets.videos import read_frame, sample_frames
from synpose.testing import write_video

GRAYS = range(0, 250, 5)


@pytest.fixture(params=['.avi', '.mp4'])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A video of 50 frames, 5 seconds."""
    return write_video(tmp_path / f'a{request.param}', GRAYS)


def test_a_frame_by_number_is_the_one_read_in_order(path: Path) -> None:
    video = cv2.VideoCapture(str(path))
    in_order = [video.read()[1] for _ in GRAYS]
    for number in (49, 0, 7, 48, 7, 1):
        frame = read_frame(path, number)
        np.testing.assert_array_equal(frame, in_order[number])
        assert abs(int(frame.mean()) - GRAYS[number]) < 5
    with pytest.raises(ValueError, match=r'frame 50 cannot be read'):
        read_frame(path, 50)


@pytest.mark.parametrize(
    ('interval', 'numbers'),
    [(1, [0, 10, 20, 30, 40]), (2.1, [0, 21, 42]), (0.01, list(range(50))), (4.9, [0, 49]), (60, [0])],
)
def test_frames_at_equal_distances(path: Path, interval: float, numbers: list[int]) -> None:
    assert sample_frames(path, interval) == (numbers, (96, 64), 0)


def test_a_video_that_ends_early_gives_the_frames_it_has(tmp_path: Path) -> None:
    path = write_video(tmp_path / 'a.avi', GRAYS)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FRAME_COUNT) == 50
    numbers, _, lost = sample_frames(path, 0.1)
    assert len(numbers) + lost == 50
    assert numbers == list(range(len(numbers)))
    assert 5 < len(numbers) < 40
    read_frame(path, numbers[-1])
    with pytest.raises(ValueError, match=r'cannot be read'):
        read_frame(path, numbers[-1] + 1)


@pytest.mark.parametrize('kept', [0, 0.01, 0.2])
def test_a_video_without_frames(path: Path, kept: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(ValueError, match=f'{path}: is a video without a frame that can be read'):
        sample_frames(path, 1)


def test_a_video_without_a_frame_rate(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Timeless:
        def __init__(self, path: str) -> None:
            self.video = cv2.VideoCapture(path)
            self.read, self.release = self.video.read, self.video.release

        def get(self, field: int) -> float:
            return 0.0 if field == cv2.CAP_PROP_FPS else self.video.get(field)

    monkeypatch.setattr(videos, '_opened', lambda path: _closing(Timeless(str(path))))
    with pytest.raises(ValueError, match=r'is a video without a frame rate'):
        sample_frames(path, 1)


def _closing(video: object) -> object:
    from contextlib import nullcontext

    return nullcontext(video)
