"""tools/convert.py: every task from the command line, and one line for what goes wrong."""

import json
import re

import pytest

from synpose.datasets.conversion import FORMATS
from synpose.skeletons import JOINT_NAMES
from synpose.testing import write_synpose_dataset


@pytest.fixture
def root(tmp_path):
    return write_synpose_dataset(tmp_path / 'source', num_images=6, num_people=2, splits=['train', 'val'])


def test_help_lists_every_format(run_tool, capsys):
    assert run_tool('convert.py', '--help') == 0
    listed = re.findall(r'^  ([a-z]+) {2,}\S', capsys.readouterr().out, re.MULTILINE)
    assert set(listed) >= {*FORMATS, 'subset', 'arrow', 'json'}


def test_a_format(run_tool, root, tmp_path, capsys):
    arguments = (root / 'annotations/train.json', '--images', root / 'images', '--out', tmp_path / 'out')
    assert run_tool('convert.py', 'coco', *arguments, '--split', 'test', '--copy') == 0
    output = capsys.readouterr().out
    assert '6 images, 12 people, 0 records left out' in output
    assert '59 of 59 joints found by name; absent: none' in output
    made = json.loads((tmp_path / 'out/annotations/test.json').read_text())
    before = json.loads((root / 'annotations/train.json').read_text())
    points = [[round(value, 6) for value in person['keypoints']] for person in made['annotations']]
    assert points == [person['keypoints'] for person in before['annotations']]


def test_renames(run_tool, root, tmp_path, capsys):
    arguments = (root / 'annotations/train.json', '--images', root / 'images', '--out', tmp_path / 'out')
    assert run_tool('convert.py', 'coco', *arguments, '--rename', 'bone=neck') == 2
    assert "has no joint 'bone'" in capsys.readouterr().err
    assert run_tool('convert.py', 'coco', *arguments, '--rename', 'bone') == 2
    assert "--rename: 'bone' is not THEIRS=OURS" in capsys.readouterr().err
    assert run_tool('convert.py', 'coco', *arguments, '--rename', 'nose=chin') == 0
    paths = (folder / 'annotations/train.json' for folder in (tmp_path / 'out', root))
    made, before = (json.loads(path.read_text())['annotations'] for path in paths)
    chin = 3 * JOINT_NAMES.index('chin')
    for person, source in zip(made, before, strict=True):
        assert person['keypoints'][chin : chin + 3] == pytest.approx(source['keypoints'][:3])
        assert person['keypoints'][:3] == [0, 0, 0]


def test_to_arrow_and_back(run_tool, root, tmp_path, capsys):
    path = root / 'annotations/train.json'
    assert run_tool('convert.py', 'arrow', path) == 0
    assert run_tool('convert.py', 'json', path.with_suffix('.arrow'), '--out', tmp_path / 'again.json') == 0
    assert capsys.readouterr().out.count('6 images, 12 annotations') == 2
    assert json.loads((tmp_path / 'again.json').read_text()) == json.loads(path.read_text())


def test_a_subset(run_tool, root, tmp_path, capsys):
    arguments = ('--reference', root / 'annotations/val.json', '--out', tmp_path / 'out', '--match-by', 'people')
    assert run_tool('convert.py', 'subset', root / 'annotations/train.json', *arguments, '--seed', 2) == 0
    assert '6 images, 12 people (matched by people, seed 2)' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('coco', 'a.json', '--out', 'out'), 'coco needs --images'),
        (('mpii', 'a.mat', '--images', 'out'), 'mpii needs --out'),
        (('subset', 'a.json', '--out', 'out'), 'subset needs --reference'),
        (('json', 'a.arrow'), 'json needs --out'),
        (('arrow', 'none.json'), 'error: none.json: annotation file does not exist'),
        (('json', 'none.arrow', '--out', 'a.json'), 'error: none.arrow: annotation store does not exist'),
    ],
)
def test_what_is_missing_is_named(arguments, message, run_tool, capsys):
    assert run_tool('convert.py', *arguments) == 2
    assert message in capsys.readouterr().err
