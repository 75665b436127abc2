import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.datasets.photos import read_photo
from synpose.datasets.videos import read_frame
from synpose.testing import write_photos, write_synpose_dataset, write_video

PIPELINE = [{'type': 'LoadPhoto'}, {'type': 'PackTranslationInputs', 'key': 'target'}]
CROP = [PIPELINE[0], {'type': 'RandomImageCrop', 'size': (32, 24)}, PIPELINE[1]]


def build(root: Path, paths: Any = '', **kwargs: Any) -> Any:
    return DATASETS.build({'type': 'PhotoDataset', 'data_root': str(root), 'paths': paths, **kwargs})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_photos(tmp_path / 'photos', 3, (40, 30), '.jpg')
    write_video(tmp_path / 'films/a.avi', range(0, 250, 10))
    return tmp_path


def test_photos_and_frames_are_samples(root: Path) -> None:
    dataset = build(root, pipeline=PIPELINE)
    film, photos = root / 'films/a.avi', [root / f'photos/photo_0{i}.jpg' for i in range(3)]
    assert dataset.names() == [f'{film}#0', f'{film}#10', f'{film}#20', *map(str, photos)]
    assert dataset.metainfo == {'dataset_name': 'photos'}
    for index, picture in enumerate([*(read_frame(film, n) for n in (0, 10, 20)), *map(read_photo, photos)]):
        item = dataset[index]
        np.testing.assert_array_equal(item['inputs']['target'].permute(1, 2, 0).numpy(), picture)
        sample = item['data_samples']
        assert (sample.img_id, sample.file_name, sample.ori_shape) == (index, dataset.names()[index], picture.shape[:2])
    assert build(root, ['photos/photo_01.jpg', 'photos', 'films'], frame_interval=10).names() == [
        *(str(photos[i]) for i in (1, 0, 2)),
        f'{film}#0',
    ]


def test_get_subset_and_lazy_init(root: Path) -> None:
    dataset = build(root, 'photos', pipeline=PIPELINE)
    dataset.get_subset_([2, 0])
    assert [Path(name).name for name in dataset.names()] == ['photo_02.jpg', 'photo_00.jpg']
    assert build(root, 'gone', lazy_init=True).metainfo == {'dataset_name': 'photos'}


def spoil(root: Path) -> None:
    (root / 'photos/bad.jpg').write_text('no picture')
    cut = root / 'photos/cut.png'
    write_photos(root / 'more', 1, (40, 30))
    cut.write_bytes((root / 'more/photo_00.png').read_bytes()[:-30])
    write_photos(root / 'small', 1, (40, 23))
    (root / 'films/empty.mp4').write_text('')


@pytest.mark.parametrize(
    ('path', 'message'),
    [
        ('photos/bad.jpg', r'bad.jpg: img_path: is not a picture'),
        ('photos/cut.png', r'cut.png: img_path: cannot be read: '),
        ('small', r'photo_00.png: width, height: is 40x23 px, but the pipeline needs at least 32x24 px'),
        ('films/empty.mp4', r'empty.mp4: img_path: is a video without a frame that can be read'),
    ],
)
def test_unusable_files(root: Path, path: str, message: str) -> None:
    spoil(root)
    with pytest.raises(ValueError, match=message):
        build(root, path, pipeline=CROP)
    with pytest.raises(ValueError, match=f'{root / path}: of 1 file.* none can be used'):
        build(root, path, pipeline=CROP, on_error='skip')


def test_unusable_files_are_counted_once(root: Path) -> None:
    spoil(root)
    dataset = build(root, pipeline=CROP, on_error='skip')
    assert (len(dataset), len(dataset.problems)) == (7, 4)
    assert {tuple(dataset[index]['inputs']['target'].shape) for index in range(7)} == {(3, 24, 32)}


def test_a_video_that_ends_early_is_a_problem_or_gives_what_it_has(root: Path) -> None:
    film = write_video(root / 'films/a.avi', range(0, 250, 5))
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    message = r'a.avi: img_path: is a video that ends early: (\d+) of 50 frames .*on_error=.skip. uses the others'
    with pytest.raises(ValueError, match=message) as error:
        build(root, 'films', frame_interval=0.1)
    dataset = build(root, 'films', frame_interval=0.1, on_error='skip', pipeline=PIPELINE)
    lost = re.search(message, str(error.value))
    assert lost
    assert len(dataset) == 50 - int(lost[1])
    assert len(dataset.problems) == 1
    dataset[len(dataset) - 1]
    assert build(root, 'films', frame_interval=10).problems == []  # no frame that is wanted is missing


def test_stencils_are_no_photos(root: Path) -> None:
    write_synpose_dataset(root / 'dataset', num_images=2, splits=['train'])
    with pytest.raises(ValueError, match=r'dataset: is a dataset folder, .* give its images/'):
        build(root, 'dataset', on_error='skip')
    assert len(build(root, 'dataset/images')) == 2


def test_wrong_arguments(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'gone: no such folder'):
        build(root, 'gone')
    with pytest.raises(ValueError, match=r'frame_interval must be positive'):
        build(root, frame_interval=0, lazy_init=True)
    with pytest.raises(ValueError, match=r'give paths or data_root'):
        DATASETS.build({'type': 'PhotoDataset'})
    with pytest.raises(ValueError, match=r'on_error must be'):
        build(root, on_error='ignore', lazy_init=True)
