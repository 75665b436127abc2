from urllib.error import URLError

import pytest
import torch
from torch_fidelity import feature_extractor_inceptionv3 as library

from synpose.evaluation.feature_statistics import save_feature_statistics
from synpose.evaluation.functional import FeatureMoments
from synpose.evaluation.metrics import FIDMetric
from synpose.files import sha256
from synpose.models.feature_extractors import InceptionFeatures


@pytest.fixture(scope='module')
def random_weights(tmp_path_factory):
    """A file of the network's own layout with weights that nobody trained."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, 'load_state_dict_from_url', lambda *args, **kwargs: {})
        patch.setattr(library.FeatureExtractorInceptionV3, 'load_state_dict', lambda *args: None)
        torch.manual_seed(0)
        network = library.FeatureExtractorInceptionV3('x', ['2048'])
    path = tmp_path_factory.mktemp('weights') / 'random.pth'
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture(autouse=True)
def _no_initial_weights(monkeypatch, random_weights):
    """The file's weights replace them all, and making them takes a second."""
    for layer in (torch.nn.Conv2d, torch.nn.Linear):
        monkeypatch.setattr(layer, 'reset_parameters', lambda self: None)


def pretend_ported(monkeypatch, path):
    """Let the library's address name the digest of a file, as it names that of the ported weights."""
    url = f'https://example.org/weights-inception-2015-12-05-{sha256(path)[:8]}.pth'
    monkeypatch.setattr(library, 'URL_INCEPTION_V3', url)
    return url


def figure_names(extractor, tmp_path):
    statistics = tmp_path / 'statistics.npz'
    moments = FeatureMoments(2048)
    moments.add(torch.rand(3, 2048))
    save_feature_statistics(statistics, moments, InceptionFeatures(**extractor))
    return FIDMetric(dict(type='InceptionFeatures', **extractor), statistics=statistics).figure_names


def test_other_weights_are_never_reported_as_fid(random_weights, tmp_path):
    with pytest.raises(ValueError, match=r'random\.pth: weights: not those that FID is defined by'):
        InceptionFeatures(random_weights)
    extractor = InceptionFeatures(random_weights, name='FID')
    assert not extractor.is_fid_inception
    assert figure_names(dict(weights=str(random_weights), name='FID'), tmp_path) == (
        'FD_FID',
        'KD_FID',
        'probe_accuracy_FID',
    )


def test_the_ported_weights_give_fid(random_weights, tmp_path, monkeypatch):
    pretend_ported(monkeypatch, random_weights)
    assert InceptionFeatures(random_weights).identity == f'sha256:{sha256(random_weights)}'
    assert figure_names(dict(weights=str(random_weights)), tmp_path) == ('FID', 'KID', 'probe_accuracy')


def test_the_library_names_the_ported_weights_digest():
    assert library.URL_INCEPTION_V3.endswith('-6726825d.pth')


def test_features_are_the_librarys_at_any_size(random_weights):
    extractor = InceptionFeatures(random_weights, name='random').train()
    assert not extractor.training
    assert not any(parameter.requires_grad for parameter in extractor.parameters())
    network = library.FeatureExtractorInceptionV3('x', ['2048'], str(random_weights))
    images = torch.randint(0, 256, (1, 3, 40, 60), dtype=torch.uint8)
    with torch.inference_mode():
        features = extractor(images)
        assert features.shape == (1, extractor.num_features) == (1, 2048)
        assert torch.equal(features, network(images)[0])


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.pth: no such file of Inception weights; .*6726825d'):
        InceptionFeatures(tmp_path / 'none.pth')


def test_failed_download_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))

    def fail(url, path, **kwargs):
        raise URLError('no network')

    monkeypatch.setattr(torch.hub, 'download_url_to_file', fail)
    with pytest.raises(FileNotFoundError) as error:
        InceptionFeatures()
    for part in (str(tmp_path), library.URL_INCEPTION_V3, 'no network', '--weights FILE'):
        assert part in str(error.value)


def test_weights_are_downloaded_once_and_verified(random_weights, tmp_path, monkeypatch):
    url = pretend_ported(monkeypatch, random_weights)
    calls = []

    def download(address, path, hash_prefix, progress):
        calls.append((address, hash_prefix))
        with open(path, 'wb') as file:
            file.write(random_weights.read_bytes())

    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, 'download_url_to_file', download)
    assert InceptionFeatures().is_fid_inception
    assert InceptionFeatures().is_fid_inception
    assert calls == [(url, sha256(random_weights)[:8])]


def test_other_networks_and_damaged_files_are_refused(tmp_path):
    torch.save({'fc.weight': torch.zeros(2, 2)}, tmp_path / 'imagenet.pth')
    (tmp_path / 'damaged.pth').write_bytes(b'not weights')
    for name in ('imagenet.pth', 'damaged.pth'):
        with pytest.raises(ValueError, match=rf'{name}: weights: not of the Inception network') as error:
            InceptionFeatures(tmp_path / name, name='mine')
        assert len(str(error.value).splitlines()) == 1
