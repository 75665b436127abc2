"""convert: the same scene comes out of every layout, and loads."""

import json
import os
import re
import sys

import pytest
from mmpose.registry import DATASETS

from synpose.datasets.conversion import convert
from synpose.skeletons import JOINT_NAMES

BODY = {
    f'{side}_{part}' for part in ('shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle') for side in ('left', 'right')
}
FACE = {'nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear'}
HALPE26 = {*FACE, *BODY, 'head_top', 'neck', 'pelvis', 'left_toe'}
SHARED = {
    'coco': FACE | BODY,
    'wholebody': {*FACE, *BODY, 'left_toe', 'chin'},
    'crowdpose': {*BODY, 'head_top', 'neck'},
    'crowdpose of mmpose': {*BODY, 'head_top', 'neck'},
    'halpe 26': HALPE26,
    'halpe 136': {*HALPE26, 'chin'},
    'aic': {*BODY, 'head_top', 'neck'},
    'mpii mat': {*BODY, 'head_top', 'pelvis'},
    'mpii json': {*BODY, 'head_top', 'pelvis'},
    'synpose14': {*BODY, 'head_top', 'neck'},
}


def expected(layout, person):
    """Joints by name as they should come out of a layout."""
    joints = {}
    for name, (x, y, seen) in person.joints.items():
        if name in SHARED[layout]:
            # One file does not tell occluded joints, the other not for the head top.
            untold = layout == 'mpii json' or (layout == 'mpii mat' and name == 'head_top')
            joints[name] = (x, y, 2 if untold else seen)
    return joints


def read_joints(annotation):
    values = annotation['keypoints']
    triples = zip(JOINT_NAMES, values[::3], values[1::3], values[2::3])
    return {name: (x, y, seen) for name, x, y, seen in triples if (x, y, seen) != (0, 0, 0)}


@pytest.mark.parametrize('layout', SHARED)
def test_every_joint_arrives_under_its_name(layout, scene, photos, write_layout, tmp_path):
    summary = convert(*write_layout(layout, scene), photos, tmp_path / 'out')
    content = json.loads((tmp_path / 'out/annotations/train.json').read_text())
    shown = [photo for photo in scene if photo.people or layout != 'mpii json']  # a list of people knows no empty photo
    told = {image['id']: (image['file_name'], image['width'], image['height']) for image in content['images']}
    assert list(told.values()) == [(photo.name, *photo.size) for photo in shown]
    people = [(photo.name, person) for photo in scene for person in photo.people]
    assert [told[annotation['image_id']][0] for annotation in content['annotations']] == [name for name, _ in people]
    for annotation, (_, person) in zip(content['annotations'], people):
        assert read_joints(annotation) == expected(layout, person)
        assert annotation['num_keypoints'] == len(expected(layout, person))
        assert annotation['is_synthetic'] is (layout == 'synpose14')
        if 'mpii' not in layout:
            assert annotation['bbox'] == list(person.box)
            assert annotation['area'] == pytest.approx(0.53 * person.box[2] * person.box[3])
    assert {image['domain'] for image in content['images']} == {'synthetic' if layout == 'synpose14' else 'real'}
    assert (summary.images, summary.people, summary.problems) == (len(shown), 3, [])
    if layout != 'wholebody':  # where fingers are known too
        assert set(JOINT_NAMES) - set(summary.absent) >= SHARED[layout]
    assert json.loads((tmp_path / 'out/dataset.json').read_text())['counts'] == {
        'train': {'images': len(shown), 'people': 3}
    }


@pytest.mark.parametrize('layout', SHARED)
def test_the_result_loads(layout, scene, photos, write_layout, tmp_path):
    convert(*write_layout(layout, scene), photos, tmp_path / 'out')
    settings = {'data_root': str(tmp_path / 'out'), 'ann_file': 'annotations/train.json'}
    dataset = DATASETS.build({'type': 'SynPoseDataset', **settings})
    assert len(dataset) == 3
    people = [person for photo in scene for person in photo.people]
    for info, person in zip(dataset, people):
        found = {
            name: (*point, seen)
            for name, point, seen in zip(
                dataset.joint_names, info['keypoints'][0].tolist(), info['keypoints_visibility'][0].tolist()
            )
            if seen
        }
        assert found == expected(layout, person)
        assert os.path.isfile(info['img_path'])


