# "Classic" of Etheve & Remy, small enough for a CPU core: one narrow stack, crops about as large as the pictures show
# seated people. The rate is halved five times, as in their 10,000 steps.
_base_ = ['../../hourglass/hourglass-1stack_1xb6-6e_synpose14-256x256.py', '../../_base_/narrow_hourglass.py']

max_epochs = 3
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)
param_scheduler = [dict(type='StepLR', step_size=192, gamma=0.5, by_epoch=False)]
custom_hooks = [dict(type='ChannelsLastHook'), dict(type='Float32PrecisionHook'), *_base_.custom_hooks]
work_dir = 'work_dirs/study/adapt_features/runs/hourglass/seed0'

codec = dict(type='PixelLabel', input_size=(96, 96), heatmap_size=(24, 24))
model = dict(backbone=_base_.narrow, head=dict(decoder=codec))

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
