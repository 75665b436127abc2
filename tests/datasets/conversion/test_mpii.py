"""MPII: its boxes, its flags, and mat files of another shape."""

import numpy as np
import pytest
from scipy.io import savemat

from synpose.datasets.conversion.mpii import open_mpii
from synpose.datasets.conversion.source import BadRecordError
from synpose.skeletons import MPII16_NAMES


@pytest.fixture
def person_of(tmp_path, mpii_release, mpii_image):
    """``person_of(rect)`` writes a file with one person and reads them."""

    def read(rect):
        savemat(tmp_path / 'a.mat', mpii_release([mpii_image('a.jpg', [rect])], [1]))
        source = open_mpii(tmp_path / 'a.mat')
        [(name, record)] = source.person_records()
        assert name == 'annolist(1).annorect(1)'
        return source.person(record)

    return read


def rect(struct, points, **extra):
    place = struct([{'x': 51.0, 'y': 41.0}])
    return {'annopoints': struct([{'point': struct(points)}]), 'scale': 0.2, 'objpos': place, **extra}


def test_the_box_is_the_square_of_scale_around_the_center(person_of, struct):
    """Scale 0.2 is 40 px; the center (51, 41) is (50, 40) when pixels count from 0."""
    person = person_of(rect(struct, [{'x': 51, 'y': 41, 'id': 8, 'is_visible': 1}]))
    assert person.box == [30, 20, 40, 40]
    assert person.fields == {'center': [50, 40], 'scale': 0.2}


def test_the_box_holds_every_labeled_joint(person_of, struct):
    person = person_of(rect(struct, [{'x': 11, 'y': 91, 'id': 0, 'is_visible': 1}]))
    assert person.box == [10, 20, 60, 70]


def test_flags_are_numbers_or_text_or_nothing(person_of, struct):
    flags = [0, 1, '0', '1', np.zeros((0, 0)), '']
    points = [{'x': 5.5, 'y': 6, 'id': number, 'is_visible': flag} for number, flag in enumerate(flags)]
    person = person_of(rect(struct, points))
    assert person.joints[:, 2].tolist() == [1, 2, 1, 2, 2, 2] + [0] * 10
    assert person.joints[:6, :2].tolist() == [[4.5, 5]] * 6


def test_flags_may_be_lacking_altogether(person_of, struct):
    assert person_of(rect(struct, [{'x': 5, 'y': 6, 'id': 9}])).joints[9].tolist() == [4, 5, 2]


def test_head_boxes_are_kept(person_of, struct):
    nothing = np.zeros((0, 0))
    person = person_of({**rect(struct, [{'id': 1}], x1=11.0, y1=5.0, x2=21.0, y2=17.0), 'annopoints': nothing})
    assert person.fields['head_box'] == [10, 4, 10, 12]
    assert not person.joints.any()


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'scale': np.zeros((0, 0))}, 'scale: must be 1 numbers, but is 0'),
        ({'scale': -1.0}, r'scale: must be positive, but is -1\.0'),
        ({'objpos': np.zeros((0, 0))}, 'objpos: must be of type dict'),
    ],
)
def test_bad_places(change, message, person_of, struct):
    with pytest.raises(BadRecordError, match=message):
        person_of({**rect(struct, [{'x': 5, 'y': 6, 'id': 9}]), **change})


@pytest.mark.parametrize('ids', [(16,), (-1,), (2.5,), (3, 3)])
def test_bad_ids(ids, person_of, struct):
    with pytest.raises(BadRecordError, match=r'annopoints\.point\.id: .* is none of 0 to 15, or appears twice'):
        person_of(rect(struct, [{'x': 5, 'y': 6, 'id': number} for number in ids]))


def test_people_marked_by_a_head_only_and_test_images_are_left_out(tmp_path, struct, mpii_release, mpii_image):
    person = rect(struct, [{'x': 5, 'y': 6, 'id': 9}])
    images = [
        mpii_image('a.jpg', [{'x1': 1.0, 'y1': 1.0, 'x2': 5.0, 'y2': 5.0}]),
        mpii_image('b.jpg', [person]),
        mpii_image('c.jpg', [person, {'x1': 1.0}, person]),
    ]
    savemat(tmp_path / 'a.mat', mpii_release(images, [1, 0, 1]))
    source = open_mpii(tmp_path / 'a.mat')
    assert [source.image(record).file_name for _, record in source.image_records()] == ['a.jpg', 'c.jpg']
    assert [name for name, _ in source.person_records()] == ['annolist(3).annorect(1)', 'annolist(3).annorect(3)']
    assert {source.person(record).image for _, record in source.person_records()} == {3}


def test_other_files(tmp_path, mpii_release, mpii_image):
    (tmp_path / 'noise.mat').write_bytes(b'MATLAB 7.3 MAT-file noise' * 20)
    with pytest.raises(ValueError, match=r'noise\.mat: not a readable mat file'):
        open_mpii(tmp_path / 'noise.mat')
    (tmp_path / 'empty.mat').write_bytes(b'')
    with pytest.raises(ValueError, match=r'empty\.mat: not a readable mat file'):
        open_mpii(tmp_path / 'empty.mat')
    savemat(tmp_path / 'other.mat', {'preds': np.zeros(3)})
    with pytest.raises(ValueError, match=r'other\.mat: RELEASE: no struct'):
        open_mpii(tmp_path / 'other.mat')
    savemat(tmp_path / 'short.mat', mpii_release([mpii_image('a.jpg', []), mpii_image('b.jpg', [])], [1]))
    with pytest.raises(ValueError, match=r'short\.mat: RELEASE: 2 images in annolist, but 1 in img_train'):
        open_mpii(tmp_path / 'short.mat')


def test_joints_of_json_count_from_one(tmp_path):
    person = {'image': 'a.jpg', 'joints': [[1, 1]] * 16, 'joints_vis': [1] + [0] * 15, 'center': [3, 4], 'scale': 0.01}
    (tmp_path / 'a.json').write_text(f'[{person}]'.replace("'", '"'))
    source = open_mpii(tmp_path / 'a.json')
    [(_, record)] = source.person_records()
    found = source.person(record)
    assert found.joints.tolist() == [[0, 0, 2]] + [[0, 0, 0]] * (len(MPII16_NAMES) - 1)
    assert found.box == [0, 0, 3, 4]
