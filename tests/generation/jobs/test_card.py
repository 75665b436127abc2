import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from synpose.generation.jobs.card import LICENSE, check_card, write_card
from synpose.testing.toy_generator import ToyGenerator


@pytest.fixture(scope='module')
def toys(tmp_path_factory):
    root = tmp_path_factory.mktemp('card') / 'set'
    ToyGenerator(parts=True).run(root)
    return root


def render(tmp_path, **card):
    ToyGenerator(units=1, card=card).run(tmp_path / 'set')
    metadata = json.loads((tmp_path / 'set/croissant.json').read_text())
    return (tmp_path / 'set/README.md').read_text(), metadata


def test_readme_tells_counts_files_fields_and_how_to_render_it_again(toys):
    text = (toys / 'README.md').read_text()
    counts = json.loads((toys / 'dataset.json').read_text())['counts']
    train = counts['train']
    mean = train['people'] / 8
    assert (
        f'| train | 8 | {train["people"]} | {mean:.1f} | 0 | 0 | collision: {train["redrawn"]["collision"]} |' in text
    )
    for line in ('# Toys', '| `keypoints` | x, y (px)', '| `camera.K` |', 'parts/*.png', '1 head, 2 torso', LICENSE):
        assert line in text
    assert 'python tools/generate.py dataset.json --out' in text
    assert 'Zefang Yu' in text
    assert 'depth_file' in text
    assert 'room_size' not in text  # toys have none


def test_fields_that_only_some_have_are_in_the_readme_and_not_in_croissant(toys, tmp_path):
    (tmp_path / 'annotations').mkdir()
    for split in ('train', 'val'):
        (tmp_path / f'annotations/{split}.json').write_text('{}')
    description = json.loads((toys / 'dataset.json').read_text())
    description['counts']['train']['redrawn'] = {'body': 4, 'left_empty': 2, 'no_room': 1}
    images = {'train': {'id': True}, 'val': {'id': True, 'camera': True}, 'test': {}}
    people = {'train': {'id': True, 'bbox': True, 'behavior': False, 'own': False}, 'val': {'id': True, 'bbox': True}}
    write_card(tmp_path, ToyGenerator().about(), description, images, people)
    text = (tmp_path / 'README.md').read_text()
    for line in ('px |', '| `behavior` | What the person does (some) |', '| `own` | (some) |', 't` | Translation from'):
        assert line in text
    assert '| `bbox` | x, y, width, height of the visible pixels, px |' in text
    assert 'Intrinsic matrix, 3 rows, px (some) |' in text
    assert '| 0 | 3 | body: 4 |' in text
    records = {r['@id']: r for r in json.loads((tmp_path / 'croissant.json').read_text())['recordSet']}
    names = {kind: [field['@id'] for field in records[kind]['field']] for kind in records}
    assert names['train_annotations'] == ['train_annotations/id', 'train_annotations/bbox']
    assert names['val_images'] == [f'val_images/{name}' for name in ('id', 'camera.K', 'camera.R', 'camera.t')]


def test_config_chooses_name_and_license(tmp_path):
    text, metadata = render(tmp_path, name='My toys', license='CC-BY-4.0', creator='Us', date_published='2026-01-02')
    assert text.startswith('# My toys\n')
    assert 'CC-BY-4.0, chosen by who rendered the data.' in text
    assert metadata['license'] == 'https://spdx.org/licenses/CC-BY-4.0.html'
    assert (metadata['name'], metadata['datePublished']) == ('My toys', '2026-01-02')
    assert metadata['creator']['name'] == 'Us'


def test_a_license_url_is_kept(tmp_path):
    assert render(tmp_path, license='https://example.org/terms')[1]['license'] == 'https://example.org/terms'


def test_no_license_is_assumed_where_others_hold_rights(tmp_path, toys):
    generator = ToyGenerator(parts=True)
    about = replace(generator.about(), rights=('the photos of holiday/',))
    (tmp_path / 'annotations').mkdir()
    description = json.loads((toys / 'dataset.json').read_text())
    write_card(tmp_path, about, description, {'train': {}}, {'train': {}})
    text = (tmp_path / 'README.md').read_text()
    assert 'Not stated. The pictures contain the photos of holiday/' in text
    assert 'license' not in json.loads((tmp_path / 'croissant.json').read_text())


def test_people_of_a_licensed_body_model_have_no_license_by_default():
    generator = ToyGenerator()
    generator.options['people'] = {'body': {'type': 'SMPLXBody'}}
    assert 'SMPLXBody' in generator.about().rights[0]
    assert ToyGenerator().about().rights == ()


@pytest.mark.parametrize(
    ('card', 'message'),
    [({'licence': 'MIT'}, "card: unknown option 'licence'"), ({'name': ' '}, 'card.name'), ({'url': 3}, 'card.url')],
)
def test_bad_options_are_named(card, message):
    with pytest.raises(ValueError, match=message):
        check_card(card)
    with pytest.raises(ValueError, match=message):
        ToyGenerator(card=card)


def test_croissant_names_the_files_with_their_hashes(toys):
    metadata = json.loads((toys / 'croissant.json').read_text())
    files = [entry for entry in metadata['distribution'] if entry['@type'] == 'cr:FileObject']
    assert {entry['contentUrl'] for entry in files} == {'annotations/train.json', 'annotations/val.json'}
    for entry in files:
        content = (toys / entry['contentUrl']).read_bytes()
        assert entry['sha256'] == hashlib.sha256(content).hexdigest()
        assert entry['contentSize'] == f'{len(content)} B'
    sets = [entry['includes'] for entry in metadata['distribution'] if entry['@type'] == 'cr:FileSet']
    assert sets == ['images/*.jpg', 'stencils/*.png', 'depth/*.png', 'parts/*.png']


def test_people_who_use_mlcroissant_can_read_it(toys):
    croissant = pytest.importorskip('mlcroissant')
    dataset = croissant.Dataset(jsonld=str(toys / 'croissant.json'))
    assert not dataset.metadata.ctx.issues.errors
    for split in ('train', 'val'):
        content = json.loads((toys / f'annotations/{split}.json').read_text())
        images = list(dataset.records(f'{split}_images'))
        people = list(dataset.records(f'{split}_annotations'))
        assert [r[f'{split}_images/file_name'].decode() for r in images] == [i['file_name'] for i in content['images']]
        assert images[0][f'{split}_images/camera.K'] == np.eye(3).tolist()
        for record, annotation in zip(people, content['annotations'], strict=True):
            assert record[f'{split}_annotations/keypoints'] == annotation['keypoints']
            assert record[f'{split}_annotations/bbox'] == annotation['bbox']
            assert record[f'{split}_annotations/image_id'] == annotation['image_id']
    pictures = list(dataset.records('images.jpg_files'))
    assert len(pictures) == 12
    assert pictures[0]['images.jpg_files/picture'].size == (32, 24)
