# As for parts, with 19 bins of depth.
_base_ = ['hourglass-8stack_1xb6-60k_synpose-parts-256x256.py']

model = dict(backbone=dict(out_channels=20), head=dict(num_classes=20))
load = [*_base_.load[:2], dict(type='LoadDepth'), _base_.load[3]]
train_dataloader = dict(dataset=dict(pipeline=[*load, *_base_.augment]))
val_dataloader = dict(dataset=dict(pipeline=[*load, *_base_.test_pipeline[4:]]))
test_dataloader = val_dataloader
val_evaluator = dict(type='PersonDepthMetric', joints=_base_.body_joints)
test_evaluator = val_evaluator
