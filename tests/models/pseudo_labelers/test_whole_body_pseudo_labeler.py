from collections import Counter

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from synpose.models.pseudo_labelers.pose_teacher import Crop, PoseTeacher
from synpose.skeletons import COCO17_NAMES, WHOLEBODY133_NAMES, flip_name

from .conftest import OPEN, draw_people

MIRROR = [WHOLEBODY133_NAMES.index(flip_name(name)) for name in WHOLEBODY133_NAMES]
FACE_MIRROR = [
    *range(16, -1, -1),
    *range(26, 16, -1),
    *range(27, 31),
    *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65),
]
MIRROR[23:91] = [23 + k for k in FACE_MIRROR]
KEYS = ('keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts')


def make(teachers, **options):
    return MODELS.build(dict(type='WholeBodyPseudoLabeler', teachers=teachers, chunk_size=4, **options))


def label(model, *pictures):
    """The labels of pictures, each given with the records of its people."""
    inputs = [torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))) for image, _ in pictures]
    samples = [PoseDataSample(metainfo=dict(people=people)) for _, people in pictures]
    return [sample.labels for sample in model.test_step(dict(inputs=inputs, data_samples=samples))]


def triples(person, fields):
    """All 133 joints (133, 3) of a person."""
    return np.concatenate([np.reshape({**person, **fields}[key], (-1, 3)) for key in KEYS])


@pytest.fixture(scope='module')
def model(teachers):
    return make(teachers, limits=OPEN)


def test_teachers_label_what_they_are_asked_for(model, teachers):
    image, people = draw_people(3)
    (labels,) = label(model, (image, people))
    assert set(labels['annotations']) == {1, 2, 3}
    assert labels['added'] == []
    assert labels['counts']['people/labeled'] == 3
    assert labels['counts']['foot_boxes/good'] == 3
    # The feet are Halpe's, in another order, of the person's box.
    x, y, w, h = people[1]['bbox']
    points, scores = PoseTeacher(**teachers[0], chunk_size=4).predict([Crop(image, np.array([x, y, x + w, y + h]))])
    found = triples(people[1], labels['annotations'][2])[17:23]
    kept = found[:, 2] > 0
    assert kept.any()
    np.testing.assert_allclose(found[kept, :2], points[0, [20, 22, 24, 21, 23, 25]][kept], atol=0.0051)
    stored = labels['annotations'][2]['keypoint_scores']
    np.testing.assert_allclose(stored[17:23], scores[0, [20, 22, 24, 21, 23, 25]].clip(0, 1), atol=1e-4)
    assert stored[:17] == [1] * 17


def test_the_company_of_other_pictures_changes_nothing(model):
    pictures = [draw_people(count, seed=count) for count in (3, 1, 0, 5)]
    together = label(model, *pictures)
    assert together == [label(model, picture)[0] for picture in pictures]
    assert [len(labels['annotations']) for labels in together] == [3, 1, 0, 5]


def mirror(image, people):
    """The mirror image, in which every left joint is a right one."""
    width, mirrored = image.shape[1], []
    for person in people:
        joints = np.reshape(person['keypoints'], (17, 3)).copy()
        joints[:, 0] = width - 1 - joints[:, 0]
        joints = joints[[COCO17_NAMES.index(flip_name(name)) for name in COCO17_NAMES]]
        x, y, w, h = person['bbox']
        mirrored.append({**person, 'bbox': [width - 1 - x - w, y, w, h], 'keypoints': joints.ravel().tolist()})
    return np.ascontiguousarray(image[:, ::-1]), mirrored


def mirrored_back(model, image, people):
    """The joints (N, 133, 3) of a picture, and those of its mirror image with places and sides put back."""
    labels, others = label(model, (image, people), mirror(image, people))
    joints = np.stack([triples(person, labels['annotations'][person['id']]) for person in people])
    back = np.stack([triples(person, others['annotations'][person['id']]) for person in mirror(image, people)[1]])
    back[..., 0] = image.shape[1] - 1 - back[..., 0]
    return joints, back[:, MIRROR]


