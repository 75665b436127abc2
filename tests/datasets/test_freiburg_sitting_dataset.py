from pathlib import Path

import numpy as np
import pytest
from mmpose.registry import DATASETS
from scipy.io import loadmat

from synpose.skeletons import BODY_PARTS
from synpose.testing import write_freiburg_folder

LOAD = [dict(type='LoadImage'), dict(type='LoadMatLabels')]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four photos and their masks, and a split of two."""
    write_freiburg_folder(tmp_path)
    (tmp_path / 'train.txt').write_text('image2\nimage0\n\n')
    return tmp_path


def build(root: Path, **options):
    options = {'ann_file': 'train.txt', 'pipeline': LOAD, **options}
    return DATASETS.build({'type': 'FreiburgSittingDataset', 'data_root': str(root), **options})


def test_samples(root: Path) -> None:
    dataset = build(root)
    assert [Path(dataset[i]['img_path']).name for i in range(len(dataset))] == ['image2.jpg', 'image0.jpg']
    sample = dataset[0]
    assert sample['bbox'].tolist() == [[0, 0, 40, 30]]
    mask = loadmat(root / 'masks/image2.mat')['M'].astype(int)
    assert (sample['parts'][mask == 4] == BODY_PARTS.index('left_upper_arm')).all()
    assert (sample['parts'][mask == 14] == BODY_PARTS.index('right_foot')).all()
    assert sorted(np.unique(sample['parts'])) == list(range(15))


def test_another_order_of_parts(root: Path) -> None:
    sample, mirrored = build(root)[0], build(root, part_order=BODY_PARTS[:0:-1])[0]
    assert (mirrored['parts'] > 0).sum() == (sample['parts'] > 0).sum()
    assert mirrored['part_numbers'].tolist() == [0, *range(14, 0, -1)]


def test_bad_splits(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'val\.txt: does not exist; it must name the photos'):
        build(root, ann_file='val.txt')
    (root / 'train.txt').write_text('image2\nimage9\n')
    with pytest.raises(FileNotFoundError, match=r'train\.txt: image9: files: .*image9\.jpg does not exist'):
        build(root)
    lenient = build(root, on_error='skip')
    assert len(lenient) == len(lenient.problems) == 1
    (root / 'img/image2.jpg').write_bytes(b'no photo')
    with pytest.raises(ValueError, match=r'image2: img: .* is not a picture'):
        build(root)
    with pytest.raises(ValueError, match=r'of 2 photo\(s\) none can be used'):
        build(root, on_error='skip')
    (root / 'train.txt').write_text('image1\nimage1\n')
    with pytest.raises(ValueError, match='image1: stands there twice'):
        build(root)
    for order in (['head', 'head'], ['tail']):
        with pytest.raises(ValueError, match='part_order: each must be one of'):
            build(root, part_order=order)
