# A small one: crops of 128x128, one narrow stack, a third of the steps.
_base_ = ['../_base_/surreal_parts.py', '../_base_/narrow_hourglass.py']

train_cfg = dict(max_iters=20000, val_interval=20000)
model = dict(backbone=_base_.narrow)
warp = dict(_base_.warp, input_size=(128, 128), label_size=(32, 32))
augment = [_base_.box, _base_.jitter, dict(warp, skip_empty=True), _base_.color, _base_.pack]
crop = [_base_.box, warp, _base_.pack]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *augment]))
val_dataloader = test_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *crop]))
