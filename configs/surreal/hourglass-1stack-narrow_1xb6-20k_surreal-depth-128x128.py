# As for parts, with 19 bins of depth.
_base_ = ['hourglass-1stack-narrow_1xb6-20k_surreal-parts-128x128.py', '../_base_/depth_bins.py']

model = _base_.depth_model
train_dataloader = val_dataloader = test_dataloader = _base_.depth_labels
val_evaluator = test_evaluator = dict(type='PersonDepthMetric')
