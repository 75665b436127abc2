import cv2
import numpy as np

from synpose.reporting.classroom.observations import Frame, Student
from synpose.reporting.classroom.records import SourceRecord
from synpose.reporting.classroom.summary import build_page, count_students
from synpose.reporting.document import Gallery, Table, Text

CLASSES = ('hand_raised', 'reading')


def student(number: int, behavior: str, looking: str = 'down') -> Student:
    return Student(number, behavior, 0.9, looking, 0.8, [0, 0, 9, 9], [0.0] * 51)


PHOTOS = [
    SourceRecord('in/a.jpg', '', [Frame(None, None, [student(1, 'reading'), student(2, 'hand_raised', 'left')])]),
    SourceRecord('in/b.jpg', '', [Frame(None, None, [])]),
]
VIDEO = SourceRecord(
    'in/l.mp4',
    '',
    [
        Frame(0, 0.0, [student(1, 'reading'), student(2, 'reading', 'left')]),
        Frame(25, 1.0, [student(1, 'hand_raised')]),
        Frame(50, 2.0, [student(1, 'reading', 'away')]),
    ],
    'in/l.mp4: ends early',
)


def tables(records: list[SourceRecord], classes: tuple[str, ...] = CLASSES) -> dict[str, Table]:
    page = build_page(records, classes, [], [], True)
    return {b.caption: b for section in page.sections for b in section.blocks if isinstance(b, Table)}


def test_counts() -> None:
    first, _, third = count_students([*PHOTOS, VIDEO])['sources']
    assert first['hands_up'] == [1]
    assert first['looking'] == {'down': 1, 'left': 1}
    assert third['students'] == [2, 1, 1]
    assert third['hands_up'] == [0, 1, 0]
    assert third['behaviors'] == {'reading': 3, 'hand_raised': 1}
    assert third['problem'] == 'in/l.mp4: ends early'


def test_tables_of_photos_and_of_a_video() -> None:
    found = tables([*PHOTOS, VIDEO])
    assert found['Behaviors'].rows == (('reading', 4, '67%'), ('hand_raised', 2, '33%'))
    assert found['Where students look'].rows[:3] == (('down', 3, '50%'), ('left', 2, '33%'), ('away', 1, '17%'))
    assert found['Photos'].rows == (('a.jpg', 2, 1, 'reading', 0), ('b.jpg', 0, 0, 'nobody', 0))
    assert found['Students'].rows == (
        (1, 3, 'reading (67%)', 'down (67%)', '33%'),
        (2, 1, 'reading (100%)', 'left (100%)', '0%'),
    )


def test_a_classifier_without_raised_hands_says_so() -> None:
    page = build_page(PHOTOS, ('reading', 'writing'), [], ['x: broken'], False)
    texts = ' '.join(block.text for section in page.sections for block in section.blocks if isinstance(block, Text))
    assert 'Hands up are not counted: the classifier knows no `hand_raised`' in texts
    assert '1 file(s) could not be used, or not as a whole: x: broken.' in texts
    assert 'Faces are NOT hidden' in page.lead
    assert tables(PHOTOS, ('reading', 'writing'))['Photos'].rows[0][2] is None


def test_a_chart_over_time() -> None:
    page = build_page([VIDEO], CLASSES, [], [], True)
    (gallery,) = (block for section in page.sections for block in section.blocks if isinstance(block, Gallery))
    (picture,) = gallery.pictures
    image = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
    assert picture.name == 'time-l-mp4.png'
    assert (np.abs(image.astype(int) - (173, 92, 11)).max(axis=2) < 30).sum() > 100  # the line of raised hands, blue
