"""Photos and videos of a classroom in, poses, behaviors, pictures and a page out."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from synpose.datasets.videos import VIDEO_SUFFIXES, VideoFrames, read_frame
from synpose.files import atomic_path, sha256, write_json
from synpose.reporting.drawing import Skeleton
from synpose.reporting.images import encode_jpeg, read_image, scale_to_width
from synpose.reporting.prediction import find_images, plan_drawings
from synpose.reporting.report import write_document, write_text

from .faces import hide_faces
from .observations import Frame, Observer, Student, to_csv
from .overlays import draw_overlay, open_video
from .records import SourceRecord, begin, read_record, to_json, write_record
from .summary import build_page, count_students
from .tracking import StudentTracker

THUMB_WIDTH, MOST_PICTURES = 800, 6


@dataclass(frozen=True)
class AnalysisSummary:
    """What became of the photos and videos.

    Attributes:
        num_sources: Photos and videos analyzed.
        num_students: How many times a student was found.
        failures: One message for each file that could not be used, or not as a whole.
        page: The HTML page.
    """

    num_sources: int
    num_students: int
    failures: list[str]
    page: Path


def find_sources(sources: Sequence[str]) -> list[Path]:
    """Turn files, folders and globs into photos and videos; folders and globs give photos only.

    Raises:
        FileNotFoundError: If a source names nothing, or holds no photo.
    """
    found: dict[Path, None] = {}
    for source in sources:
        is_video = Path(source).suffix.lower() in VIDEO_SUFFIXES and os.path.isfile(source)
        found.update(dict.fromkeys([Path(source)] if is_video else find_images([source])))
    return list(found)


class ClassroomAnalysis:
    """One analysis: its models, its folder, its options.

    Args:
        observer: Finds students in a picture.
        out: Folder to write to.
        score_thr: Joints from this score are drawn.
        interval: Seconds between two frames of a video.
        blur_faces: Whether faces are hidden in everything that is written.
    """

    def __init__(self, observer: Observer, out: Path, score_thr: float, interval: float, blur_faces: bool) -> None:
        self._observer, self._out = observer, out
        self._score_thr, self._interval, self._blur = score_thr, interval, blur_faces
        self._skeleton = Skeleton.from_names(observer.joint_names)

    def _finish(self, image: np.ndarray, students: Sequence[Student], faces: np.ndarray, numbered: bool) -> None:
        if self._blur:
            hide_faces(image, faces)
        draw_overlay(image, students, self._skeleton, self._score_thr, numbered)

    def photo(self, path: Path, overlay: Path) -> SourceRecord:
        """Analyze a photo; students are numbered by the score of their pose.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is damaged.
        """
        image = read_image(path)
        seen = self._observer.look(image)
        students = [replace(student, student=number) for number, student in enumerate(seen.students, 1)]
        self._finish(image, students, seen.faces, numbered=False)
        with atomic_path(overlay) as temporary:
            temporary.write_bytes(encode_jpeg(image, quality=92))
        return SourceRecord(str(path), sha256(path), [Frame(None, None, students)])

    def video(self, path: Path, overlay: Path, progress: Progress) -> SourceRecord:
        """Analyze frames of a video; students keep their numbers.

        Args:
            path: The video.
            overlay: The video to write.
            progress: Where a bar is shown.

        Raises:
            ValueError: If no frame can be read.
        """
        frames = VideoFrames(path, self._interval)
        tracker, found = StudentTracker(), []
        with open_video(overlay, frames.rate / frames.step) as sink:
            for number, image in progress.track(frames, frames.promised or None, description=path.name):
                seen = self._observer.look(image)
                boxes = np.array([student.box for student in seen.students]).reshape(-1, 4)
                scores = np.array([student.pose_score for student in seen.students])
                numbers = tracker.update(boxes, scores, seen.student_faces)
                students = [replace(student, student=n) for student, n in zip(seen.students, numbers)]
                self._finish(image, students, np.concatenate([seen.faces, tracker.lost_faces]), numbered=True)
                sink.write(image)
                found.append(Frame(number, round(number / frames.rate, 3), students))
        return SourceRecord(str(path), sha256(path), found, frames.problem)

    def run(self, paths: Sequence[Path], overlays: Sequence[Path]) -> tuple[list[SourceRecord], list[str]]:
        """Analyze what is not done yet; returns the records in order, and one message for each file that failed."""
        records, failures = [], []
        with Progress() as progress:
            for path, overlay in progress.track(list(zip(paths, overlays)), description='files'):
                place = self._out / 'records' / f'{overlay.name}.json'
                try:
                    record = read_record(place, path, overlay)
                    if record is None:
                        is_video = path.suffix.lower() in VIDEO_SUFFIXES
                        record = self.video(path, overlay, progress) if is_video else self.photo(path, overlay)
                        write_record(place, record)
                except (OSError, ValueError) as error:
                    failures.append(str(error))
                    continue
                records.append(record)
                failures += [record.problem] if record.problem else []
        return records, failures


def analyze_classroom(
    observer: Observer,
    paths: Sequence[Path],
    out: str | os.PathLike,
    settings: dict[str, Any],
    score_thr: float = 0.3,
    interval: float = 1.0,
    blur_faces: bool = True,
) -> AnalysisSummary:
    """Analyze photos and videos of a classroom.

    Writes ``overlays/`` (a JPEG a photo, an MP4 a video), ``students.csv`` (a line for each student in each picture),
    ``students.json`` (the same with joints), and a page: ``report.html``, ``report.md`` and ``report.json``. An
    analysis that was cut off goes on where it stopped, photo by photo; a video begins anew. A photo that is damaged,
    and a video that ends early or changes its size, is listed and the rest goes on.

    Args:
        observer: Finds students in a picture.
        paths: Photos and videos.
        out: Folder to write to.
        settings: What the analysis is made with; another one does not go on in the same folder.
        score_thr: Joints from this score are drawn.
        interval: Seconds between two frames of a video.
        blur_faces: Whether faces are hidden in everything that is written.

    Raises:
        ValueError: If a file to write is one of ``paths``, or the folder has an analysis with other settings.
    """
    out = Path(out)
    overlays = plan_drawings(paths, out / 'overlays')
    settings = {**settings, 'score_thr': score_thr, 'interval': interval, 'blur_faces': blur_faces}
    begin(out, settings)
    analysis = ClassroomAnalysis(observer, out, score_thr, interval, blur_faces)
    records, failures = analysis.run(paths, overlays)
    write_text(out / 'students.csv', to_csv([(record.source, record.frames) for record in records]))
    write_json(out / 'students.json', to_json(settings, observer.joint_names, records))
    shown = dict(zip(map(str, paths), overlays))
    pictures = [
        (Path(record.source).name, encode_jpeg(scale_to_width(_picture(shown[record.source], record), THUMB_WIDTH)[0]))
        for record in records[:MOST_PICTURES]
    ]
    page = build_page(records, observer.classifier.classes, pictures, failures, blur_faces)
    html = write_document(page, out, count_students(records))
    count = sum(len(frame.students) for record in records for frame in record.frames)
    return AnalysisSummary(len(records), count, failures, html)


def _picture(overlay: Path, record: SourceRecord) -> np.ndarray:
    """Return the overlay of a photo, or the middle frame of a video's."""
    return read_image(overlay) if overlay.suffix == '.jpg' else read_frame(overlay, len(record.frames) // 2)
