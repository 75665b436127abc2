"""Two files of the same people: what is measured, and what is refused."""

import copy
import json

import numpy as np
import pytest

from synpose.evaluation.label_comparison import compare_labels

COUNTS = {'foot': 6, 'face': 68, 'lefthand': 21, 'righthand': 21}
FIRST = {'foot': 17, 'face': 23, 'lefthand': 91, 'righthand': 112}


def person(number, image_id):
    rng = np.random.default_rng(number)
    record = {'id': number, 'image_id': image_id, 'category_id': 1, 'bbox': [0, 0, 100, 200], 'area': 10000}
    for part, count in COUNTS.items():
        points = np.column_stack([rng.uniform(10, 90, (count, 2)).round(2), np.full(count, 2)])
        record[f'{part}_kpts'], record[f'{part}_valid'] = points.ravel().tolist(), True
    record['face_kpts'][3 * 36 : 3 * 36 + 2], record['face_kpts'][3 * 45 : 3 * 45 + 2] = (20, 30), (60, 30)
    for k, place in enumerate([(0, 0), (10, 5), (30, 5), (50, 0), (50, 4), (50, 20)]):
        record['foot_kpts'][3 * k : 3 * k + 2] = place
    return record


def made():
    return {
        'images': [{'id': k, 'file_name': f'{k}.jpg', 'width': 100, 'height': 200} for k in (1, 2)],
        'annotations': [person(1, 1), person(2, 2)],
        'categories': [{'id': 1, 'name': 'person'}],
    }


@pytest.fixture
def compare(tmp_path):
    def run(labels, truth=None):
        for name, content in (('truth', truth or made()), ('labels', labels)):
            (tmp_path / f'{name}.json').write_text(json.dumps(content))
        return compare_labels(tmp_path / 'truth.json', tmp_path / 'labels.json')

    return run


def test_the_truth_itself_is_perfect(compare):
    errors = compare(made())
    assert errors['people'] == 2
    for part, figures in errors['parts'].items():
        assert (figures['parts'], figures['points']) == (2, 2 * COUNTS[part])
        assert (figures['coverage'], figures['NME'], figures['PCK@0.05'], figures['OKS']) == (1, 0, 1, 1)
        assert [bar['points'] for bar in figures['confidence']] == [0] * 9 + [2 * COUNTS[part]]  # confidence 1


def test_errors_are_divided_by_the_size_of_the_part(compare):
    labels = made()
    first = labels['annotations'][0]
    first['face_kpts'][3 * 10] += 4  # px; the eyes' corners are 40 apart
    first['foot_kpts'][3 * 0 + 1] += 3  # the larger foot's box is 30 wide
    scores = np.full(133, 0.95)
    scores[FIRST['face'] + 10], scores[FIRST['foot']] = 0.45, 0.25
    for record in labels['annotations']:
        record['keypoint_scores'] = scores.tolist()
    errors = compare(labels)['parts']
    assert errors['face']['NME'] == pytest.approx(0.1 / 136)
    assert errors['foot']['NME'] == pytest.approx(0.1 / 12)
    assert errors['face']['confidence'][4] == {
        'low': 0.4,
        'high': 0.5,
        'points': 2,
        'NME': pytest.approx(0.05),
        'PCK@0.1': 1.0,
    }
    assert errors['foot']['confidence'][2]['points'] == 2
    assert errors['foot']['confidence'][2]['NME'] == pytest.approx(0.05)


def test_hands_are_divided_by_their_box_and_parts_not_valid_are_left_out(compare):
    truth, labels = made(), made()
    truth['annotations'][1]['lefthand_valid'] = False
    hand = np.array(truth['annotations'][0]['lefthand_kpts']).reshape(21, 3)
    for record in labels['annotations']:
        record['lefthand_kpts'][3 * 4] += 2
    figures = compare(labels, truth)['parts']['lefthand']
    assert (figures['parts'], figures['points'], figures['spurious']) == (1, 21, 0)
    assert figures['NME'] == pytest.approx(2 / np.ptp(hand[:, :2], axis=0).max() / 21)


def test_labels_left_out_lower_the_coverage_alone(compare):
    labels = made()
    for record in labels['annotations']:
        record['righthand_kpts'][:6] = [0] * 6
    figures = compare(labels)['parts']['righthand']
    assert figures['coverage'] == pytest.approx(19 / 21)
    assert figures['NME'] == 0
    assert figures['OKS'] == pytest.approx(19 / 21)


def _drop(content):
    del content['annotations'][1]


def _other_image(content):
    content['images'][1]['file_name'] = 'other.jpg'


def _other_box(content):
    content['annotations'][0]['bbox'] = [5, 0, 100, 200]


def _no_field(content):
    del content['annotations'][1]['face_kpts']


def _short(content):
    content['annotations'][1]['foot_kpts'] = [1, 2, 2]


def _scores(content):
    content['annotations'][0]['keypoint_scores'] = [0.5] * 17


def _nan(content):
    content['annotations'][0]['face_kpts'][0] = float('nan')


def _twice(content):
    content['annotations'].append(copy.deepcopy(content['annotations'][0]))


def _nobody(content):
    content['annotations'] = []


def _no_image(content):
    content['annotations'][0]['image_id'] = 9


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (_drop, r'labels\.json: annotations: there is no annotation 2, which .*truth\.json has'),
        (_other_image, r"labels\.json: annotation 2: image_id: is of image 'other'.*not the same images"),
        (_other_box, r'labels\.json: annotation 1: bbox: .*not the same people'),
        (_no_field, r'labels\.json: annotation 2: face_kpts: missing'),
        (_short, r'annotation 2: foot_kpts: must be 18 finite'),
        (_scores, r'annotation 1: keypoint_scores: must be 133 finite'),
        (_nan, r'annotation 1: face_kpts: must be 204 finite'),
        (_twice, r'annotation 1: id: used twice'),
        (_nobody, r'labels\.json: annotations: there are no people'),
        (_no_image, r'annotation 1: image_id: there is no image 9'),
    ],
)
def test_what_does_not_fit_is_refused(compare, change, message):
    labels = made()
    change(labels)
    with pytest.raises(ValueError, match=message):
        compare(labels)


def test_nobody_with_a_valid_part(compare):
    truth = made()
    for record in truth['annotations']:
        record.update({f'{part}_valid': False for part in COUNTS})
    with pytest.raises(ValueError, match=r'truth\.json: annotations: no person has a valid part'):
        compare(made(), truth)


def test_people_that_the_truth_lacks(compare):
    truth = made()
    _drop(truth)
    with pytest.raises(ValueError, match=r'truth\.json: annotations: there is no annotation 2'):
        compare(made(), truth)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'truth\.json'):
        compare_labels(tmp_path / 'truth.json', tmp_path / 'labels.json')
