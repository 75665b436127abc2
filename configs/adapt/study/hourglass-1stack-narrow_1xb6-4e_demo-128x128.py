# "Classic" of Etheve & Remy, small enough for a CPU core: crops of 128x128, maps of 32x32 that shrink to 4x4, and 96
# features. The rate is halved five times, as in their 10,000 steps.
_base_ = ['../../hourglass/hourglass-1stack_1xb6-6e_synpose14-256x256.py']

max_epochs = 4
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)
param_scheduler = [dict(type='StepLR', step_size=256, gamma=0.5, by_epoch=False)]
custom_hooks = [dict(type='ChannelsLastHook'), dict(type='Float32PrecisionHook'), *_base_.custom_hooks]
work_dir = 'work_dirs/study/adapt_features/runs/hourglass/seed0'

codec = dict(type='PixelLabel', input_size=(128, 128), heatmap_size=(32, 32))
model = dict(
    backbone=dict(downsample_times=3, stage_channels=(256, 96, 96, 96), stage_blocks=(1, 1, 1, 1), feat_channel=96),
    head=dict(decoder=codec),
)

# data
augment = [
    *_base_.augment[:2],
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='GenerateTarget', encoder=codec),
    _base_.augment[-1],
]
test_pipeline = [*_base_.load, augment[0], augment[2], augment[-1]]
workers = dict(num_workers=1)
train_dataloader = dict(**workers, dataset=dict(data_root='data/demo/source/', pipeline=[*_base_.load, *augment]))
val_dataloader = dict(**workers, dataset=dict(data_root='data/demo/source/', pipeline=test_pipeline))
test_dataloader = dict(**workers, dataset=dict(data_root='data/study/target/', pipeline=test_pipeline))
