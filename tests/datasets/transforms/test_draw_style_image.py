import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

import synpose  # noqa: F401
from synpose.files import write_json


def write_photos(folder: Path, names: list[str]) -> Path:
    for level, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), np.full((4, 5, 3), level, np.uint8))
    return folder


def build(folder: Path, **options):
    return TRANSFORMS.build({'type': 'DrawStyleImage', 'photos': str(folder), **options})


def test_draw_depends_on_seed_and_name_only(tmp_path: Path) -> None:
    folder = write_photos(tmp_path, [f'{number}.png' for number in range(20)] + ['more/20.png'])
    names = [f'{number:04d}.jpg' for number in range(300)]
    draw = build(folder)
    paths = [draw({'file_name': name})['style_path'] for name in names]
    again = pickle.loads(pickle.dumps(build(folder)))
    assert [again({'file_name': name})['style_path'] for name in reversed(names)] == paths[::-1]
    counts = [paths.count(path) for path in set(paths)]
    assert len(counts) == 21
    assert max(counts) < 35
    other = build(folder, seed=1)
    assert sum(other({'file_name': name})['style_path'] == path for name, path in zip(names, paths)) < 40
    results = draw({'file_name': names[0]})
    assert results['style'].tolist() == np.full((4, 5, 3), int(Path(paths[0]).stem), np.uint8).tolist()


def test_only_photos_of_the_split(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / 'images', ['a.png', 'b.png', 'c.png'])
    images = [{'id': i, 'file_name': name, 'width': 5, 'height': 4} for i, name in enumerate(['c.png', 'a.png'], 1)]
    write_json(tmp_path / 'train.json', {'images': images, 'annotations': [], 'categories': []})
    draw = build(folder, ann_file=str(tmp_path / 'train.json'))
    assert {Path(draw({'file_name': str(i)})['style_path']).name for i in range(40)} == {'a.png', 'c.png'}


def test_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='gone'):
        build(tmp_path / 'gone')({'file_name': 'a'})
    (tmp_path / 'clip.mp4').touch()
    with pytest.raises(FileNotFoundError, match='there is no photo to draw'):
        build(tmp_path)({'file_name': 'a'})
    (tmp_path / 'text.png').write_text('no picture')
    with pytest.raises(ValueError, match=r'text.png: is not a picture'):
        build(tmp_path)({'file_name': 'a'})


def test_all_photos_are_looked_at_before_any_picture_is_made(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / 'photos', ['a.png', 'b.png'])
    assert build(folder).problem({}) is None
    before = build(folder).describe()
    assert before['photos'] == 2
    (folder / 'b.png').write_bytes(b'no picture')
    with pytest.raises(ValueError, match=r'b\.png: is not a picture'):
        build(folder).problem({})
    assert build(folder).describe() != before  # a resumed job would mix two styles
    with pytest.raises(FileNotFoundError, match='no such folder'):
        build(tmp_path / 'nowhere').problem({})
