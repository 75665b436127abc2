# As for parts, with 19 bins of depth.
_base_ = ['hourglass-1stack-narrow_1xb6-4e_demo-parts-128x128.py']

custom_hooks = [
    *_base_.custom_hooks[:4],
    dict(type='ResultsHook', name='depth'),
    dict(type='LabelSheetHook', name='depth'),
]
work_dir = 'work_dirs/study/surreal/runs/depth/seed0'
model = dict(backbone=dict(out_channels=20), head=dict(num_classes=20))

# data
load = [*_base_.load[:2], dict(type='LoadDepth'), _base_.load[3]]
train_dataloader = dict(dataset=dict(pipeline=[*load, *_base_.augment]))
val_dataloader = dict(dataset=dict(pipeline=[*load, *_base_.test_pipeline[4:]]))
test_dataloader = val_dataloader
val_evaluator = dict(type='PersonDepthMetric', joints=_base_.body_joints)
test_evaluator = val_evaluator