def test_a_mirrored_picture_gives_mirrored_labels_with_sides_swapped(whole_teacher):
    image, people = draw_people(4)
    for person in people:  # so that crops are pixels of the picture, as they are
        x, y = np.round(person['bbox'][:2]) + 31.5 - 25.2
        person['bbox'] = [x, y, 50.4, 50.4]
    joints, back = mirrored_back(make([whole_teacher], limits=OPEN), image, people)
    seen = (joints[:, 17:, 2] > 0) & (back[:, 17:, 2] > 0)
    assert seen.sum() > 100
    assert (joints[:, 17:, 2] == back[:, 17:, 2]).mean() > 0.97  # a joint at the border of the picture may fall out

    def distances(others):
        return np.abs(joints[:, 17:, :2] - others[:, 17:, :2]).max(axis=2)[seen]

    # The decoder's refinement looks along one diagonal only, so a mirrored maximum may move by a fraction of a cell.
    assert np.median(distances(back)) < 0.15
    assert (distances(back) < 1).mean() > 0.8
    assert (distances(back[:, MIRROR]) < 1).mean() < 0.2


@pytest.mark.parametrize('hand', [None, 'right'])
def test_hands_of_a_mirrored_picture_are_those_of_the_other_side(teachers, hand):
    model = make([{**teachers[2], 'hand': hand}], limits=OPEN)
    joints, back = mirrored_back(model, *draw_people(8))
    hands = np.arange(91, 133)
    seen = (joints[:, hands, 2] > 0) & (back[:, hands, 2] > 0)
    assert seen.sum() > 50

    def agreement(others):
        return (np.abs(joints[:, hands, :2] - others[:, hands, :2]).max(axis=2) < 0.5)[seen].mean()

    # Crops between pixels differ a little, and a random network's maxima are nearly equally high.
    assert agreement(back) > 0.7
    assert agreement(back[:, MIRROR]) < 0.2


def test_no_label_below_the_threshold(teachers):
    image, people = draw_people(5)
    for threshold in (0.35, 0.6):
        model = make(teachers, limits={**OPEN, 'score': threshold})
        (labels,) = label(model, (image, people))
        seen = Counter()
        for person in people:
            fields = labels['annotations'][person['id']]
            visible = triples(person, fields)[17:, 2] > 0
            scores = np.array(fields['keypoint_scores'])[17:]
            assert (scores[visible] >= threshold - 5e-5).all()  # rounded
            seen.update(visible.tolist())
            seen['low'] += int((scores < threshold).sum())
        assert min(seen[True], seen[False], seen['low']) > 5


def test_one_model_for_all_parts_looks_at_the_person(whole_teacher):
    model = make([whole_teacher], limits=OPEN)
    image, people = draw_people(2)
    for person in people:
        person['keypoints'][3 * 9 : 3 * 11] = [0] * 6  # no wrists, so that no hand has a box
    (labels,) = label(model, (image, people))
    assert labels['counts']['left_hand_boxes/good'] == 2
    assert labels['annotations'][1]['lefthand_valid']
    points = np.reshape(labels['annotations'][1]['lefthand_kpts'], (21, 3))
    x, y, w, h = labels['annotations'][1]['lefthand_box']
    kept = points[points[:, 2] > 0, :2]
    np.testing.assert_allclose([x, y, x + w, y + h], [*kept.min(axis=0), *kept.max(axis=0)], atol=0.011)


def test_a_model_of_feet_alone_looks_at_the_person(teachers, tmp_path):
    names = WHOLEBODY133_NAMES[17:23]
    joints = {
        k: dict(name=name, id=k, color=[0, 0, 0], type='lower', swap=flip_name(name)) for k, name in enumerate(names)
    }
    feet = dict(dataset_name='feet', keypoint_info=joints, skeleton_info={}, joint_weights=[1.0] * 6, sigmas=[0.05] * 6)
    config = Config.fromfile(teachers[0]['config'])
    config.merge_from_dict({'model.head.out_channels': 6})
    for loader in (config.train_dataloader, config.test_dataloader):
        loader.dataset.metainfo = feet
    config.dump(str(tmp_path / 'feet.py'))
    torch.save({'state_dict': MODELS.build(config.model).state_dict()}, tmp_path / 'feet.pth')
    files = dict(config=str(tmp_path / 'feet.py'), checkpoint=str(tmp_path / 'feet.pth'))
    image, people = draw_people(2)
    (labels,) = label(make([dict(parts=('foot',), **files)], limits=OPEN), (image, people))
    assert labels['counts']['foot_boxes/good'] == 2


