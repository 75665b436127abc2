"""A study that is not sound is refused with one error that names file, record and field, before anything starts."""

from pathlib import Path

import pytest

from synpose.studies import StudyRun, read_study
from synpose.studies.reading import find_study
from synpose.studies.study import FolderSheet

FILE = 'projects/synpose/studies/small.yaml'
ROOT = Path(__file__).parents[2]


def row(content, **changes):
    content['rows'][0].update(changes)


def test_a_study_is_read(workspace):
    study = read_study(FILE)
    assert study.name == 'small'
    assert [stage.name for stage in study.stages] == ['render', 'make_a', 'make_b']
    assert study.stages[1].done == 'data/a.json'
    assert study.stages[1].needs == ('render',)
    assert study.stages[1].command[0] == '-c'
    assert study.rows[0].seeds == (0, 1, 2)
    assert study.rows[0].tests == ('configs/base.py', 'configs/target.py')
    assert study.columns[0].format == '.3f'


def test_a_command_may_be_one_line(workspace, edit_study):
    edit_study(lambda content: content['stages'][0].update(command="tools/generate.py 'a b' --resume"))
    assert read_study(FILE).stages[0].command == ('tools/generate.py', 'a b', '--resume')


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda c: c.update(row=1), ": unknown field 'row', expected some of"),
        (lambda c: c.pop('columns'), ": needs the field 'columns'"),
        (lambda c: row(c, sedes=[1]), ": row a: unknown field 'sedes', expected some of"),
        (lambda c: row(c, config='configs/none.py'), ': row a: config: configs/none.py does not exist'),
        (lambda c: row(c, tests=['configs/none.py']), ': row a: tests: configs/none.py does not exist'),
        (lambda c: c['rows'].append(dict(c['rows'][0])), ": rows: 'a' is the name of two rows"),
        (lambda c: row(c, seeds=[0, 0]), ': row a: seeds: a seed is given twice in [0, 0]'),
        (lambda c: row(c, seeds=[]), ': row a: seeds: expected a list of whole numbers, got []'),
        (lambda c: c['rows'][0].pop('seeds'), ": row a: needs the field 'seeds'"),
        (lambda c: c['rows'][0].pop('config'), ': row a: seeds: given, but the row has no config to train'),
        (
            lambda c: row(c, needs=['make_c']),
            ": row a: needs: there is no stage 'make_c'; stages: make_a, make_b, render",
        ),
        (lambda c: row(c, measures=['x']), ": row a: measures: there is no stage 'x'"),
        (
            lambda c: row(c, options={'modle.width': 2}),
            ": row a: config: option 'modle.width': configs/base.py has no 'modle'",
        ),
        (lambda c: row(c, name='../a'), ": row ../a: name: '../a' cannot name a file"),
        (lambda c: c['stages'][0].update(needs=['make_a']), ': stages: need each other in a circle: '),
        (lambda c: c['stages'][0].update(needs=['nothing']), ": stage render: needs: there is no stage 'nothing'"),
        (lambda c: c['stages'][0].pop('done'), ": stage render: needs the field 'done'"),
        (lambda c: c['stages'][0].update(command="a 'b"), ': stage render: command: No closing quotation in'),
        (lambda c: c['stages'][0].update(command=[]), ': stage render: command: expected what follows "python"'),
        (lambda c: c['stages'][1].update(name='make'), ': stage make: name: must hold "{each}"'),
        (lambda c: c['stages'][1].update(done='data/x'), ": stages: 'data/x' is the done of two stages"),
        (
            lambda c: c['columns'][0].update(test='vall'),
            ": column target AP: test: no test writes results named 'vall'",
        ),
        (lambda c: c['columns'][0].pop('metric'), ': column target AP: needs either test and metric, or file and key'),
        (lambda c: c['columns'][0].update(format='3q'), ": column target AP: format: '3q' is no format of a number"),
        (lambda c: c['columns'].append(c['columns'][0]), ": columns: 'target AP' is the header of two columns"),
        (
            lambda c: c.update(
                pictures=[{'kind': 'predictions', 'name': 'p', 'title': 'P', 'test': 'val', 'rows': ['z']}]
            ),
            ": picture p: rows: there is no row 'z'",
        ),
        (
            lambda c: c.update(pictures=[{'kind': 'plot', 'name': 'p', 'title': 'P'}]),
            ": picture p: kind: unknown 'plot'",
        ),
        (
            lambda c: c.update(tests=['configs/base.py'] * 2),
            ': row a: tests: configs/base.py: another test also writes',
        ),
    ],
)
def test_errors_name_file_record_and_field(edit_study, change, message):
    edit_study(change)
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared below
        StudyRun('small')
    assert str(raised.value).startswith(FILE + message)
    assert not Path('work').exists()


def test_a_config_that_is_broken_or_says_too_little(workspace):
    base = Path('configs/base.py')
    text = base.read_text()
    for broken, message in (
        ('model = dict(', 'cannot be read as a config'),
        (text.replace('max_epochs=3', 'val_interval=3'), None),
        (text.replace('ResultsHook', 'OtherHook'), 'needs one ResultsHook in custom_hooks, has 0'),
    ):
        base.write_text(broken)
        if message is None:  # the budget says it
            StudyRun('small')
            continue
        with pytest.raises(ValueError, match='row a: ') as raised:
            StudyRun('small')
        assert message in str(raised.value)


def test_a_key_given_twice_is_refused(workspace):
    Path(FILE).write_text(Path(FILE).read_text() + 'title: again\n')
    with pytest.raises(ValueError, match=r"small\.yaml: 'title' is given twice"):
        read_study(FILE)


def test_a_study_is_found_by_name_or_path(workspace):
    assert find_study('small') == find_study(FILE) == Path(FILE)
    with pytest.raises(FileNotFoundError, match=r'large.yaml: no such study; in projects/synpose/studies: small'):
        find_study('large')


@pytest.mark.parametrize('name', sorted(path.stem for path in (ROOT / 'projects/synpose/studies').glob('*.yaml')))
def test_the_projects_own_studies_are_sound(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    run = StudyRun(name)
    study = run.study
    trained = [row for row in study.rows if row.config]
    assert {task.kind for task in run.tasks.values()} >= {'train', 'test'}
    assert all(Path(task.command[0]).parent.name == 'tools' for task in run.tasks.values())
    assert any(len(row.seeds) >= 3 for row in trained)
    for sheet in study.pictures:
        if isinstance(sheet, FolderSheet):
            assert len(sheet.folders) > 1
