from pathlib import Path

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS
from scipy.io import savemat


def load(path: Path, *labels: str, **more) -> dict:
    files = {f'{label}_mat': str(path) for label in labels}
    names = {'parts_name': 'M', 'depth_name': 'd', 'part_numbers': np.array([0, 5, 7], np.uint8)}
    return TRANSFORMS.build({'type': 'LoadMatLabels'})({**files, **names, **more})


def test_parts_are_renumbered_and_depth_has_no_background(tmp_path: Path) -> None:
    depth = np.array([[1e10, 2.5], [1000.5, 999.0]], np.float32)
    savemat(tmp_path / 'a.mat', {'M': np.array([[0, 1], [2, 2]], np.uint8), 'd': depth})
    found = load(tmp_path / 'a.mat', 'parts', 'depth', ori_shape=(2, 2))
    assert found['parts'].tolist() == [[0, 5], [7, 7]]
    assert found['depth'].tolist() == [[0, 2.5], [0, 999]]
    assert (found['parts'].dtype, found['depth'].dtype) == (np.uint8, np.float32)
    assert 'depth' not in load(tmp_path / 'a.mat', 'parts')


def test_bad_input(tmp_path: Path) -> None:
    savemat(tmp_path / 'a.mat', {'M': np.full((2, 2), 3), 'd': np.zeros(4)})
    with pytest.raises(ValueError, match=r'a\.mat: M: must be 0 to 2, but goes from 3 to 3'):
        load(tmp_path / 'a.mat', 'parts')
    with pytest.raises(ValueError, match=r'a\.mat: d: is \(1, 4\), but the picture is \(2, 2\)'):
        load(tmp_path / 'a.mat', 'depth', ori_shape=(2, 2))
    with pytest.raises(ValueError, match=r'a\.mat: N: missing'):
        load(tmp_path / 'a.mat', 'parts', parts_name='N')
    with pytest.raises(ValueError, match='image 8: parts_mat, depth_mat: missing'):
        load(tmp_path / 'a.mat', img_id=8)