def test_splits_come_one_after_another(scene, photos, write_layout, tmp_path):
    root = tmp_path / 'out'
    convert(*write_layout('coco', scene), photos, root)
    convert(*write_layout('aic', scene), photos, root, 'val')
    description = json.loads((root / 'dataset.json').read_text())
    assert {split: origin['format'] for split, origin in description['origins'].items()} == {
        'train': 'coco',
        'val': 'aic',
    }
    assert description['counts']['val'] == {'images': 3, 'people': 3}
    before = (root / 'annotations/val.json').read_bytes()
    with pytest.raises(FileExistsError, match=r'val\.json: exists'):
        convert(*write_layout('coco', scene), photos, root, 'val')
    assert (root / 'annotations/val.json').read_bytes() == before


def test_other_categories_and_fields(scene, photos, edit_layout, tmp_path):
    told = {'area': 5.5, 'iscrowd': 1, 'segmentation': [[1, 2, 3, 4, 5, 6]], 'note': 'x'}

    def change(content):
        content['categories'].append({'id': 2, 'name': 'chair'})
        content['annotations'].insert(0, {**content['annotations'][0], 'id': 99, 'category_id': 2})
        content['annotations'][1] |= told
        content['images'][0]['license'] = 3

    convert(*edit_layout('coco', scene, change), photos, tmp_path / 'out')
    content = json.loads((tmp_path / 'out/annotations/train.json').read_text())
    assert [annotation['id'] for annotation in content['annotations']] == [100, 101, 102]
    assert content['annotations'][0].items() >= told.items()
    assert content['images'][0]['license'] == 3


def test_sizes_come_from_the_pictures(scene, photos, edit_layout, tmp_path):
    def change(content):
        for image in content['images']:
            del image['width'], image['height']

    convert(*edit_layout('coco', scene, change), photos, tmp_path / 'out')
    content = json.loads((tmp_path / 'out/annotations/train.json').read_text())
    assert [(image['width'], image['height']) for image in content['images']] == [photo.size for photo in scene]


def test_renames(scene, photos, write_layout, tmp_path):
    format_, path = write_layout('mpii json', scene)
    convert(format_, path, photos, tmp_path / 'out', renames={'upper_neck': 'neck', 'thorax': 'chest'})
    described = json.loads((tmp_path / 'out/dataset.json').read_text())
    assert described['origins']['train']['renames'] == {'upper_neck': 'neck', 'thorax': 'chest'}
    content = json.loads((tmp_path / 'out/annotations/train.json').read_text())
    source = json.loads(path.read_text())
    for annotation, record in zip(content['annotations'], source, strict=True):
        joints = read_joints(annotation)
        for name, number in (('neck', 8), ('chest', 7)):
            x, y = record['joints'][number]
            assert joints.get(name) == ((x - 1, y - 1, 2) if record['joints_vis'][number] else None)
    for wrong, message in (({'throat': 'neck'}, "no joint 'throat'"), ({'thorax': 'breast'}, "no joint 'breast'")):
        with pytest.raises(ValueError, match=message):
            convert(format_, path, photos, tmp_path / 'other', renames=wrong)


@pytest.mark.parametrize(
    ('other', 'renames', 'taken'),
    [
        ('neck', {}, 0),
        ('head_top', {}, 1),  # the format's own rename gives way to the file's name
        ('top_head', {}, 1),
        ('head_top', {'head': 'head_top'}, 0),  # the user's does not
        ('spare', {'spare': 'head_top'}, 1),
    ],
)
def test_whose_joint_the_head_top_becomes(other, renames, taken, scene, photos, edit_layout, tmp_path):
    def rename(content):
        content['categories'][0]['keypoints'][-2:] = ['head', other]
        for annotation in content['annotations']:
            annotation['keypoints'][-6:] = [10, 11, 2, 20, 21, 2]

    layout = edit_layout('crowdpose', scene, rename)
    convert(*layout, photos, tmp_path / 'out', renames=renames)
    content = json.loads((tmp_path / 'out/annotations/train.json').read_text())
    for annotation in content['annotations']:
        assert read_joints(annotation)['head_top'] == [(10, 11, 2), (20, 21, 2)][taken]


