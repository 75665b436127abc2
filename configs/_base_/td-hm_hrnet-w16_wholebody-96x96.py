# What the whole-body study's teachers of faces and of hands share: crops of 96x96 px. A config that inherits this says
# which points, of which dataset, and how they are measured.
_base_ = ['td-hm_hrnet-w16_wholebody.py']

max_epochs = 60
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)  # tested once, by tools/test.py
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=max_epochs)]

codec = dict(type='UDPHeatmap', input_size=(96, 96), heatmap_size=(24, 24), sigma=1)
model = dict(head=dict(decoder=codec))

crop = dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True)
pack = dict(type='PackPoseInputs')
train_pipeline = [*_base_.load, *_base_.augment, crop, dict(type='GenerateTarget', encoder=codec), pack]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=[*_base_.load, crop, pack]))
val_dataloader = test_dataloader
