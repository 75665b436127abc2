import errno
import json

import pytest

from synpose.adaptation.job_folder import JobFolder, explained


def test_a_folder_is_of_one_job_until_it_is_deleted(tmp_path):
    folder = JobFolder(tmp_path / 'a' / 'out')
    assert folder.open({'model': {'width': 1}}) is False
    folder.close()
    assert folder.open({'model': {'width': 1}}) is False  # begun, not complete
    folder.finish({'model': {'width': 1}, 'counts': {}})
    folder.close()
    assert folder.open({'model': {'width': 1}}) is True
    folder.close()
    with pytest.raises(ValueError, match=r'model\.width was 1 and is 2\. To start afresh, delete .*out or choose'):
        folder.open({'model': {'width': 2}})
    folder.close()
    assert [path.name for path in (tmp_path / 'a' / 'out').iterdir()] == ['dataset.json']


def test_many_differences_are_shortened(tmp_path):
    folder = JobFolder(tmp_path)
    folder.open({str(k): 0 for k in range(9)})
    folder.close()
    with pytest.raises(ValueError, match=r'4 was 0 and is 1; and 4 more\.'):
        folder.open({str(k): 1 for k in range(9)})


def test_one_job_at_a_time(tmp_path):
    first, second = JobFolder(tmp_path / 'out'), JobFolder(tmp_path / 'out')
    first.open({})
    with pytest.raises(BlockingIOError, match='another job is writing here'):
        second.open({})
    first.close()
    assert second.open({}) is False
    second.close()


def test_what_a_killed_process_left_is_removed(tmp_path):
    folder = JobFolder(tmp_path)
    folder.open({})
    folder.close()
    (tmp_path / 'images').mkdir()
    (tmp_path / 'images' / '.1-ab_cd3fg.png').touch()
    (tmp_path / 'images' / '1.png').touch()
    folder.open({})
    assert [path.name for path in (tmp_path / 'images').iterdir()] == ['1.png']


@pytest.mark.parametrize('content', ['{', '[]', '"text"'])
def test_a_manifest_that_is_none(tmp_path, content):
    (tmp_path / 'dataset.json').write_text(content)
    with pytest.raises(ValueError, match=r'delete .* or choose another out_root'):
        JobFolder(tmp_path).open({'a': 1})


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / 'out').write_text('')
    with pytest.raises(OSError, match='out: cannot be written'):
        JobFolder(tmp_path / 'out').open({})


def test_identities_are_compared_as_json(tmp_path):
    folder = JobFolder(tmp_path)
    folder.open({'size': (1, 2)})
    folder.close()
    assert folder.open({'size': (1, 2)}) is False
    assert json.loads((tmp_path / 'dataset.json').read_text()) == {'size': [1, 2]}


@pytest.mark.parametrize(('number', 'hint'), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
def test_the_systems_refusals_are_explained(number, hint):
    with pytest.raises(OSError, match=r'a\.png: cannot be written') as error, explained('a.png'):
        raise OSError(number, 'the reason')
    assert error.value.errno == number
    assert ('make room and run the job again' in str(error.value)) == hint


def test_own_errors_stay_as_they_are():
    with pytest.raises(BlockingIOError, match=r'^in words$'), explained('a.png'):
        raise BlockingIOError('in words')
