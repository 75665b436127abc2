"""The streaming index finds the same records as json.load, whatever the chunks and the layout of the file."""

import json
from pathlib import Path

import pytest

from synpose.reporting.annotation_index import AnnotationIndex, iter_records

IMAGES = [
    {'id': 1, 'file_name': 'ä.jpg', 'scene_id': 0, 'frame_id': 0},
    {'id': 2, 'file_name': 'b.jpg', 'scene_id': 1, 'frame_id': 0},
    {'id': 3, 'file_name': 'c.jpg', 'scene_id': 0, 'frame_id': 0},
    {'id': 4, 'file_name': '"]}, {[', 'scene_id': 0},
]
PEOPLE = [{'id': 10 + i, 'image_id': owner, 'keypoints': [i] * 3} for i, owner in enumerate([3, 1, 3, 2, 1])]
CONTENT = {
    'info': {'version': 1.5, 'note': 'x' * 300},
    'licenses': [],
    'year': 2024,
    'categories': [{'id': 1, 'name': 'person', 'keypoints': ['nose']}],
    'images': IMAGES,
    'annotations': PEOPLE,
}


def write(path: Path, content: object, indent: int | None = None, ascii_only: bool = True) -> Path:
    path.write_text(json.dumps(content, indent=indent, ensure_ascii=ascii_only), encoding='utf-8')
    return path


@pytest.mark.parametrize('chunk', [1, 7, 64, 1 << 20])
@pytest.mark.parametrize(('indent', 'ascii_only'), [(None, True), (1, False)])
def test_records_are_those_of_the_file(tmp_path: Path, chunk: int, indent: int | None, ascii_only: bool) -> None:
    path = write(tmp_path / 'a.json', CONTENT, indent, ascii_only)
    data = path.read_bytes()
    found: dict = {}
    for key, start, end, _ in iter_records(path, chunk):
        found.setdefault(key, []).append(json.loads(data[start:end]))
    assert found == {
        'info': [CONTENT['info']],
        'year': [2024],
        **{key: CONTENT[key] for key in ('categories', 'images', 'annotations')},
    }


def test_groups_hold_the_cameras_of_one_frame(tmp_path: Path) -> None:
    index = AnnotationIndex.build(write(tmp_path / 'a.json', CONTENT, 1, False), chunk=50)
    assert (index.joint_names, index.problems, index.num_images) == (('nose',), [], 4)
    assert index.scenes == [0, 1, 0]
    groups = [[entry.read(index.path) for entry in group] for group in index.groups]
    assert [[image for image, _ in group] for group in groups] == [[IMAGES[0], IMAGES[2]], [IMAGES[1]], [IMAGES[3]]]
    assert [[[p['id'] for p in people] for _, people in group] for group in groups] == [
        [[11, 14], [10, 12]],
        [[13]],
        [[]],
    ]


@pytest.mark.parametrize(
    ('images', 'people', 'problem'),
    [
        ([*IMAGES, IMAGES[0]], PEOPLE, ('image 1', 'id', 'used by more than one image')),
        (IMAGES, [*PEOPLE, PEOPLE[0]], ('annotation 10', 'id', 'used by more than one annotation')),
        (IMAGES, [*PEOPLE, {'id': 30, 'image_id': 9}], ('annotation 30', 'image_id', 'no image has the id 9')),
    ],
)
def test_records_that_cannot_be_used(tmp_path: Path, images: list, people: list, problem: tuple) -> None:
    index = AnnotationIndex.build(write(tmp_path / 'a.json', {**CONTENT, 'images': images, 'annotations': people}))
    assert index.problems == [problem]
    assert index.num_images == 4


def test_a_record_without_an_id(tmp_path: Path) -> None:
    index = AnnotationIndex.build(write(tmp_path / 'a.json', {**CONTENT, 'annotations': [{'image_id': 1}]}))
    ((record, field, message),) = index.problems
    assert record.startswith('annotation at byte ')
    assert (field, message) == ('id', 'must be a whole number')


def test_a_set_without_people(tmp_path: Path) -> None:
    index = AnnotationIndex.build(write(tmp_path / 'a.json', {'images': IMAGES, 'annotations': []}))
    assert (index.num_images, index.joint_names) == (4, ())


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('[1]', 'must hold a JSON object'),
        ('{"images": [{"id": 1}', 'not valid JSON'),
        ('{"images": [], "annotations": 3', 'not valid JSON'),
        ('{"images": []}', 'annotations: missing'),
        ('', 'must hold a JSON object'),
        ('{"images": [{"id": 1} {"id": 2}], "annotations": []}', "expected one of ',]'"),
    ],
)
def test_what_is_no_coco_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / 'a.json'
    path.write_text(text)
    with pytest.raises(ValueError, match=r'a\.json') as error:
        AnnotationIndex.build(path, chunk=4)
    assert message in str(error.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'none\.json'):
        AnnotationIndex.build(tmp_path / 'none.json')
