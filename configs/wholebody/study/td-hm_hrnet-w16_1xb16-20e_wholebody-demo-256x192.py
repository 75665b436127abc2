# The study's student of all 133 points, on true labels.
_base_ = ['../../_base_/td-hm_hrnet-w16_wholebody.py']

max_epochs = 20
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)  # tested once, by tools/test.py
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=max_epochs)]
work_dir = 'work_dirs/study/wholebody/runs/true/seed0'

codec = dict(type='UDPHeatmap', input_size=(192, 256), heatmap_size=(48, 64), sigma=2)
model = dict(head=dict(out_channels=133, decoder=codec))

crop = dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True)
pack = dict(type='PackPoseInputs')
train_pipeline = [*_base_.load, *_base_.augment, crop, dict(type='GenerateTarget', encoder=codec), pack]
dataset = dict(type='CocoWholeBodyDataset')
train_dataloader = dict(dataset=dict(pipeline=train_pipeline, **dataset))
test_dataloader = dict(dataset=dict(pipeline=[*_base_.load, crop, pack], **dataset))
val_dataloader = test_dataloader
test_evaluator = [
    dict(type='ParametricNMSWholeBodyMetric', ann_file=_base_.data_root + 'coco133/test.json', nms=False, max_dets=20),
    dict(type='PCKAccuracy', thr=0.05),
]
val_evaluator = test_evaluator
