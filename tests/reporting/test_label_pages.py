import json
import re

import numpy as np
import pytest

from synpose.reporting.label_pages import LabelPages, draw_person
from synpose.testing import write_synpose_dataset


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
