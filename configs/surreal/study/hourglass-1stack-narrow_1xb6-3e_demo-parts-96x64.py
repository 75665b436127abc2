# Small enough for a CPU core: one narrow stack, three epochs, and crops as upright as seated people, about as large as
# the pictures show them.
_base_ = ['../../_base_/synpose_parts.py', '../../_base_/narrow_hourglass.py']

max_epochs = 3
train_cfg = dict(_delete_=True, by_epoch=True, max_epochs=max_epochs, val_interval=max_epochs + 1)
default_hooks = dict(checkpoint=dict(by_epoch=True, interval=1))
log_processor = dict(by_epoch=True)
custom_hooks = [
    dict(type='ChannelsLastHook'),
    dict(type='Float32PrecisionHook'),
    *_base_.custom_hooks[:2],
    dict(type='ResultsHook', name='parts'),
    dict(type='LabelSheetHook', name='parts'),
]
work_dir = 'work_dirs/study/surreal/runs/parts/seed0'
model = dict(backbone=_base_.narrow)

# data
warp = dict(_base_.warp, input_size=(64, 96), label_size=(16, 24))
augment = [_base_.box, _base_.jitter, dict(warp, skip_empty=True), _base_.color, _base_.pack]
crop = [_base_.box, warp, _base_.pack]
train_dataloader = dict(
    num_workers=1,
    sampler=dict(_delete_=True, type='DefaultSampler', shuffle=True),
    dataset=dict(data_root='data/study/parts/', pipeline=[*_base_.load, *augment]),
)
val_dataloader = test_dataloader = dict(
    num_workers=1, dataset=dict(data_root='data/study/parts/', pipeline=[*_base_.load, *crop])
)
