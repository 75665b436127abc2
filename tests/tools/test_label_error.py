"""tools/label_error.py: table, json and picture, and one line for what goes wrong."""

import json

import pytest

from synpose.skeletons import WHOLEBODY_SLICES


def _write(path, offset=0.0):
    record = {'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 90, 90], 'area': 5000}
    for part, where in WHOLEBODY_SLICES.items():
        count = where.stop - where.start
        record[f'{part}_kpts'] = [v for k in range(count) for v in (k + offset, k % 7, 2)]
    content = {'images': [{'id': 1, 'file_name': 'a.jpg', 'width': 90, 'height': 90}], 'annotations': [record]}
    path.write_text(json.dumps({**content, 'categories': []}))
    return path


def test_table_json_and_picture(run_tool, tmp_path, capsys):
    files = _write(tmp_path / 'truth.json'), _write(tmp_path / 'labels.json', 0.5)
    assert run_tool('label_error.py', *files, '--out', tmp_path / 'made/errors.json') == 0
    printed = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in printed.splitlines()[2:]}
    # The eyes' corners are 9 px apart across and 2 down; a hand is 20 px wide.
    assert rows['face'][:5] == ['1', '68', '1.000', '0.000', '0.054']
    errors = json.loads((tmp_path / 'made/errors.json').read_text())
    assert errors['parts']['lefthand']['NME'] == pytest.approx(0.5 / 20)
    assert (tmp_path / 'made/errors.png').read_bytes().startswith(b'\x89PNG')


def test_a_missing_field_is_one_line(run_tool, tmp_path, capsys):
    truth, labels = _write(tmp_path / 'truth.json'), _write(tmp_path / 'labels.json')
    content = json.loads(labels.read_text())
    del content['annotations'][0]['righthand_kpts']
    labels.write_text(json.dumps(content))
    assert run_tool('label_error.py', truth, labels, '--out', tmp_path / 'errors.json') == 2
    assert capsys.readouterr().err == f'error: {labels}: annotation 1: righthand_kpts: missing\n'
    assert not (tmp_path / 'errors.json').exists()
