import hashlib
import json
from pathlib import Path

import pytest

from synpose.datasets.columnar.json_stream import read_records

CONTENT = {
    'info': {'text': 'é"}],', 'numbers': [1, -2.5e-3, 12345678901234567890]},
    'images': [{'id': index, 'name': 'ü' * index} for index in range(20)],
    'version': 123456,
    'annotations': [],
    'categories': [{'id': 1}],
}


@pytest.mark.parametrize('block', [1, 2, 7, 100, 1 << 20])
@pytest.mark.parametrize('indent', [None, 2])
def test_equals_the_whole_file(tmp_path: Path, block: int, indent: int | None) -> None:
    path = tmp_path / 'a.json'
    path.write_text(json.dumps(CONTENT, indent=indent, ensure_ascii=False), encoding='utf-8')
    digest = hashlib.sha256()
    found = list(read_records(path, digest, block))
    members = [(key, value) for key, value in CONTENT.items() if key not in ('images', 'annotations')]
    assert [pair for pair in found if pair[0] not in ('images', 'annotations')] == members
    assert [record for key, record in found if key == 'images'] == CONTENT['images']
    assert digest.hexdigest() == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize('block', [100, 1 << 16])
def test_a_string_longer_than_a_block(tmp_path: Path, block: int) -> None:
    path = tmp_path / 'a.json'
    images = [{'id': 1}, {'id': 2, 'mask': 'ü"\\' * 90_000}, {'id': 3}]
    path.write_text(json.dumps({'images': images}))
    assert [record for _, record in read_records(path, block=block)] == images


BAD = {
    '{"images": [{"id": "1}]}': r'not valid JSON: Unterminated string starting at \(character 19\)',
    '': r'not valid JSON: .* the end of the file',
    '[1]': r'must hold a JSON object',
    '{"images": [{"id": 1}': r'not valid JSON: .* the end of the file \(character 21\)',
    '{"images": [{"id": 1},]}': r'not valid JSON: Expecting value \(character 22\)',
    '{"images": [{"id": 1 2}]}': r'not valid JSON: .* delimiter \(character 21\)',
    '{"images": []} x': r'not valid JSON: extra data \(character 15\)',
    '{"images": [], images: 2}': r"not valid JSON: expected one of '\"', but found 'i'",
    '{"images": [], "images": []}': r'images: appears more than once',
    '{"images": {}}': r'images: must be a list of objects',
    '{"images": [3]}': r'images: must be a list of objects, but holds 3',
    '{"annotations": []}': r'images: must be a list of objects',
    '{"images": [], "info": "\udcff"}': r'not valid JSON: .*utf-8',
}


@pytest.mark.parametrize('block', [3, 1 << 20])
@pytest.mark.parametrize('text', BAD)
def test_broken_files(tmp_path: Path, text: str, block: int) -> None:
    path = tmp_path / 'a.json'
    path.write_bytes(text.encode(errors='surrogateescape'))
    with pytest.raises(ValueError, match=f'a.json: {BAD[text]}'):
        list(read_records(path, block=block))


def test_a_mistake_near_the_start_is_found_there(tmp_path: Path) -> None:
    path = tmp_path / 'a.json'
    path.write_text('{"images": [{"id": 1, oops}, ' + '{"id": 2}, ' * 20_000 + '{}]}')
    digest = hashlib.sha256()
    with pytest.raises(ValueError, match=r'\(character 22\)'):
        list(read_records(path, digest, block=100))
    assert digest.hexdigest() != hashlib.sha256(path.read_bytes()).hexdigest()  # the rest was not read


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'a.json: annotation file does not exist'):
        list(read_records(tmp_path / 'a.json'))
