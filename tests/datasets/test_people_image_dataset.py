import json

import pytest
from mmpose.registry import DATASETS

from synpose.skeletons import COCO17_NAMES
from synpose.testing import write_synpose_dataset


@pytest.fixture
def root(tmp_path):
    return write_synpose_dataset(tmp_path, 3, 2, (48, 36), ('train', 'val'), COCO17_NAMES)


def change(root, edit, split='train'):
    path = root / 'annotations' / f'{split}.json'
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))
    return content


def build(root, **options):
    files = ['annotations/train.json', 'annotations/val.json']
    return DATASETS.build(dict(type='PeopleImageDataset', data_root=str(root), ann_files=files, **options))


def test_a_sample_is_a_picture_with_all_its_people(root):
    def edit(content):
        content['annotations'].reverse()
        content['annotations'][0]['iscrowd'] = 1
        content['annotations'][1]['category_id'] = 2
        content['categories'].append({'id': 2, 'name': 'dog'})

    people = change(root, edit)['annotations']
    dataset = build(root)
    assert dataset.names() == [f'{number:06d}.png' for number in range(1, 7)]
    for index in range(3):
        sample = dataset[index]
        mine = [person for person in people if person['image_id'] == sample['img_id'] and person['category_id'] == 1]
        keys = ('id', 'category_id', 'bbox', 'keypoints', 'iscrowd')
        assert sample['people'] == [{key: person[key] for key in keys} for person in mine]
    assert len(dataset[2]['people']) == 1
    assert len(dataset[5]['people']) == 2  # of the second file


def test_people_that_cannot_be_read_are_left_out(root):
    def edit(content):
        content['annotations'][0]['keypoints'][4] = float('nan')
        content['annotations'][3]['id'] = content['annotations'][2]['id']

    change(root, edit)
    dataset = build(root)
    assert [len(dataset[k]['people']) for k in range(3)] == [1, 1, 2]


def test_pictures_without_people_and_files_without_joints(root):
    change(root, lambda content: content.update(annotations=[], categories=[]))
    dataset = build(root)
    assert [len(dataset[k]['people']) for k in (0, 3)] == [0, 2]


def test_other_joints_are_refused(tmp_path):
    root = write_synpose_dataset(tmp_path, 1, 1, (48, 36), ('train', 'val'))
    with pytest.raises(
        ValueError, match=r"train\.json: categories: keypoints: must be COCO's 17 joints .* are 59: nose"
    ):
        build(root)[0]


def test_coco_joints_in_another_order_are_refused(root):
    change(root, lambda content: content['categories'][0]['keypoints'].reverse(), 'val')
    with pytest.raises(ValueError, match=r'val\.json: .* are 17: right_ankle'):
        build(root)[0]
