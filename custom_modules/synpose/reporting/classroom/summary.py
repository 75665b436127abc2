"""The page of an analysis: who does what, who looks where, and how many hands are up over time."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from synpose.reporting.curves import STYLE, encode_figure
from synpose.reporting.document import Block, Document, Gallery, Picture, Section, Table, Terms, Text

from .looking import DIRECTIONS, EXPLANATION
from .observations import Frame, Student
from .records import SourceRecord

HANDS_UP = 'hand_raised'
MOST_ROWS, MOST_LINES = 400, 6


def count_students(records: Sequence[SourceRecord]) -> dict[str, Any]:
    """Return the figures of the page, for ``report.json``: by source its frames, students and hands up, and totals."""
    sources = []
    for record in records:
        behaviors = Counter(student.behavior for frame in record.frames for student in frame.students)
        looking = Counter(student.looking for frame in record.frames for student in frame.students)
        sources.append(
            {
                'source': record.source,
                'frames': len(record.frames),
                'students': [len(frame.students) for frame in record.frames],
                'hands_up': [_count(frame, HANDS_UP) for frame in record.frames],
                'behaviors': dict(behaviors.most_common()),
                'looking': dict(looking.most_common()),
                'problem': record.problem,
            }
        )
    return {'sources': sources}


def build_page(
    records: Sequence[SourceRecord],
    classes: Sequence[str],
    pictures: Sequence[tuple[str, bytes]],
    failures: Sequence[str],
    blurred: bool,
) -> Document:
    """Build the page.

    Args:
        records: What was analyzed.
        classes: The behaviors that the classifier knows.
        pictures: Caption and JPEG file of some overlays.
        failures: One message for each file that could not be used, or not as a whole.
        blurred: Whether faces are hidden.
    """
    photos = [record for record in records if record.is_photo]
    videos = [record for record in records if not record.is_photo]
    found = sum(len(frame.students) for record in records for frame in record.frames)
    lead = (
        f'{len(photos)} photo(s) and {len(videos)} video(s): {found} times a student was found. Poses and behaviors '
        'are the guesses of two models. ' + _privacy(blurred)
    )
    sections = [Section('Overview', tuple(_overview(records, photos, classes, failures)))]
    for record in videos:
        sections.append(Section(Path(record.source).name, tuple(_video_blocks(record, classes))))
    if pictures:
        gallery = Gallery(
            tuple(
                Picture(f'overlay-{number}.jpg', data, caption, f'Behaviors in {caption}')
                for number, (caption, data) in enumerate(pictures, 1)
            )
        )
        sections.append(Section('Pictures', (gallery,)))
    return Document('What the students do', lead, tuple(sections))


def _privacy(blurred: bool) -> str:
    if not blurred:
        return 'Faces are NOT hidden in these files (--no-blur-faces): keep them as you keep the recordings.'
    return (
        'The face of every pose that the model found is hidden, of unsure ones too. A student whom the pose model '
        'misses altogether keeps the face: look through the pictures before you pass them on.'
    )


def _overview(
    records: Sequence[SourceRecord], photos: Sequence[SourceRecord], classes: Sequence[str], failures: Sequence[str]
) -> list[Block]:
    students = [student for record in records for frame in record.frames for student in frame.students]
    blocks: list[Block] = []
    if failures:
        blocks.append(Text(f'{len(failures)} file(s) could not be used, or not as a whole: {"; ".join(failures)}.'))
    if not students:
        return [*blocks, Text('No student was found. A lower --score-thr counts poses that are less sure.')]
    blocks.append(_share_table('Behaviors', 'behavior', students, classes))
    blocks.append(_share_table('Where students look', 'looking', students, DIRECTIONS))
    blocks.append(Terms((('where students look', EXPLANATION),)))
    if HANDS_UP not in classes:
        blocks.append(Text(f'Hands up are not counted: the classifier knows no `{HANDS_UP}`.'))
    if photos:
        frames = [record.frames[0] for record in photos]
        rows = tuple(
            (Path(record.source).name, len(frame.students), _hands(frame, classes), _most(frame), _camera(frame))
            for record, frame in zip(photos, frames)
        )
        header = ('photo', 'students', 'hands up', 'most frequent', 'look to the camera')
        blocks.append(Table('Photos', header, rows[:MOST_ROWS], folded=len(rows) > 20))
        if len(photos) > 1:
            blocks.append(_chart('photos', frames, classes, list(range(1, len(frames) + 1)), 'photo, in order'))
    return blocks


def _video_blocks(record: SourceRecord, classes: Sequence[str]) -> list[Block]:
    by_student: dict[int, list[Student]] = {}
    for frame in record.frames:
        for student in frame.students:
            by_student.setdefault(student.student, []).append(student)
    if not by_student:
        return [Text(f'No student was found in {len(record.frames)} frames.')]
    rows = []
    for number, seen in sorted(by_student.items(), key=lambda item: (-len(item[1]), item[0])):
        (behavior, times), (looking, turns) = (
            Counter(getattr(student, field) for student in seen).most_common(1)[0] for field in ('behavior', 'looking')
        )
        hands = (
            _share(sum(student.behavior == HANDS_UP for student in seen), len(seen)) if HANDS_UP in classes else None
        )
        rows.append(
            (
                number,
                len(seen),
                f'{behavior} ({_share(times, len(seen))})',
                f'{looking} ({_share(turns, len(seen))})',
                hands,
            )
        )
    header = ('student', 'frames', 'most frequent behavior', 'looks mostly', 'hand up')
    seconds = [frame.time or 0.0 for frame in record.frames]
    text = Text(
        f'{len(record.frames)} frames over {seconds[-1] - seconds[0]:.0f} s, {len(by_student)} numbers given. A '
        'student who is not found for a while, or changes the place, gets a new number.'
    )
    table = Table('Students', header, tuple(rows[:MOST_ROWS]), folded=len(rows) > 40)
    name = Path(record.source).name
    return [text, _chart(name, record.frames, classes, seconds, 'time (s)'), table]


def _chart(name: str, frames: Sequence[Frame], classes: Sequence[str], places: Sequence[float], unit: str) -> Gallery:
    """Draw how many students there are, hands up and the most frequent behaviors, over frames or photos."""
    frequent = Counter(student.behavior for frame in frames for student in frame.students).most_common(MOST_LINES)
    lines = [behavior for behavior, _ in frequent if behavior != HANDS_UP]
    lines = [*([HANDS_UP] if HANDS_UP in classes else []), *lines][:MOST_LINES]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 3.2), layout='constrained')
        axis = figure.subplots()
        axis.plot(places, [len(frame.students) for frame in frames], color='#aab3bc', label='students', linestyle='--')
        for behavior in lines:
            counts = [_count(frame, behavior) for frame in frames]
            wide = 2.4 if behavior == HANDS_UP else 1.3
            axis.plot(places, counts, label=behavior, linewidth=wide, marker='o' if len(places) < 20 else None)
        axis.set(xlabel=unit, ylabel='students', ylim=(0, None))
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend(fontsize=8, ncols=3)
        data = encode_figure(figure)
    stem = ''.join(letter if letter.isalnum() else '-' for letter in name)
    caption = f'{name}: students found, hands up and the most frequent behaviors'
    return Gallery((Picture(f'time-{stem}.png', data, caption, 'Behaviors over time'),), columns=1)


def _share_table(caption: str, field: str, students: Sequence[Student], names: Sequence[str]) -> Table:
    counts = Counter(getattr(student, field) for student in students)
    order = sorted(names, key=lambda name: -counts[name])
    rows = tuple((name, counts[name], _share(counts[name], len(students))) for name in order)
    return Table(caption, (field, 'times', 'share'), rows)


def _count(frame: Frame, behavior: str) -> int:
    return sum(student.behavior == behavior for student in frame.students)


def _hands(frame: Frame, classes: Sequence[str]) -> int | None:
    return _count(frame, HANDS_UP) if HANDS_UP in classes else None


def _most(frame: Frame) -> str:
    return Counter(student.behavior for student in frame.students).most_common(1)[0][0] if frame.students else 'nobody'


def _camera(frame: Frame) -> int:
    return int(np.sum([student.looking == DIRECTIONS[0] for student in frame.students]))


def _share(part: int, whole: int) -> str:
    return f'{100 * part / whole:.0f}%'
