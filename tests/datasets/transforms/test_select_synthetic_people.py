import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

import synpose  # noqa: F401
from synpose.files import write_json
from synpose.testing import write_synpose_dataset

FILE = 'annotations/train.json'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two images of four people, of whom the last two are real; in the second image they have no outline."""
    write_synpose_dataset(tmp_path, 2, 4, (64, 48), ('train',))
    content = json.loads((tmp_path / FILE).read_text())
    for person in content['annotations']:
        if person['stencil_id'] > 2:
            person['is_synthetic'] = False
            person['stencil_id'] *= person['image_id'] == 1
    write_json(tmp_path / FILE, content)
    return tmp_path


def sample(image: int, stencil: np.ndarray) -> dict:
    style = np.zeros((*stencil.shape, 3), np.uint8)
    return {'img_id': image, 'ann_file': FILE, 'stencil': stencil, 'style': style}


STENCIL = np.array([[0, 1, 2], [3, 3, 4], [4, 2, 0]], np.int32)


def build(root: Path, **options):
    return TRANSFORMS.build({'type': 'SelectSyntheticPeople', 'data_root': str(root), 'min_style_pixels': 4, **options})


def test_rendered_people_stay_and_real_ones_show_the_style(root: Path) -> None:
    select = pickle.loads(pickle.dumps(build(root)))
    results = select(sample(1, STENCIL))
    np.testing.assert_array_equal(results['stencil'], [[0, 1, 2], [0, 0, 0], [0, 2, 0]])
    np.testing.assert_array_equal(results['style_mask'], [[0, 0, 0], [1, 1, 1], [1, 0, 0]])
    assert results['style_mask'].dtype == np.uint8


@pytest.mark.parametrize(
    ('image', 'options'), [(2, {}), (1, {'min_style_pixels': 5}), (1, {'style_from': 'photo'})], ids=str
)
def test_whole_photo_where_real_people_say_too_little(root: Path, image: int, options: dict) -> None:
    results = build(root, **options)(sample(image, STENCIL))
    np.testing.assert_array_equal(results['stencil'], [[0, 1, 2], [0, 0, 0], [0, 2, 0]])
    assert results['style_mask'].all()


def test_no_rendered_person(root: Path) -> None:
    assert not build(root)(sample(1, np.where(STENCIL > 2, STENCIL, 0)))['stencil'].any()


@pytest.mark.parametrize('field', ['is_synthetic', 'stencil_id'])
def test_annotations_that_do_not_tell(root: Path, field: str) -> None:
    content = json.loads((root / FILE).read_text())
    del content['annotations'][1][field]
    write_json(root / FILE, content)
    with pytest.raises(ValueError, match=f'train.json: annotation 2: {field}: missing'):
        build(root)(sample(1, STENCIL))


def test_wrong_option() -> None:
    with pytest.raises(ValueError, match="style_from must be 'people' or 'photo', but is 'me'"):
        TRANSFORMS.build({'type': 'SelectSyntheticPeople', 'style_from': 'me'})


def test_the_annotation_that_does_not_tell_is_named_before_any_picture_is_made(root: Path) -> None:
    assert build(root).problem({'id': 1, 'ann_file': FILE}) is None
    content = json.loads((root / FILE).read_text())
    del content['annotations'][1]['is_synthetic']
    write_json(root / FILE, content)
    text = build(root).problem({'id': 1, 'ann_file': FILE})
    assert text == 'annotation 2: is_synthetic: missing; it tells who is rendered'
