import json
import re

import numpy as np
import pytest

from synpose.adaptation.whole_body_labels import empty_fields
from synpose.reporting.label_index import LabelIndex, part_confidences
from synpose.reporting.label_pages import LabelPages, draw_person
from synpose.skeletons import COCO17_NAMES
from synpose.testing import write_synpose_dataset


def certain(face, foot=None):
    """Fields of a person whose face, and perhaps feet, have labels of these confidences."""
    fields = empty_fields()
    fields.update(face_valid=True, face_kpts=[20, 20, 2] * 34 + [0, 0, 0] * 34, face_box=[15, 15, 10, 10])
    fields['keypoint_scores'][23 : 23 + 34] = [face] * 34
    fields['keypoint_scores'][23 + 34 : 91] = [0.01] * 34  # not labeled
    if foot is not None:
        fields.update(foot_valid=True, foot_kpts=[9, 9, 2] * 6)
        fields['keypoint_scores'][17:23] = [foot] * 6
    return fields


@pytest.fixture
def labeled(tmp_path):
    """Six people: least confidences .9, .4, .2, none, crowd, .6."""
    write_synpose_dataset(tmp_path, 3, 2, (64, 48), ('train',), COCO17_NAMES)
    path = tmp_path / 'annotations' / 'train.json'
    content = json.loads(path.read_text())
    added = [certain(0.9), certain(0.8, 0.4), certain(0.2), empty_fields(), certain(0.1), certain(0.6, 0.7)]
    for person, fields in zip(content['annotations'], added):
        person.update(fields)
    content['annotations'][4]['iscrowd'] = 1
    path.write_text(json.dumps(content))
    return tmp_path


def test_confidence_is_that_of_labeled_joints():
    assert part_confidences(certain(0.8, 0.4)) == pytest.approx({'face': 0.8, 'foot': 0.4})
    assert part_confidences(empty_fields()) == {}
    assert part_confidences({'keypoints': [1, 2, 2]}) == {}


def test_the_worst_come_first(labeled):
    index = LabelIndex.build(labeled / 'annotations' / 'train.json')
    assert [person['id'] for person in index.read(0, 9)] == [3, 2, 6, 1, 4]
    assert index.joint_names == COCO17_NAMES


def test_pages_hold_each_person_once(labeled):
    pages = LabelPages(labeled / 'annotations' / 'train.json', labeled / 'images', per_page=2)
    paths = pages.write(labeled / 'pages')
    assert [path.name for path in paths] == ['page-0001.html', 'page-0002.html', 'page-0003.html']
    texts = [path.read_text() for path in paths]
    assert [re.findall(r'data-id="(\d+)"', text) for text in texts] == [['3', '2'], ['6', '1'], ['4']]
    assert all(text.count('data:image/jpeg;base64,') == text.count('data-id') for text in texts)
    assert 'foot 0.40, face 0.80' in texts[0]
    assert 'no labels beyond the body' in texts[2]
    assert [('rel="prev"' in text, 'rel="next"' in text) for text in texts] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    assert 'rejected.txt' in texts[0]
    (again,) = pages.write(labeled / 'one', [1])
    assert again.read_text() == texts[1]
    with pytest.raises(ValueError, match='page 4: there are 3'):
        pages.write(labeled / 'one', [3])


def test_labels_are_drawn_where_they_are():
    image = np.full((200, 300, 3), 128, np.uint8)
    joints = [0] * 51
    joints[15:18] = [150, 100, 2]
    person = {'id': 1, 'bbox': [100, 50, 100, 100], 'keypoints': joints}
    drawn = draw_person(image, person, {})
    assert (image == 128).all()
    changed = np.argwhere((drawn != 128).any(axis=2))
    # The crop is the box with a margin of 15 px, 130 px wide, enlarged to 320.
    assert drawn.shape == (320, 320, 3)
    factor = 320 / 130
    inner = changed[(np.abs(changed - 160) < 40).all(axis=1)]
    np.testing.assert_allclose(inner.mean(axis=0), 65 * factor, atol=2)
    np.testing.assert_allclose(changed.min(axis=0), 15 * factor, atol=3)
    assert draw_person(image, {'id': 1}, {}).shape[1] == 320  # nothing known: the whole picture


def test_files_of_other_joints_and_of_boxes(tmp_path):
    write_synpose_dataset(tmp_path, 1, 2, (64, 48), ('train',))  # 59 joints
    path = tmp_path / 'annotations' / 'train.json'
    assert LabelPages(path, tmp_path / 'images').render(0).count('data-id') == 2
    content = json.loads(path.read_text())
    for person in content['annotations']:
        del person['keypoints']
    path.write_text(json.dumps(content))
    assert LabelPages(path, tmp_path / 'images').render(0).count('data-id') == 2


def test_bad_input(labeled):
    with pytest.raises(ValueError, match='per_page'):
        LabelPages(labeled / 'annotations' / 'train.json', labeled / 'images', per_page=0)
    with pytest.raises(FileNotFoundError, match=r'none\.json'):
        LabelPages(labeled / 'none.json', labeled)
    with pytest.raises(FileNotFoundError, match='no such image'):
        LabelPages(labeled / 'annotations' / 'train.json', labeled).render(0)
