import pytest

from synpose.datasets.sample_names import check_stems


@pytest.mark.parametrize('names', [['a/b.jpg', 'c.jpg', 'b.jpg'], ['a.1.jpg', 'a.2.jpg'], []])
def test_different_stems(names: list[str]) -> None:
    check_stems(names)


@pytest.mark.parametrize('names', [['x.jpg', 'a/b.jpg', 'a/b.png'], ['a/b.jpg', './a/b.jpg'], ['a', 'a.jpg']])
def test_names_that_become_one(names: list[str]) -> None:
    with pytest.raises(ValueError, match=f'file_name: {names[-2]} and {names[-1]} differ in nothing but their endings'):
        check_stems(names)
