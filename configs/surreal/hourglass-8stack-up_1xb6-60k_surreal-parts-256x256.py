# "up": the last stack's map enlarged to the input's size by bilinear interpolation, ReLU and a 3x3 convolution.
_base_ = ['../_base_/surreal_parts.py']

model = dict(head=dict(upsample=4))
warp = dict(_base_.warp, label_size=(256, 256))
augment = [_base_.box, _base_.jitter, dict(warp, skip_empty=True), _base_.color, _base_.pack]
crop = [_base_.box, warp, _base_.pack]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *augment]))
val_dataloader = test_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *crop]))
