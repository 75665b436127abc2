# "Synth+Real+up": its enlarging layers start anew. The paper's map is 300x300, the photo's size; ours is the crop's.
_base_ = ['hourglass-8stack_1xb6-200_surreal-freiburg-parts-256x256.py']

model = dict(head=dict(upsample=4))
warp = dict(_base_.warp, label_size=(256, 256))
augment = [_base_.box, _base_.jitter, dict(warp, skip_empty=True), _base_.color, _base_.pack]
crop = [_base_.box, warp, _base_.pack]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *augment]))
val_dataloader = test_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *crop]))
