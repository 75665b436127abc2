# As for parts, with 19 bins of depth.
_base_ = ['hourglass-8stack_1xb6-60k_synpose-parts-256x256.py', '../_base_/depth_bins.py']

model = _base_.depth_model
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load_depth, *_base_.augment]))
val_dataloader = test_dataloader = dict(dataset=dict(pipeline=[*_base_.load_depth, *_base_.crop]))
val_evaluator = test_evaluator = _base_.depth_metric
