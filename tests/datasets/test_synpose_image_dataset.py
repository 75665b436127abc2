import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from mmpose.registry import DATASETS
from PIL import Image

from synpose.testing import write_synpose_dataset

SPLITS = ['annotations/train.json', 'annotations/val.json']
LOAD = [{'type': 'LoadImage'}, {'type': 'LoadStencil'}, {'type': 'PackTranslationInputs'}]
CROP = [*LOAD[:2], {'type': 'RandomImageCrop', 'size': (64, 48)}, LOAD[2]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_synpose_dataset(tmp_path, num_images=3, num_people=2, image_size=(64, 48), splits=['train', 'val'])


def build(root: Path, **kwargs: Any) -> Any:
    return DATASETS.build({'type': 'SynPoseImageDataset', 'data_root': str(root), 'pipeline': LOAD, **kwargs})


def change(root: Path, edit: Callable[[dict], Any], split: str = 'train') -> None:
    path = root / f'annotations/{split}.json'
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_samples_are_the_images_of_all_files_in_order(root: Path) -> None:
    dataset = build(root, ann_files=SPLITS)
    assert dataset.names() == [f'{number:06d}.png' for number in range(1, 7)]
    records = [image for split in SPLITS for image in json.loads((root / split).read_text())['images']]
    for index, record in enumerate(records):
        info = dataset.get_data_info(index)
        assert record.items() <= info.items()
        assert (info['img_id'], info['ann_file']) == (record['id'], SPLITS[index // 3])
        assert Path(info['img_path']) == root / 'images' / record['file_name']
        assert [Path(info[f'{kind}_path']) for kind in ('stencil', 'depth')] == [
            root / record[f'{kind}_file'] for kind in ('stencil', 'depth')
        ]
        inputs, sample = dataset[index]['inputs'], dataset[index]['data_samples']
        np.testing.assert_array_equal(inputs['source'].permute(1, 2, 0).numpy(), cv2.imread(info['img_path']))
        stencil = cv2.imread(info['stencil_path'], cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(inputs['mask'][0].numpy(), stencil > 0)
        for field in ('img_id', 'img_path', 'file_name', 'ann_file'):
            assert sample.get(field) == info[field]
        assert sample.ori_shape == (48, 64)
    assert dataset.metainfo == {'dataset_name': 'synpose_images'}


def test_a_job_keeps_what_is_left_to_do(root: Path) -> None:
    dataset = build(root, ann_files=SPLITS)
    finished = {'000002.png', '000005.png'}
    dataset.get_subset_([index for index, name in enumerate(dataset.names()) if name not in finished])
    assert dataset.names() == ['000001.png', '000003.png', '000004.png', '000006.png']
    assert [dataset[i]['data_samples'].file_name for i in range(4)] == dataset.names()
    assert pickle.loads(pickle.dumps(dataset)).names() == dataset.names()  # in a worker
    dataset.get_subset_([])
    assert (len(dataset), dataset.names()) == (0, [])
    assert build(root, indices=2).names() == ['000001.png', '000002.png']


def test_people_do_not_matter(root: Path) -> None:
    change(root, lambda content: content.update(annotations=[{'id': 'x', 'image_id': 1}, {'id': 2, 'bbox': None}]))
    change(root, lambda content: content.pop('annotations'), 'val')
    change(root, lambda content: content['images'][0].pop('depth_file'), 'val')
    for image in (root / 'depth').iterdir():
        image.unlink()
    dataset = build(root, ann_files=SPLITS)
    assert (len(dataset), dataset.problems) == (6, [])


def test_plain_coco_folder(root: Path) -> None:
    def strip(content: dict) -> None:
        content['images'] = [
            {'id': i, 'file_name': f'images/{i:06d}.png', 'width': 64, 'height': 48} for i in range(1, 4)
        ]

    change(root, strip)
    pipeline = [LOAD[0], LOAD[2]]
    dataset = build(root, data_prefix={'img': ''}, pipeline=pipeline)
    assert dataset.names()[0] == 'images/000001.png'
    assert dataset[0]['inputs'].keys() == {'source'}
    with pytest.raises(ValueError, match=r'train.json: image 1: stencil_file: missing, but the pipeline loads it'):
        build(root, data_prefix={'img': ''})


def _drop_stencil(root: Path) -> None:
    (root / 'stencils/000002.png').unlink()


def _drop_stencil_field(root: Path) -> None:
    change(root, lambda content: content['images'][1].pop('stencil_file'))


def _resize_stencil(root: Path) -> None:
    cv2.imwrite(str(root / 'stencils/000002.png'), np.zeros((48, 63), np.uint16))


def _turn(root: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new('RGB', (64, 48)).save(root / 'images/000002.png', exif=exif)


def _cut(root: Path) -> None:
    path = root / 'images/000002.png'
    path.write_bytes(path.read_bytes()[:300])


def _shrink(root: Path) -> None:
    change(root, lambda content: content['images'][1].update(width=63))
    cv2.imwrite(str(root / 'images/000002.png'), np.zeros((48, 63, 3), np.uint8))
    _resize_stencil(root)


def _no_name(root: Path) -> None:
    change(root, lambda content: content['images'][1].update(file_name=''))


@pytest.mark.parametrize(
    ('spoil', 'message'),
    [
        (_drop_stencil, r'image 2: stencil_file: .*000002.png does not exist'),
        (_drop_stencil_field, r'image 2: stencil_file: missing, but the pipeline loads it'),
        (_resize_stencil, r'image 2: stencil_file: .*000002.png is 63x48 px, but the image is 64x48 px'),
        (_turn, r'image 2: file_name: .*000002.png is turned by its EXIF orientation'),
        (_cut, r'image 2: file_name: .*000002.png cannot be read'),
        (_shrink, r'000002.png: width, height: is 63x48 px, but the pipeline needs at least 64x48 px'),
        (_no_name, r'image 2: file_name: missing'),
    ],
)
def test_bad_images(root: Path, spoil: Callable[[Path], None], message: str) -> None:
    spoil(root)
    with pytest.raises((ValueError, FileNotFoundError), match=f'train.json: {message}'):
        build(root, pipeline=CROP)
    dataset = build(root, pipeline=CROP, on_error='skip')
    assert dataset.names() == ['000001.png', '000003.png']
    assert len(dataset.problems) == 1
    assert all(dataset[index]['inputs']['mask'].shape == (1, 48, 64) for index in range(2))


def test_an_image_in_two_files(root: Path) -> None:
    (root / 'annotations/again.json').write_bytes((root / SPLITS[0]).read_bytes())
    with pytest.raises(ValueError, match=r'again.json: file_name: 000001.png is listed before, in .*train.json'):
        build(root, ann_files=[*SPLITS, 'annotations/again.json'])
    change(root, lambda content: content['images'][2].update(file_name='000002.png'))
    with pytest.raises(ValueError, match=r'train.json: file_name: 000002.png is listed before, in .*train.json'):
        build(root)


def test_files_without_images(root: Path) -> None:
    change(root, lambda content: content.update(images=[], annotations=[]))
    with pytest.raises(ValueError, match=r'train.json: images: no image is left'):
        build(root)
    with pytest.raises(FileNotFoundError, match=r'gone.json'):
        build(root, ann_files=['gone.json'])


def test_arguments(root: Path) -> None:
    with pytest.raises(ValueError, match=r'ann_files must be a list'):
        build(root, ann_files='annotations/train.json', lazy_init=True)
    with pytest.raises(ValueError, match=r'store_files must name 2 file'):
        build(root, ann_files=SPLITS, store_files=['a.arrow'], lazy_init=True)
    with pytest.raises(ValueError, match=r'on_error must be'):
        build(root, on_error='ignore', lazy_init=True)
    build(root, store_files=['elsewhere.arrow'])
    assert (root / 'elsewhere.arrow').is_file()
    assert not (root / 'annotations/train.arrow').exists()
