import json
from pathlib import Path

import pytest

from synpose.adaptation.job_plan import plan_job

OUT = Path('out/images')


def write(root, name, images):
    path = root / 'annotations' / f'{name}.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({'images': images, 'annotations': [], 'categories': []}))
    return f'annotations/{name}.json'


def image(number, name=None, **fields):
    return {'id': number, 'file_name': name or f'{number}.jpg', **fields}


def plan(root, files, names, prefix=None):
    return plan_job(root, files, names, lambda name: (OUT / name).with_suffix('.png'), prefix or {})


def test_what_is_linked_and_what_is_skipped(tmp_path):
    for path in ('stencils/1.png', 'labels/d/1.png', 'stencils/2.png'):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    images = [image(1, stencil_file='stencils/1.png', depth_file='d/1.png'), image(2, stencil_file='stencils/2.png')]
    files = [write(tmp_path, 'train', images), write(tmp_path, 'val', [image(3), image(4)])]
    found = plan(tmp_path, files, ['1.jpg', '3.jpg'], {'depth': 'labels/'})
    assert found.links == ['stencils/1.png', 'labels/d/1.png']
    assert found.skipped == {files[0]: ['2.jpg'], files[1]: ['4.jpg']}
    assert found.num_skipped == 2


def test_two_images_that_would_become_one_file(tmp_path):
    files = [write(tmp_path, 'train', [image(1, 'a.jpg'), image(2, 'a.png')])]
    with pytest.raises(ValueError, match=r'image 2: file_name: a\.png and a\.jpg would both become out/images/a\.png'):
        plan(tmp_path, files, ['a.jpg', 'a.png'])
    assert plan(tmp_path, files, ['a.jpg']).num_skipped == 1


def test_an_image_that_no_file_lists(tmp_path):
    files = [write(tmp_path, 'train', [image(1)])]
    with pytest.raises(ValueError, match=r'7\.jpg: the dataset gives this image, but annotations/train\.json .*2 such'):
        plan(tmp_path, files, ['1.jpg', '7.jpg', '8.jpg'])


@pytest.mark.parametrize('name', ['/etc/1.jpg', '../1.jpg', 'a/../../1.jpg'])
def test_files_outside_the_folder(tmp_path, name):
    files = [write(tmp_path, 'train', [image(1, name)])]
    with pytest.raises(ValueError, match=r'annotations/train\.json: image 1: file_name: .* inside the dataset'):
        plan(tmp_path, files, [name])
    files = [write(tmp_path, 'train', [image(1, depth_file=name)])]
    with pytest.raises(ValueError, match=r'image 1: depth_file: .* inside the dataset'):
        plan(tmp_path, files, ['1.jpg'])


def test_a_missing_stencil(tmp_path):
    files = [write(tmp_path, 'train', [image(1, stencil_file='stencils/1.png')])]
    with pytest.raises(FileNotFoundError, match=r'image 1: stencil_file: .*stencils/1\.png does not exist'):
        plan(tmp_path, files, ['1.jpg'])
