import pytest

from synpose.adaptation.rejected_labels import read_rejected


def test_ids_one_a_line(tmp_path):
    path = tmp_path / 'rejected.txt'
    path.write_text('# rejected on page 1\n17\n\n 4  # a foot\n17\n')
    assert read_rejected(path) == {4, 17}
    path.write_text('')
    assert read_rejected(path) == set()


def test_bad_files_are_named(tmp_path):
    path = tmp_path / 'rejected.txt'
    with pytest.raises(FileNotFoundError, match=r'rejected\.txt: no such'):
        read_rejected(path)
    path.write_text('1\nperson 2\n')
    with pytest.raises(ValueError, match=r"rejected\.txt: line 2: must be the id of an annotation, but is 'person 2'"):
        read_rejected(path)
