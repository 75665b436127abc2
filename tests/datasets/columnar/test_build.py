import hashlib
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from synpose.datasets.columnar import build, section
from synpose.datasets.columnar.columns import Column, Records


def read_back(path: Path) -> tuple[list[dict], list[list[dict]], dict]:
    """Build a file's table and return its images, each image's people, and the table's description."""
    batch, description = build.build_table(path, hashlib.sha256())
    images = Records({name: Column(batch.column(name), kind) for name, kind in description['kinds']['images'].items()})
    lists = batch.column('annotations')
    kinds = description['kinds']['annotations']
    people = Records({name: Column(lists.values.field(name), kind) for name, kind in kinds.items()})
    first = np.asarray(lists.offsets).tolist()
    by_image = [people.records(start, stop) for start, stop in pairwise(first)]
    return images.records(0, batch.num_rows), by_image, description


@pytest.mark.parametrize('chunk', [1, 2, 7, 1000])
def test_every_record_comes_back(write_coco: Callable, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(section, 'CHUNK', chunk)
    path = write_coco(num_images=30, wholebody=True)
    content = json.loads(path.read_text())
    images, people, description = read_back(path)
    # As text, so that 1, 1.0 and True differ.
    assert json.dumps(images, sort_keys=True) == json.dumps(content['images'], sort_keys=True)
    expected = [[p for p in content['annotations'] if p['image_id'] == image['id']] for image in content['images']]
    assert json.dumps(people, sort_keys=True) == json.dumps(expected, sort_keys=True)
    assert description['header'] == {'info': {'year': 2026}, 'categories': content['categories']}
    parts = {'foot_kpts': 18, 'face_kpts': 204, 'lefthand_kpts': 63, 'righthand_kpts': 63}
    assert description['lengths'] == {'bbox': 4, 'keypoints': 51, **parts}


def test_small_and_large_integers_in_different_chunks(write_coco: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def spread(content: dict) -> None:
        for index, person in enumerate(content['annotations']):
            person['numbers'] = [2**40, 1] if index == 3 else [index]

    monkeypatch.setattr(section, 'CHUNK', 2)
    path = write_coco(spread)
    _, people, description = read_back(path)
    assert description['kinds']['annotations']['numbers'] == 'ints'
    found = {person['id']: person['numbers'] for group in people for person in group}
    assert found == {person['id']: person['numbers'] for person in json.loads(path.read_text())['annotations']}
