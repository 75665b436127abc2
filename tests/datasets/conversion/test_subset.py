"""Subsets: as many images or people as the reference, the same for the same seed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from synpose.datasets.columnar import store
from synpose.datasets.conversion import take_subset
from synpose.datasets.conversion.subset import choose_images
from synpose.testing import write_synpose_dataset
from synpose.testing.synpose_folder import read_tree


def crowd_counts(images=2000):
    counts = np.random.default_rng(0).poisson(35, images)
    counts[::7] = 0
    return counts


@pytest.mark.parametrize('wanted', [1, 500, 1714])
def test_as_many_images(wanted):
    counts = crowd_counts()
    rows = choose_images(counts, 'images', wanted, seed=4)
    assert len(set(rows.tolist())) == wanted
    assert (counts[rows] > 0).all()
    assert rows.tolist() == sorted(rows.tolist())


@pytest.mark.parametrize('wanted', [1000, 12345, 40000])
def test_as_many_people(wanted):
    counts = crowd_counts()
    rows = choose_images(counts, 'people', wanted, seed=4)
    assert counts[rows].sum() == wanted
    assert (counts[rows] > 0).all()
    # The typical image, not the smallest ones, fills the number.
    assert counts[rows].mean() == pytest.approx(counts[counts > 0].mean(), rel=0.1)


@pytest.mark.parametrize(
    ('counts', 'wanted', 'found'),
    [
        ([4, 4, 4], 7, {4}),  # no images make up 7
        ([4, 4, 3], 7, {7}),
        ([5, 5, 5, 8], 13, {13}),
        ([9, 9], 4, {0}),
        ([20, 30, 35, 41], 50, {50, 41, 35}),  # found only in some orders
    ],
)
@pytest.mark.parametrize('seed', range(5))
def test_small_datasets(counts, wanted, found, seed):
    rows = choose_images(np.array(counts), 'people', wanted, seed)
    assert len(set(rows.tolist())) == len(rows)
    assert int(np.array(counts)[rows].sum()) in found


def test_seeds():
    counts = crowd_counts()
    for match_by in ('images', 'people'):
        first, same, other = (choose_images(counts, match_by, 300, seed).tolist() for seed in (0, 0, 1))
        assert first == same != other
    small, large = (set(choose_images(counts, 'images', number).tolist()) for number in (100, 400))
    assert small < large


@pytest.mark.parametrize(('match_by', 'wanted'), [('images', 4), ('people', 6), ('images', 0)])
def test_too_small_datasets(match_by, wanted):
    with pytest.raises(ValueError, match=f'match_by {match_by}: {wanted} are wanted, but there are'):
        choose_images(np.array([1, 0, 2, 2]), match_by, wanted)


def test_unknown_matches():
    with pytest.raises(ValueError, match="unknown 'joints', expected one of images, people"):
        choose_images(np.array([1]), 'joints', 1)


@pytest.fixture
def folders(tmp_path):
    """A dataset of 8 images with 3 people each, and a reference of 4 images with 6 people in 2 of them."""
    root = write_synpose_dataset(tmp_path / 'source', num_images=8, num_people=3, splits=['train'])
    reference = write_synpose_dataset(tmp_path / 'reference', num_images=4, num_people=3, splits=['val'])
    path = reference / 'annotations/val.json'
    content = json.loads(path.read_text())
    kept = {image['id'] for image in content['images'][:2]}
    content['annotations'] = [person for person in content['annotations'] if person['image_id'] in kept]
    crowd = {**content['annotations'][0], 'id': 900, 'iscrowd': 1}
    unlabeled = {**content['annotations'][0], 'id': 901, 'num_keypoints': 0, 'keypoints': [0] * 177}
    content['annotations'] += [crowd, unlabeled]
    path.write_text(json.dumps(content))
    return root / 'annotations/train.json', path


@pytest.mark.parametrize('match_by', ['images', 'people'])
def test_the_folder(match_by, folders, tmp_path):
    annotations, reference = folders
    told = take_subset(annotations, reference, tmp_path / 'out', match_by, seed=3)
    assert (told['reference_images'], told['reference_people'], told['images'], told['people']) == (2, 6, 2, 6)
    before, after = (
        json.loads(annotations.read_text()),
        json.loads((tmp_path / 'out/annotations/train.json').read_text()),
    )
    ids = {image['id'] for image in after['images']}
    assert after['images'] == [image for image in before['images'] if image['id'] in ids]
    assert after['annotations'] == [person for person in before['annotations'] if person['image_id'] in ids]
    assert after['categories'] == before['categories']
    for image in after['images']:
        for file in (f'images/{image["file_name"]}', image['stencil_file'], image['depth_file']):
            assert (tmp_path / 'out' / file).read_bytes() == (annotations.parents[1] / file).read_bytes()
            assert (tmp_path / 'out' / file).is_symlink()
    described = json.loads((tmp_path / 'out/dataset.json').read_text())
    assert described['origins']['train'] == told
    assert described['counts']['train'] == {'images': 2, 'people': 6}
    assert str(tmp_path) not in json.dumps(described)
    assert not list(reference.parent.glob('*.arrow'))  # others' data stays as it is


def test_folders_that_cannot_be_written(folders, tmp_path, monkeypatch):
    def write(path, *args):
        if Path(path).parent in (annotations.parent, reference.parent):
            raise PermissionError('read-only')
        written.append(Path(path))
        write_store(path, *args)

    annotations, reference = folders
    write_store, written = store._write, []
    monkeypatch.setattr(store, '_write', write)
    told = take_subset(annotations, reference, tmp_path / 'out')
    assert (told['reference_images'], told['images']) == (2, 2)
    assert len(written) == 3
    assert written[-1] == tmp_path / 'out/annotations/train.arrow'
    assert not any(path.exists() for path in written[:-1])


def test_stores_that_are_there_are_used(folders, tmp_path, monkeypatch):
    def build(path, *args):
        built.append(Path(path))
        return build_table(path, *args)

    for path in folders:
        store.open_store(path)
    build_table, built = store.build_table, []
    monkeypatch.setattr(store, 'build_table', build)
    take_subset(*folders, tmp_path / 'out')
    assert built == [tmp_path / 'out/annotations/train.json']


def test_the_same_bytes_again(folders, tmp_path):
    trees = []
    for name in ('one', 'two'):
        take_subset(*folders, tmp_path / name, 'people', split='half', copy=True)
        tree = read_tree(tmp_path / name)
        assert 'annotations/half.json' in tree
        trees.append({path: content for path, content in tree.items() if not path.endswith('.arrow')})
    assert trees[0] == trees[1]


def test_bad_input(folders, tmp_path):
    annotations, reference = folders
    with pytest.raises(ValueError, match=r'cannot match .*train\.json: match_by images: 8 are wanted, but there are 2'):
        take_subset(reference, annotations, tmp_path / 'out')
    with pytest.raises(FileNotFoundError, match=r'none\.json: annotation file does not exist'):
        take_subset(annotations, tmp_path / 'none.json', tmp_path / 'out')
    shutil.rmtree(annotations.parents[1] / 'depth')
    with pytest.raises(FileNotFoundError, match=r'depth/\d+\.png: does not exist'):
        take_subset(annotations, reference, tmp_path / 'out')
    assert not (tmp_path / 'out/annotations').exists()
