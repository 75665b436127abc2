"""MMPose's top-down configs made small enough to build, train and test in a second on a CPU."""

from mmengine.config import Config

from .small_dekr import CHANNELS, exchange_values, shrink_hrnet

TINY_TOPDOWN = """
codec = dict(type='MSRAHeatmap', input_size=(48, 64), heatmap_size=(12, 16), sigma=2)
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(type='PoseDataPreprocessor', mean=[0, 0, 0], std=[255, 255, 255]),
    backbone=dict(type='ResNet', depth=18),
    head=dict(type='HeatmapHead', in_channels=512, out_channels=17, deconv_out_channels=(8, 8, 8),
              deconv_kernel_sizes=(4, 4, 4), loss=dict(type='KeypointMSELoss'), decoder=codec))
pipeline = [dict(type='LoadImage'), dict(type='GetBBoxCenterScale'), dict(type='TopdownAffine', input_size=(48, 64)),
            dict(type='PackPoseInputs')]
"""
"""Text of a config: a model of 17 joints and its test pipeline, to which a test adds the data."""


def shrink_topdown(config: Config, size: tuple[int, int] = (64, 64)) -> Config:
    """Return a top-down config with a small input and network, without checkpoints and augmentation by other packages.

    Args:
        config: A config of MMPose with an HRNet or, as RTMPose, a CSPNeXt backbone; it stays as it is.
        size: Width and height of the input, px; multiples of 32.
    """
    codec, head = config.model.head.decoder, config.model.head
    sizes = {tuple(codec.input_size): size}
    if 'heatmap_size' in codec:
        sizes[tuple(codec.heatmap_size)] = (size[0] // 4, size[1] // 4)
    if 'in_featuremap_size' in head:
        sizes[tuple(head.in_featuremap_size)] = (size[0] // 32, size[1] // 32)
    small = Config(exchange_values(config.to_dict(), sizes))
    model = small.model
    if model.backbone.type == 'HRNet':
        shrink_hrnet(model.backbone)
        model.head.in_channels = CHANNELS
    else:
        model.backbone.update(widen_factor=1 / 16, norm_cfg={'type': 'BN'})  # SyncBN needs a GPU
        model.head.in_channels = 1024 // 16
        model.head.gau_cfg.hidden_dims = 16
    pipeline = small.train_dataloader.dataset.pipeline
    small.train_dataloader.dataset.pipeline = [step for step in pipeline if step.type != 'Albumentation']
    return small
