import pytest
from mmpose.registry import DATASETS

from synpose.evaluation.image_set_distance import distance_config, image_set
from synpose.testing import write_synpose_dataset


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_synpose_dataset(tmp_path_factory.mktemp('data'), 3, 2, (40, 32), ('train', 'test'))


def test_a_folder_and_an_annotation_file(root):
    photos = DATASETS.build(image_set(root / 'images'))
    listed = DATASETS.build(image_set(root, 'annotations/test.json'))
    assert (len(photos), len(listed)) == (6, 3)
    names = {item['data_samples'].img_path for item in photos}
    assert {item['data_samples'].img_path for item in listed} < names
    assert {tuple(item['inputs']['source'].shape) for item in photos} == {(3, 32, 40)}


def test_a_dataset_folder_needs_its_annotation_file(root):
    with pytest.raises(ValueError, match=r'is a dataset folder.*--ann-a.*images'):
        image_set(root)
    with pytest.raises(FileNotFoundError, match=r'val\.json: no such annotation file'):
        image_set(root, 'annotations/val.json')
    with pytest.raises(FileNotFoundError, match=r'none: no such folder'):
        image_set(root / 'none')


def test_bad_pictures_can_be_left_out(root, tmp_path):
    good = next((root / 'images').iterdir())
    (tmp_path / 'good.png').write_bytes(good.read_bytes())
    (tmp_path / 'bad.png').write_bytes(b'no picture')
    assert len(DATASETS.build(image_set(tmp_path, on_error='skip'))) == 1
    with pytest.raises(ValueError, match=r'bad\.png'):
        DATASETS.build(image_set(tmp_path))


def test_config_names_both_sets(root):
    first, second = image_set(root / 'images'), image_set(root, 'annotations/test.json')
    config = distance_config(first, second, {'type': 'InceptionFeatures'}, True, 's.npz', 3, 0)
    assert config.test_dataloader.dataset == first
    assert config.test_dataloader.batch_size == config.test_evaluator.reference.batch_size == 3
    assert config.test_evaluator.reference.dataset == second
    assert not config.test_dataloader.sampler.round_up
    assert (config.test_evaluator.kid, config.test_evaluator.statistics) == (True, 's.npz')
