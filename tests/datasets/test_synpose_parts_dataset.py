import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.datasets.depth_bins import depth_bins
from synpose.files import write_json
from synpose.testing import write_synpose_dataset

LOAD = [dict(type=name) for name in ('LoadImage', 'LoadStencil', 'LoadParts', 'LoadDepth', 'IsolatePerson')]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_synpose_dataset(tmp_path, 2, 3, (120, 90), ('train',), parts=True)


def build(root: Path, **options):
    options = {'ann_file': 'annotations/train.json', 'pipeline': LOAD, **options}
    return DATASETS.build({'type': 'SynPosePartsDataset', 'data_root': str(root), **options})


def edit(root: Path, change) -> None:
    path = root / 'annotations/train.json'
    content = json.loads(path.read_text())
    change(content)
    write_json(path, content)


def test_samples_are_one_person_with_the_files_labels(root: Path) -> None:
    dataset, content = build(root), json.loads((root / 'annotations/train.json').read_text())
    assert len(dataset) == 6
    names = content['categories'][0]['keypoints']
    for sample, person in zip(dataset, content['annotations']):
        image = content['images'][person['image_id'] - 1]
        stencil, parts, depth = (
            cv2.imread(str(root / image[f'{kind}_file']), cv2.IMREAD_UNCHANGED)
            for kind in ('stencil', 'parts', 'depth')
        )
        shown = stencil == person['stencil_id']
        np.testing.assert_array_equal(sample['parts'], np.where(shown, parts, 0))
        np.testing.assert_array_equal(sample['depth'], np.where(shown, depth, 0).astype(np.float32) / np.float32(1000))
        assert sample['pelvis_depth'] == person['keypoints_3d'][names.index('pelvis')][2]
        # The fixture's people stand in one plane with their joints, but for rounding.
        assert set(depth_bins(sample['depth'], sample['pelvis_depth'])[shown]) <= {10, 11}
        assert set(np.unique(sample['parts'])) == set(range(15))


def test_people_without_labels_are_no_samples(root: Path) -> None:
    def change(content):
        content['annotations'][0]['stencil_id'] = 0
        del content['annotations'][1]['keypoints_3d']

    edit(root, change)
    assert [sample['id'] for sample in build(root, pipeline=[])] == [3, 4, 5, 6]


def test_folders_without_what_is_needed(root: Path) -> None:
    edit(root, lambda content: [image.pop('parts_file') for image in content['images']])
    with pytest.raises(ValueError, match='parts_path: the annotation file names no such picture'):
        build(root)[0]
    edit(root, lambda content: content['annotations'][2]['keypoints_3d'].pop())
    with pytest.raises(ValueError, match=r'annotation 3: keypoints_3d: must be \(59, 3\)'):
        build(root, pipeline=[])[2]
    edit(root, lambda content: content['categories'][0]['keypoints'].__setitem__(10, 'chin2'))
    with pytest.raises(ValueError, match='there is no pelvis'):
        build(root, on_error='skip')
    edit(root, lambda content: [person.pop('keypoints_3d') for person in content['annotations']])
    with pytest.raises(ValueError, match='annotations: keypoints_3d: missing'):
        build(root, on_error='skip')
    with pytest.raises(ValueError, match="data_mode must be 'topdown'"):
        build(root, data_mode='bottomup')


def test_missing_parts_are_found_at_the_start_if_asked_for(root: Path) -> None:
    (root / 'parts/000002.png').unlink()
    assert len(build(root)) == 6
    with pytest.raises(FileNotFoundError, match=r'image 2: parts_file: .*000002\.png does not exist'):
        build(root, check_files=['img', 'parts'])