def delete(*keys):
    """Return a change that deletes the last key of a path into the content."""

    def change(content):
        for key in keys[:-1]:
            content = content[key]
        del content[keys[-1]]

    return change


def put(value, *keys):
    """Return a change that sets the place at the end of a path into the content."""

    def change(content):
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


FIRST = ('annotations', 0)
BAD = [
    ('coco', put(-1, 'images', 0, 'width'), r'image 7: width, height: -1x48 px, but .*0001\.jpg has 64x48 px'),
    ('coco', put('0009.jpg', 'images', 0, 'file_name'), r'image 7: file_name: .*0009\.jpg does not exist'),
    ('coco', put('../0001.jpg', 'images', 0, 'file_name'), r'image 7: file_name: .* does not stay in the folder'),
    ('coco', put(101, *FIRST, 'id'), r'annotation 101: id: used by more than one annotation'),
    ('coco', put(1000, *FIRST, 'image_id'), r'annotation 100: image_id: no image has the id 1000'),
    ('coco', delete(*FIRST, 'bbox'), r'annotation 100: bbox: missing'),
    ('coco', put([1, 2, 0, 4], *FIRST, 'bbox'), r'annotation 100: bbox: must have a positive area'),
    ('coco', put([99, 2, 3, 4], *FIRST, 'bbox'), r'annotation 100: bbox: lies outside the image of 64x48 px'),
    ('coco', put([1, 2], *FIRST, 'keypoints'), r'annotation 100: keypoints: must be 51 numbers, but is 2'),
    (
        'coco',
        put(3, *FIRST, 'keypoints', 2),
        r'annotation 100: keypoints: visibility of joint 0 must be .* 0, 1, 2',
    ),
    (
        'coco',
        put(float('nan'), *FIRST, 'keypoints', 4),
        r'annotation 100: keypoints: must be .* number 4 is nan',
    ),
    ('coco', put({}, *FIRST, 'area'), r'annotation 100: area: must be 1 numbers'),
    ('coco', put('no', *FIRST, 'iscrowd'), r'annotation 100: iscrowd: must be 0 or 1'),
    ('aic', delete(0, 'image_id'), r'image number 0: image_id: missing'),
    ('aic', delete(0, 'human_annotations'), r'image 0001: human_annotations: missing'),
    (
        'aic',
        put([1, 2, 3], 0, 'human_annotations', 'human2'),
        r'image 0001: human2: human_annotations: must be 4',
    ),
    (
        'aic',
        put(4, 0, 'keypoint_annotations', 'human1', 2),
        r'image 0001: human1: keypoint_annotations: visib',
    ),
    ('mpii json', delete(0, 'image'), r'record 0: image: missing'),
    ('mpii json', put([[1, 2]], 1, 'joints'), r'record 1: joints: must be 32 numbers, but is 2'),
    ('mpii json', put(-1, 1, 'scale'), r'record 1: scale: must be positive'),
    ('mpii json', put([None, 2], 1, 'center'), r'record 1: center: must be finite numbers, but number 0 is nan'),
    ('halpe 136', put('none', *FIRST, 'keypoints'), r"annotation 100: keypoints: must be of type list, but is 'none'"),
]


# Then two people lose their image.
LOST = [
    ('coco', put('a', 'images', 0, 'id'), r"image a: id: must be of type int, but is 'a'"),
    ('coco', put([7], 'images', 0, 'id'), r'image \[7\]: id: must be of type int, but is \[7\]'),
    ('coco', delete('images', 0, 'id'), r'image number 0: id: missing'),
    ('coco', put(8, 'images', 0, 'id'), r'image 8: id: used by more than one image'),
]
CASES = [*((*bad, 1) for bad in BAD), *((*bad, 3) for bad in LOST)]


