# As for parts, with 19 bins of depth.
_base_ = ['./surreal_parts.py', './depth_bins.py']

model = _base_.depth_model
train_dataloader = val_dataloader = test_dataloader = _base_.depth_labels
val_evaluator = test_evaluator = dict(type='PersonDepthMetric')
