"""A folder of photos and videos, analyzed, cut off, gone on with, and damaged."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.reporting.classroom import analyze_classroom
from synpose.reporting.classroom.analysis import AnalysisSummary, find_sources
from synpose.reporting.classroom.observations import Observer
from synpose.testing import read_tree

STUDENT = (20, 20, 40, 80, 220)
UNSURE = (100, 20, 40, 80, 110)


@pytest.fixture
def photos(tmp_path: Path, paint: Callable[..., np.ndarray]) -> Path:
    folder = tmp_path / 'photos'
    folder.mkdir()
    cv2.imwrite(str(folder / 'a.png'), paint(STUDENT, UNSURE))
    cv2.imwrite(str(folder / 'b.png'), paint(STUDENT, (100, 30, 30, 60, 240)))
    cv2.imwrite(str(folder / 'c.png'), paint())
    return folder


def film(path: Path, frames: list[np.ndarray], rate: float = 4) -> Path:
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), rate, frames[0].shape[1::-1])
    for frame in frames:
        video.write(frame)
    video.release()
    return path


def analyze(observer: Observer, out: Path, *sources: Path, **options: object) -> AnalysisSummary:
    return analyze_classroom(observer, find_sources([str(s) for s in sources]), out, {'models': 1}, **options)


def stripes(image: np.ndarray, place: tuple[int, ...]) -> float:
    """Return how much of the pattern of a head is left, between its joints."""
    left, top, _, height, _ = place
    part = image[top + 2 : top + height // 5, left + 3 : left + 8].astype(int)
    return float(np.abs(np.diff(part, axis=0)).mean())


def test_photos(observer: Observer, photos: Path, tmp_path: Path) -> None:
    summary = analyze(observer, tmp_path / 'out', photos)
    assert (summary.num_sources, summary.num_students, summary.failures) == (3, 3, [])
    rows = list(csv.DictReader((tmp_path / 'out/students.csv').open()))
    assert [(Path(row['source']).name, row['student'], row['frame']) for row in rows] == [
        ('a.png', '1', ''),
        ('b.png', '1', ''),
        ('b.png', '2', ''),
    ]
    content = json.loads((tmp_path / 'out/students.json').read_text())
    assert [len(source['frames'][0]['students']) for source in content['sources']] == [1, 2, 0]
    assert len(content['joints']) == 17
    assert {path.name for path in (tmp_path / 'out/overlays').iterdir()} == {'a.jpg', 'b.jpg', 'c.jpg'}
    page = summary.page.read_text()
    assert '3 photo(s) and 0 video(s): 3 times a student was found' in page
    figures = json.loads((tmp_path / 'out/report.json').read_text())['sources']
    assert [source['students'] for source in figures] == [[1], [2], [0]]
    assert figures[1]['looking'] == {'to the camera': 2}
    assert {'settings.json', 'report.md', 'report_files', 'records'} <= {p.name for p in (tmp_path / 'out').iterdir()}


@pytest.mark.parametrize('blur', [True, False])
def test_faces_are_hidden_also_of_those_who_are_no_students(
    observer: Observer, photos: Path, tmp_path: Path, blur: bool
) -> None:
    summary = analyze(observer, tmp_path / 'out', photos / 'a.png', blur_faces=blur)
    before = cv2.imread(str(photos / 'a.png'))
    after = cv2.imread(str(tmp_path / 'out/overlays/a.jpg'))
    for place in (STUDENT, UNSURE):
        assert stripes(before, place) > 10
        assert (stripes(after, place) < 5) == blur
    assert ('Faces are NOT hidden' in summary.page.read_text()) != blur
    (picture,) = (tmp_path / 'out/report_files').glob('*.jpg')
    page = cv2.resize(cv2.imread(str(picture)), before.shape[1::-1], interpolation=cv2.INTER_AREA)
    for place in (STUDENT, UNSURE):
        assert (stripes(page, place) < 5) == blur


def test_an_analysis_that_is_cut_off_goes_on(
    make_observer: Callable[..., Observer], photos: Path, tmp_path: Path
) -> None:
    whole = make_observer()
    analyze(whole, tmp_path / 'whole', photos)
    assert whole._model.num_images == 3
    cut = make_observer()
    analyze(cut, tmp_path / 'cut', photos / 'a.png', photos / 'b.png')  # killed before the third
    (tmp_path / 'cut/records/b.jpg.json').unlink()  # and while the second was written
    again = make_observer()
    analyze(again, tmp_path / 'cut', photos)
    assert again._model.num_images == 2
    assert read_tree(tmp_path / 'cut') == read_tree(tmp_path / 'whole')
    # A photo that is exchanged, and an overlay that is gone, are done again.
    cv2.imwrite(str(photos / 'c.png'), cv2.imread(str(photos / 'b.png')))
    (tmp_path / 'cut/overlays/a.jpg').unlink()
    analyze(again, tmp_path / 'cut', photos)
    assert again._model.num_images == 4
    with pytest.raises(ValueError, match=r'has an analysis with another blur_faces; choose another --out'):
        analyze(again, tmp_path / 'cut', photos, blur_faces=False)


def test_the_same_photos_by_another_path_are_done(
    observer: Observer, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyze(observer, tmp_path / 'out', photos)
    monkeypatch.chdir(tmp_path)
    summary = analyze(observer, tmp_path / 'out', Path('photos'))
    assert observer._model.num_images == 3
    assert (summary.num_sources, summary.failures) == (3, [])
    rows = csv.DictReader((tmp_path / 'out/students.csv').open())
    assert [row['source'] for row in rows] == ['photos/a.png', 'photos/b.png', 'photos/b.png']


def test_a_video_keeps_its_students(observer: Observer, tmp_path: Path, paint: Callable[..., np.ndarray]) -> None:
    other = (100, 30, 30, 60, 240)
    frames = [paint((20 + k // 2, 20, 40, 80, 220), *([other] if k >= 8 else [])) for k in range(16)]
    path = film(tmp_path / 'lesson.avi', frames)
    summary = analyze(observer, tmp_path / 'out', path, interval=0.5)
    assert (summary.failures, summary.num_students) == ([], 12)
    (source,) = json.loads((tmp_path / 'out/students.json').read_text())['sources']
    assert [frame['frame'] for frame in source['frames']] == list(range(0, 16, 2))
    assert [frame['time'] for frame in source['frames']] == [k / 2 for k in range(8)]
    numbers = [sorted(student['student'] for student in frame['students']) for frame in source['frames']]
    assert numbers == [[1]] * 4 + [[1, 2]] * 4
    video = cv2.VideoCapture(str(tmp_path / 'out/overlays/lesson.mp4'))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 8
    assert video.get(cv2.CAP_PROP_FPS) == 2
    assert stripes(video.read()[1], STUDENT) < 5
    page = summary.page.read_text()
    assert '8 frames over 4 s, 2 numbers given' in page
    assert page.count('data:image/png') == 1


def test_a_face_stays_hidden_while_its_student_is_not_found(
    observer: Observer, tmp_path: Path, paint: Callable[..., np.ndarray]
) -> None:
    """In the middle frame the student is too dark for the model, but can be seen."""
    frames = [paint(STUDENT), paint((*STUDENT[:4], 85)), paint(STUDENT)]
    analyze(observer, tmp_path / 'out', film(tmp_path / 'lesson.avi', frames, rate=1))
    content = json.loads((tmp_path / 'out/students.json').read_text())
    assert [len(frame['students']) for frame in content['sources'][0]['frames']] == [1, 0, 1]
    assert content['sources'][0]['frames'][2]['students'][0]['student'] == 1
    video = cv2.VideoCapture(str(tmp_path / 'out/overlays/lesson.mp4'))
    shown = [video.read()[1] for _ in range(3)]
    assert all(stripes(frame, STUDENT) < 5 for frame in shown)


def test_damaged_files_are_listed_and_the_rest_goes_on(
    observer: Observer, photos: Path, tmp_path: Path, paint: Callable[..., np.ndarray]
) -> None:
    (photos / 'b.png').write_text('no image')
    early = film(tmp_path / 'early.avi', [paint(STUDENT)] * 12, rate=1)
    data = early.read_bytes()
    early.write_bytes(data[: len(data) // 2])
    (tmp_path / 'empty.mp4').write_bytes(b'')
    summary = analyze(observer, tmp_path / 'out', photos, early, tmp_path / 'empty.mp4')
    messages = '\n'.join(summary.failures)
    assert re.search(r'b.png: not an image', messages)
    assert re.search(r'early.avi: ends after \d of 12 frames; used up to there', messages)
    assert re.search(r'empty.mp4: is a video without a frame', messages)
    assert len(summary.failures) == 3
    figures = {Path(s['source']).name: s for s in json.loads((tmp_path / 'out/report.json').read_text())['sources']}
    assert {'a.png', 'c.png', 'early.avi'} <= set(figures)
    assert 0 < figures['early.avi']['frames'] < 12
    assert '3 file(s) could not be used, or not as a whole' in summary.page.read_text()


def test_nobody_anywhere(observer: Observer, photos: Path, tmp_path: Path) -> None:
    summary = analyze(observer, tmp_path / 'out', photos / 'c.png')
    assert summary.num_students == 0
    assert 'No student was found.' in summary.page.read_text()
    assert (tmp_path / 'out/students.csv').read_text().count('\n') == 1


def test_a_video_is_not_overwritten(observer: Observer, tmp_path: Path, paint: Callable[..., np.ndarray]) -> None:
    (tmp_path / 'overlays').mkdir()
    path = film(tmp_path / 'overlays' / 'lesson.avi', [paint(STUDENT)])
    target = path.rename(path.with_suffix('.mp4'))
    with pytest.raises(ValueError, match=r'the drawing of .* would overwrite this input'):
        analyze(observer, tmp_path, target)
    with pytest.raises(FileNotFoundError, match='no such file'):
        find_sources([str(tmp_path / 'none.mp4')])
