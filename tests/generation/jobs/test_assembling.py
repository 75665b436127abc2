import json

from synpose.generation.jobs.assembling import write_annotations
from synpose.testing.toy_generator import Picture

RECORDS = {
    1: {'split': 'train', 'image': {'id': 1, 'a': 0}, 'annotations': [{'b': 1, 'c': 2}, {'b': 3}], 'skipped': 1},
    2: {'split': 'val', 'image': {'id': 2}, 'annotations': [{'b': 4}], 'skipped': 0, 'redrawn': {'y': 2, 'x': 1}},
    3: {'split': 'train', 'image': {'id': 3, 'a': 0, 'd': 0}, 'annotations': [{'b': 5}], 'skipped': 2},
    4: {'split': 'train', 'image': {'id': 4, 'a': 0}, 'annotations': [], 'skipped': 0},
}


def test_annotations_are_numbered_in_image_order_over_all_splits(tmp_path):
    shots = [Picture(k, RECORDS[k]['split'], k, '') for k in (4, 2, 3, 1)]
    contents = write_annotations(tmp_path, shots, ['train', 'val', 'test'], RECORDS.__getitem__)
    files = {split: json.loads((tmp_path / f'{split}.json').read_text()) for split in ('train', 'val', 'test')}
    assert [image['id'] for image in files['train']['images']] == [1, 3, 4]
    assert files['train']['annotations'] == [
        {'id': 1, 'image_id': 1, 'b': 1, 'c': 2},
        {'id': 2, 'image_id': 1, 'b': 3},
        {'id': 4, 'image_id': 3, 'b': 5},
    ]
    assert files['val']['annotations'] == [{'id': 3, 'image_id': 2, 'b': 4}]
    assert files['test']['images'] == files['test']['annotations'] == []
    assert contents.counts['train'] == {'images': 3, 'people': 3, 'left_out': 3, 'redrawn': {}}
    assert list(contents.counts['val']['redrawn'].items()) == [('x', 1), ('y', 2)]
    assert contents.image_fields == {'train': {'id': True, 'a': True, 'd': False}, 'val': {'id': True}, 'test': {}}
    everywhere = {'id': True, 'image_id': True, 'b': True}
    assert contents.annotation_fields == {'train': {**everywhere, 'c': False}, 'val': everywhere, 'test': {}}
    assert sorted(path.name for path in tmp_path.iterdir()) == ['test.json', 'train.json', 'val.json']