@pytest.mark.parametrize(('layout', 'change', 'message', 'count'), CASES)
def test_bad_records_are_named_or_left_out(layout, change, message, count, scene, photos, edit_layout, tmp_path):
    format_, path = edit_layout(layout, scene, change)
    with pytest.raises((ValueError, FileNotFoundError), match=f'^{re.escape(str(path))}: {message}'):
        convert(format_, path, photos, tmp_path / 'out')
    assert not list((tmp_path / 'out').rglob('*.json'))
    summary = convert(format_, path, photos, tmp_path / 'out', on_error='skip')
    assert len(summary.problems) == count
    assert re.match(f'{re.escape(str(path))}: {message}', summary.problems[0])
    assert 0 < summary.people < 3
    assert json.loads((tmp_path / 'out/dataset.json').read_text())['origins']['train']['left_out'] == count


@pytest.mark.parametrize('change', [{}, {'file_name': '0009.jpg', 'width': 'x'}])
@pytest.mark.parametrize('order', [1, -1])
def test_people_of_images_that_share_an_id_go_too(change, order, scene, photos, edit_layout, tmp_path):
    def repeat(content):
        content['images'].append({**content['images'][2], 'file_name': '0001.jpg', **change})
        content['images'] = content['images'][::order]

    layout = edit_layout('coco', scene, repeat)
    summary = convert(*layout, photos, tmp_path / 'out', on_error='skip')
    content = json.loads((tmp_path / 'out/annotations/train.json').read_text())
    assert {image['id'] for image in content['images']} == {7, 8}
    assert {person['image_id'] for person in content['annotations']} == {7}
    assert summary.people == 2
    assert 'image 9: id: used by more than one image' in summary.problems[-1]


def test_a_stop_leaves_no_split_of_unknown_origin(scene, photos, write_layout, tmp_path, monkeypatch):
    def stop(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules[convert.__module__], 'sha256', stop)
    with pytest.raises(KeyboardInterrupt):
        convert(*write_layout('coco', scene), photos, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_bad_files(scene, photos, write_layout, tmp_path):
    _, coco = write_layout('coco', scene)
    out = tmp_path / 'out'
    (tmp_path / 'noise.json').write_text('{"images": [')
    (tmp_path / 'empty.json').write_text('{"images": [], "annotations": [], "categories": []}')
    with pytest.raises(ValueError, match="unknown 'voc'"):
        convert('voc', coco, photos, out)
    with pytest.raises(FileNotFoundError, match=r'none\.json: annotation file does not exist'):
        convert('coco', tmp_path / 'none.json', photos, out)
    with pytest.raises(FileNotFoundError, match='no such folder of images'):
        convert('coco', coco, tmp_path / 'nowhere', out)
    with pytest.raises(ValueError, match=r'noise\.json: not valid JSON'):
        convert('coco', tmp_path / 'noise.json', photos, out)
    with pytest.raises(ValueError, match=r'noise\.json: not valid JSON'):
        convert('mpii', tmp_path / 'noise.json', photos, out)
    with pytest.raises(ValueError, match=r'train\.json: must hold a list of objects; a COCO-style copy'):
        convert('aic', coco, photos, out)
    with pytest.raises(ValueError, match=r'empty\.json: categories: keypoints: no names for 0 joints'):
        convert('coco', tmp_path / 'empty.json', photos, out)
    with pytest.raises(ValueError, match="split: 'a/b' is no name"):
        convert('coco', coco, photos, out, 'a/b')
    out.mkdir()
    (out / 'dataset.json').write_text('{"generator": {}}')
    with pytest.raises(ValueError, match=r'dataset\.json: describes a dataset of another origin'):
        convert('coco', coco, photos, out)


def test_a_file_without_known_names_is_refused(scene, photos, edit_layout, tmp_path):
    def change(content):
        content['categories'][0]['keypoints'] = [f'bone {i}' for i in range(17)]

    with pytest.raises(ValueError, match='no joint is known by its name: bone 0, bone 1'):
        convert(*edit_layout('coco', scene, change), photos, tmp_path / 'out')


def test_a_file_without_people_is_refused(scene, photos, edit_layout, tmp_path):
    with pytest.raises(ValueError, match='no person is left'):
        convert(*edit_layout('coco', scene, put([], 'annotations')), photos, tmp_path / 'out')
    assert not (tmp_path / 'out/annotations/train.json').exists()
