from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.datasets import videos
from synpose.datasets.videos import VideoFrames, read_frame, sample_frames
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


def grays(frames: VideoFrames) -> list[tuple[int, int]]:
    return [(number, 20 * round(float(picture.mean()) / 20)) for number, picture in frames]  # it is compressed


def test_frames_one_after_the_other(tmp_path: Path) -> None:
    path = write_video(tmp_path / 'a.avi', range(0, 240, 20), rate=4)
    frames = VideoFrames(path, 0.75)
    assert (frames.rate, frames.step, frames.promised) == (4, 3, 4)
    for _ in range(2):  # it can be gone through again
        assert grays(frames) == [(0, 0), (3, 60), (6, 120), (9, 180)]
        assert frames.problem is None
    assert len(list(VideoFrames(path, 100))) == 1
    with pytest.raises(ValueError, match='is a video without a frame'):
        VideoFrames(tmp_path / 'none.avi', 1)


def test_a_video_that_ends_early_is_told(tmp_path: Path) -> None:
    path = write_video(tmp_path / 'a.avi', GRAYS)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    frames = VideoFrames(path, 0.1)
    found = [number for number, _ in frames]
    assert 1 < len(found) < 50
    assert found == list(range(len(found)))
    assert frames.problem == f'{path}: ends after {len(found)} of 50 frames; used up to there'


def test_a_video_that_changes_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # JPEG pictures one after the other are a video; OpenCV scales the later ones.
    sizes = [(64, 48)] * 2 + [(96, 48)] * 2
    pictures = [cv2.imencode('.jpg', np.full((height, width, 3), 90, np.uint8))[1] for width, height in sizes]
    path = tmp_path / 'a.avi'
    path.write_bytes(b''.join(picture.tobytes() for picture in pictures))
    frames = VideoFrames(path, 0.001)
    assert [picture.shape for _, picture in frames] == [(48, 64, 3)] * 4
    assert frames.problem is None

    class OtherReader:
        """One that gives them as they are."""

        def __init__(self, path: str) -> None:
            self.place = -1

        def grab(self) -> bool:
            self.place += 1
            return self.place < len(sizes)

        def retrieve(self) -> tuple[bool, np.ndarray]:
            width, height = sizes[self.place]
            return True, np.zeros((height, width, 3), np.uint8)

        def release(self) -> None:
            pass

    monkeypatch.setattr(cv2, 'VideoCapture', OtherReader)
    assert len(list(frames)) == 2
    assert frames.problem == f'{path}: changes from 64x48 to 96x48 px at frame 2; used up to there'
