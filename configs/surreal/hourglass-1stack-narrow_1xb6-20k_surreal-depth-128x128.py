# As for parts, with 19 bins of depth.
_base_ = ['hourglass-1stack-narrow_1xb6-20k_surreal-parts-128x128.py']

model = dict(backbone=dict(out_channels=20), head=dict(num_classes=20))
train_dataloader = dict(dataset=dict(labels=['depth']))
val_dataloader = dict(dataset=dict(labels=['depth']))
test_dataloader = dict(dataset=dict(labels=['depth']))
val_evaluator = dict(type='PersonDepthMetric')
test_evaluator = val_evaluator
