from types import SimpleNamespace

import numpy as np
import pytest
import torch

from synpose.evaluation.feature_statistics import load_feature_statistics, save_feature_statistics
from synpose.evaluation.functional import FeatureMoments

EXTRACTOR = SimpleNamespace(name='color', identity='v1', num_features=6)


@pytest.mark.parametrize('kept', [True, False])
def test_statistics_come_back(tmp_path, kept):
    features = torch.rand(9, 6)
    moments = FeatureMoments(6)
    moments.add(features)
    save_feature_statistics(tmp_path / 's.npz', moments, EXTRACTOR, 'photos', features if kept else None)
    found, rows = load_feature_statistics(tmp_path / 's.npz', EXTRACTOR, 'photos')
    assert found.n == 9
    assert torch.equal(found.mean, moments.mean)
    torch.testing.assert_close(found.covariance, moments.covariance, rtol=1e-14, atol=0)
    assert torch.equal(rows, features) if kept else rows is None


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r's\.npz'):
        load_feature_statistics(tmp_path / 's.npz', EXTRACTOR)


@pytest.mark.parametrize(
    ('change', 'problem'),
    [
        ({'mu': np.zeros(5), 'sigma': np.eye(5)}, 'mu: features of size 5, but color has 6'),
        ({'sigma': np.eye(4)}, 'mu: features of size 6'),
        ({'n': 1}, 'sigma: must be finite, of at least 2 images'),
        ({'mu': np.full(6, np.nan)}, 'sigma: must be finite'),
        ({'n': None}, 'n: missing, so these are no statistics written by synpose'),
    ],
)
def test_damaged_statistics_are_refused(tmp_path, change, problem):
    fields = dict(n=3, mu=np.zeros(6), sigma=np.eye(6), extractor='color', identity='v1', source='')
    fields.update(change)
    np.savez(tmp_path / 's.npz', **{key: value for key, value in fields.items() if value is not None})
    with pytest.raises(ValueError, match=rf's\.npz: {problem}'):
        load_feature_statistics(tmp_path / 's.npz', EXTRACTOR)


@pytest.mark.parametrize('content', [b'', b'no archive', b'PK\x03\x04cut off'])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    (tmp_path / 's.npz').write_bytes(content)
    with pytest.raises(ValueError, match=r's\.npz: not a file of feature statistics'):
        load_feature_statistics(tmp_path / 's.npz', EXTRACTOR)
