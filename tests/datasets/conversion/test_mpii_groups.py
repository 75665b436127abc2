"""Who is close to whom, by hand; and the toolkit's list of groups."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from synpose.datasets.conversion.mpii import MPIIMatSource
from synpose.datasets.conversion.mpii_groups import Group, close_groups, draw_groups, find_groups, read_groups
from synpose.datasets.conversion.source import SourcePerson


def test_closeness_by_hand() -> None:
    """Heights of 100 and 60: near below 80 px; a chain is one group."""
    heights = np.array([100.0, 60, 100, 60])
    centers = np.array([[0.0, 0], [79, 0], [79 + 79, 0], [500, 0]])
    assert close_groups(centers, heights) == [[0, 1, 2]]
    centers[1, 0] = 80
    assert close_groups(centers, heights) == [[1, 2]]
    assert close_groups(centers, heights, reach=1.01) == [[0, 1, 2]]
    assert close_groups(centers, heights, reach=10) == [[0, 1, 2, 3]]
    assert close_groups(np.zeros((0, 2)), np.zeros(0)) == []
    assert close_groups(np.array([[5.0, 5]]), np.array([9.0])) == []


def test_chains_in_any_order() -> None:
    centers = np.array([[0.0, 0], [300, 0], [100, 0], [400, 0], [200, 0]])
    assert close_groups(centers, np.full(5, 100.0), reach=1.01) == [[0, 1, 2, 3, 4]]
    assert close_groups(centers * [1, 1], np.full(5, 99.0)) == []


def test_groups_stay_within_their_image() -> None:
    def person(x: float) -> SourcePerson:
        return SourcePerson(1, np.zeros((16, 3)), (0, 0, 1, 1), fields={'center': [x, 5.0], 'scale': 0.5})

    people = {(3, 1): person(0), (3, 4): person(99), (8, 1): person(0), (8, 2): person(101), (9, 1): person(10)}
    assert find_groups(people) == [Group(3, (1, 4))]


@pytest.fixture
def release(tmp_path: Path, struct, mpii_release, mpii_image) -> Path:
    """Three images; the second is for testing, the last has a person who stands apart."""
    place = struct([{'x': 5.0, 'y': 5.0}])
    images = [mpii_image(f'{name}.jpg', [{'scale': 1.0, 'objpos': place}] * 4) for name in 'abc']
    content = mpii_release(images, [1, 0, 1])
    content['RELEASE'][0, 0]['single_person'][2, 0] = np.array([[2]])
    savemat(tmp_path / 'a.mat', content)
    return tmp_path / 'a.mat'


def write_groups(path: Path, groups: list[list[list[int]]]) -> Path:
    cells = np.empty((1, len(groups)), object)
    for image, found in enumerate(groups):
        cells[0, image] = np.zeros((0, 0))
        if found:
            cells[0, image] = np.empty((1, len(found)), object)
            for number, people in enumerate(found):
                cells[0, image][0, number] = np.array([people])
    savemat(path, {'groups': cells})
    return path


def test_the_toolkits_groups(tmp_path: Path, release: Path) -> None:
    path = write_groups(tmp_path / 'groups.mat', [[[1, 3], [2, 4]], [[1, 2]], [[1, 2], [3, 4]]])
    expected = [Group(1, (1, 3)), Group(1, (2, 4)), Group(3, (3, 4))]
    assert read_groups(path, MPIIMatSource(release)) == expected
    assert read_groups(path, MPIIMatSource(release, training=False)) == [Group(2, (1, 2))]
    path = write_groups(tmp_path / 'empty.mat', [[], [], [[4]]])
    assert read_groups(path, MPIIMatSource(release)) == [Group(3, (4,))]


def test_bad_lists_of_groups(tmp_path: Path, release: Path) -> None:
    source = MPIIMatSource(release)
    with pytest.raises(FileNotFoundError, match=r'none\.mat: no such file'):
        read_groups(tmp_path / 'none.mat', source)
    with pytest.raises(ValueError, match=r'a\.mat: no readable mat file with groups'):
        read_groups(release, source)
    with pytest.raises(ValueError, match=r'groups: 1 cells, but there is annolist\(3\)'):
        read_groups(write_groups(tmp_path / 'short.mat', [[[1, 2]]]), source)


def test_the_same_seed_draws_the_same_groups() -> None:
    groups = [Group(image, (1, 2)) for image in range(50)]
    drawn = draw_groups(groups, 10, seed=1)
    assert drawn == draw_groups(groups, 10, seed=1) != draw_groups(groups, 10, seed=2)
    assert len(set(drawn)) == 10
    assert drawn == sorted(drawn, key=lambda group: group.image)
    with pytest.raises(ValueError, match='num_groups: 51 of 50 groups of close people cannot be drawn'):
        draw_groups(groups, 51, seed=0)
