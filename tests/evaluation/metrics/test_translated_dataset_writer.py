import cv2
import numpy as np
import pytest
from mmpose.registry import METRICS


def make_writer(root, **changes):
    arguments = {
        'data_root': str(root / 'data'),
        'ann_files': ['annotations/train.json'],
        'out_root': str(root / 'out'),
    }
    return METRICS.build({'type': 'TranslatedDatasetWriter', **arguments, **changes})


def sample(height=5, width=7, **changes):
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return {'file_name': 'a.jpg', 'ori_shape': (5, 7), 'translated': pixels, **changes}


@pytest.mark.parametrize('name', ['a.jpg', 'room/cam.1/frame.0001.jpeg', 'a'])
def test_the_stem_stays_and_png_loses_nothing(tmp_path, name):
    writer, made = make_writer(tmp_path), sample()
    writer.write(name, made)
    path = tmp_path / 'out' / 'images' / name.replace('.jpeg', '').replace('.jpg', '')
    path = path.with_name(f'{path.name}.png')
    assert writer.product(name) == path
    assert np.array_equal(cv2.imread(str(path)), made['translated'])
    assert [file for file in path.parent.iterdir() if file.is_file()] == [path]


def test_the_folders_of_the_source(tmp_path):
    assert make_writer(tmp_path, data_prefix={'img': ''}).product('a.jpg') == tmp_path / 'out' / 'a.png'


@pytest.mark.parametrize(
    ('changes', 'found'),
    [
        ({'height': 6}, r'uint8 \(6, 7, 3\)'),
        ({'translated': np.zeros((5, 7), np.uint8)}, r'uint8 \(5, 7\)'),
        ({'translated': np.zeros((5, 7, 3))}, r'float64 \(5, 7, 3\)'),
        ({'translated': None}, 'NoneType'),
    ],
)
def test_another_size_or_type_is_refused_by_name(tmp_path, changes, found):
    with pytest.raises(ValueError, match=rf'b\.jpg: translated: .*\(5, 7, 3\), not {found}'):
        make_writer(tmp_path).write('b.jpg', sample(**changes))
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('changes', 'message'),
    [({'suffix': '.gif'}, 'suffix must be one of'), ({'quality': 0}, 'quality'), ({'quality': 101}, 'quality')],
)
def test_bad_arguments(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        make_writer(tmp_path, **changes)


def test_names_that_leave_the_folder_are_refused(tmp_path):
    with pytest.raises(ValueError, match='inside the dataset'):
        make_writer(tmp_path).product('../a.jpg')
