# The study's teacher of feet: body and feet of rendered people, from the person's box.
_base_ = ['../../_base_/td-hm_hrnet-w16_wholebody.py']

max_epochs = 30
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)  # tested once, by tools/test.py
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=max_epochs)]
work_dir = 'work_dirs/study/wholebody/teachers/body-foot'

codec = dict(type='UDPHeatmap', input_size=(160, 192), heatmap_size=(40, 48), sigma=1.5)
model = dict(head=dict(out_channels=23, decoder=codec))

crop = dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True)
pack = dict(type='PackPoseInputs')
train_pipeline = [*_base_.load, *_base_.augment, crop, dict(type='GenerateTarget', encoder=codec), pack]
dataset = dict(type='CocoBodyFootDataset')
train_dataloader = dict(dataset=dict(pipeline=train_pipeline, **dataset))
test_dataloader = dict(dataset=dict(pipeline=[*_base_.load, crop, pack], **dataset))
val_dataloader = test_dataloader
test_evaluator = [dict(type='PCKAccuracy', thr=0.05), dict(type='EPE')]
val_evaluator = test_evaluator