def test_people_who_cannot_be_labeled_are_left_and_counted(model):
    image, people = draw_people(7)
    people[0]['iscrowd'] = 1
    people[1]['keypoints'] = [0] * 51
    people[2]['keypoints'][3 * 7 : 3 * 9] = [0] * 6  # no elbows
    people[3]['keypoints'][: 3 * 5] = [0] * 15  # no face
    people[4]['bbox'] = [500, 500, 40, 40]
    people[5]['bbox'] = [10, 10, 0, 0]
    del people[6]['bbox']
    (labels,) = label(model, (image, people))
    assert set(labels['annotations']) == {3, 4, 5, 6, 7}
    counts = labels['counts']
    assert (counts['people/crowd'], counts['people/no_joints'], counts['people/labeled']) == (1, 1, 5)
    assert counts['left_hand_boxes/no_box'] == counts['right_hand_boxes/no_box'] == 1
    assert counts['face_boxes/no_box'] == 1
    boxes = {key: counts[f'foot_boxes/{key}'] for key in ('good', 'no_box', 'outside_image', 'too_small')}
    assert boxes == {'good': 2, 'no_box': 1, 'outside_image': 1, 'too_small': 1}
    assert not labels['annotations'][3]['lefthand_valid']
    assert not labels['annotations'][4]['face_valid']
    assert labels['annotations'][4]['face_box'] == [0, 0, 0, 0]
    assert not any(labels['annotations'][5]['foot_kpts'])


def test_not_a_number_from_a_teacher_is_no_label(model, monkeypatch):
    image, people = draw_people(2)
    predict = PoseTeacher.predict

    def broken(self, crops):
        points, scores = predict(self, crops)
        if 'face' in self.parts:
            points[0, 3], scores[0, 4] = np.nan, np.nan
        return points, scores

    monkeypatch.setattr(PoseTeacher, 'predict', broken)
    (labels,) = label(model, (image, people))
    assert labels['counts']['face_joints/not_finite'] == 2
    face = np.reshape(labels['annotations'][1]['face_kpts'], (68, 3))
    assert not face[[3, 4]].any()
    assert labels['annotations'][1]['keypoint_scores'][23 + 4] == 0


def test_whole_body_labels_of_the_source_are_never_copied(model):
    image, people = draw_people(1)
    marked = [{**people[0], 'face_kpts': [7, 7, 2] * 68, 'face_valid': True}]
    assert label(model, (image, people)) == label(model, (image, marked))


def test_a_box_without_joints_gets_a_body(model):
    image, people = draw_people(2)
    bare = [{key: value for key, value in people[0].items() if key != 'keypoints'}, people[1]]
    (labels,) = label(model, (image, bare))
    fields = labels['annotations'][1]
    body = np.reshape(fields['keypoints'], (17, 3))
    assert fields['num_keypoints'] == (body[:, 2] > 0).sum() > 0
    assert fields['face_valid']
    assert 'keypoints' not in labels['annotations'][2]
    assert len(set(fields['keypoint_scores'][:17])) > 3


def test_it_stays_in_evaluation_mode(model):
    model.train()
    assert not any(module.training for module in model.modules())
    assert not any(weight.requires_grad for weight in model.parameters())


@pytest.mark.parametrize(
    ('chosen', 'options', 'message'),
    [
        ([], {}, 'teachers must be one or more'),
        ([0, 0], {}, 'body, foot: has more than one teacher'),
        ([1], {'detector': dict(config='x', checkpoint='y')}, 'need a teacher of body'),
        ([0], {'detector': dict(confg='x')}, 'detector: .*confg'),
        ([1], {'limits': dict(score=2)}, 'score must be'),
        ([1], {'limits': dict(sharpness=2)}, 'limits: .*sharpness'),
    ],
)
def test_bad_arguments(teachers, chosen, options, message):
    with pytest.raises(ValueError, match=message):
        make([teachers[k] for k in chosen], **options)


def test_a_wrong_teacher_is_named(teachers):
    with pytest.raises(ValueError, match=r'teachers\[1\]: .*300w\.py \(300w\): foot: needs 6 joints.* predicts 68'):
        make([teachers[2], {**teachers[1], 'parts': ('foot',)}])
    with pytest.raises(ValueError, match=r'teachers\[0\]: .*crops'):
        make([{**teachers[1], 'crops': 3}])
