# The study's teacher of faces: 68 points in crops of rendered faces.
_base_ = ['../../_base_/td-hm_hrnet-w16_wholebody.py']

max_epochs = 60
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)  # tested once, by tools/test.py
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=max_epochs)]
work_dir = 'work_dirs/study/wholebody/teachers/face'

codec = dict(type='UDPHeatmap', input_size=(96, 96), heatmap_size=(24, 24), sigma=1)
model = dict(head=dict(out_channels=68, decoder=codec))

crop = dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True)
pack = dict(type='PackPoseInputs')
train_pipeline = [*_base_.load, *_base_.augment, crop, dict(type='GenerateTarget', encoder=codec), pack]
dataset = dict(type='CocoWholeBodyFaceDataset')
train_dataloader = dict(dataset=dict(pipeline=train_pipeline, **dataset))
test_dataloader = dict(dataset=dict(pipeline=[*_base_.load, crop, pack], **dataset))
val_dataloader = test_dataloader
test_evaluator = [dict(type='NME', norm_mode='keypoint_distance', keypoint_indices=(36, 45)), dict(type='EPE')]
val_evaluator = test_evaluator
