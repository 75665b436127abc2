from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmpose.registry import MODELS

from synpose.models.feature_extractors import FeatureExtractor, PoseBackboneFeatures
from synpose.testing.small_dekr import shrink_dekr

CONFIG = Path(__file__).parents[3] / 'configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py'


@pytest.fixture(scope='module')
def pose_model(tmp_path_factory):
    """A small DEKR: its model, config file and checkpoint."""
    folder = tmp_path_factory.mktemp('pose')
    config = shrink_dekr(Config.fromfile(CONFIG), (96, 64))
    config.dump(folder / 'small.py')
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean)
    torch.save({'state_dict': model.state_dict()}, folder / 'small.pth')
    return model.eval(), folder / 'small.py', folder / 'small.pth'


def test_features_are_the_averaged_maps_that_the_head_sees(pose_model):
    model, config, checkpoint = pose_model
    extractor = PoseBackboneFeatures(config, checkpoint, name='demo-backbone').train()
    assert not extractor.training
    assert not any(parameter.requires_grad for parameter in extractor.parameters())
    images = torch.randint(0, 256, (2, 3, 50, 70), dtype=torch.uint8)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)))
    resized = F.interpolate(images.float(), (64, 96), mode='bilinear', antialias=True)
    with torch.inference_mode():
        (maps,) = model.extract_feat((resized - mean) / std)
        features = extractor(images)
    assert features.shape == (2, extractor.num_features) == (2, 24)
    torch.testing.assert_close(features, maps.mean((2, 3)), rtol=1e-4, atol=1e-5)


def test_the_preprocessor_follows_the_images_to_their_device(pose_model):
    _, config, checkpoint = pose_model
    extractor = PoseBackboneFeatures(config, checkpoint).to('meta')
    assert extractor(torch.zeros(1, 3, 8, 8, dtype=torch.uint8, device='meta')).device.type == 'meta'


def test_several_maps_stand_one_after_another(pose_model):
    _, config, checkpoint = pose_model
    extractor = PoseBackboneFeatures(config, checkpoint)
    extractor.model.neck = None
    with torch.inference_mode():
        assert extractor(torch.zeros(1, 3, 8, 8, dtype=torch.uint8)).shape == (1, 32)


def test_identity_tells_weights_and_sizes_apart(pose_model, tmp_path):
    model, config, checkpoint = pose_model
    torch.save({'state_dict': {f'module.{k}': v + 1 for k, v in model.state_dict().items()}}, tmp_path / 'other.pth')
    extractors = [
        PoseBackboneFeatures(config, checkpoint),
        PoseBackboneFeatures(config, tmp_path / 'other.pth'),
        PoseBackboneFeatures(config, checkpoint, input_size=(64, 64)),
    ]
    assert len({extractor.identity for extractor in extractors}) == 3
    assert {extractor.name for extractor in extractors} == {'pose-backbone'}


def change(state, kind):
    state = dict(state)
    key = 'backbone.conv1.weight'
    if kind == 'missing':
        del state[key]
    elif kind == 'unknown':
        state['backbone.more'] = torch.zeros(1)
    elif kind == 'shape':
        state[key] = state[key][:5]
    elif kind == 'nothing':
        state = {}
    elif kind == 'head':
        state = {k: v for k, v in state.items() if not k.startswith('head.')}
    return {'state_dict': state}


@pytest.mark.parametrize(
    ('kind', 'problem'),
    [
        ('missing', r'backbone\.conv1\.weight is missing$'),
        ('unknown', r'backbone\.more is unknown$'),
        ('shape', r'backbone\.conv1\.weight is \(5, 3, 3, 3\), not \(64, 3, 3, 3\)$'),
        ('nothing', r'backbone\.\S+ is missing \(and \d+ more\)$'),
    ],
)
def test_checkpoint_of_another_model_is_refused(pose_model, tmp_path, kind, problem):
    model, config, _ = pose_model
    torch.save(change(model.state_dict(), kind), tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=rf'other\.pth: state_dict: does not fit .*small\.py: {problem}') as error:
        PoseBackboneFeatures(config, tmp_path / 'other.pth')
    assert len(str(error.value).splitlines()) == 1


def test_the_head_does_not_matter(pose_model, tmp_path):
    model, config, _ = pose_model
    torch.save(change(model.state_dict(), 'head'), tmp_path / 'headless.pth')
    assert PoseBackboneFeatures(config, tmp_path / 'headless.pth').num_features == 24


def test_config_without_a_size_or_a_model(pose_model, tmp_path):
    _, config, checkpoint = pose_model
    bare = Config.fromfile(config)
    Config({'model': bare.model}).dump(tmp_path / 'bare.py')
    with pytest.raises(ValueError, match=r'bare\.py: test_dataloader: .* give input_size'):
        PoseBackboneFeatures(tmp_path / 'bare.py', checkpoint)
    assert PoseBackboneFeatures(tmp_path / 'bare.py', checkpoint, input_size=(64, 32)).num_features == 24
    (tmp_path / 'empty.py').write_text('work_dir = "x"\n')
    with pytest.raises(ValueError, match=r'empty\.py: model: not a pose model'):
        PoseBackboneFeatures(tmp_path / 'empty.py', checkpoint, input_size=(64, 32))


@pytest.mark.parametrize('missing', ['none.py', 'none.pth'])
def test_missing_files_are_named(pose_model, tmp_path, missing):
    files = {'none.py': (tmp_path / missing, pose_model[2]), 'none.pth': (pose_model[1], tmp_path / missing)}
    with pytest.raises(FileNotFoundError, match=rf'{missing}: no such file'):
        PoseBackboneFeatures(*files[missing])


@pytest.mark.parametrize('name', ['', 'a b', 'a/b'])
def test_names_are_plain(name):
    with pytest.raises(ValueError, match='name must be of letters'):
        FeatureExtractor(name, 'x')
