# As for parts, with 19 bins of depth.
_base_ = ['hourglass-1stack-narrow_1xb6-3e_demo-parts-96x64.py', '../../_base_/depth_bins.py']

custom_hooks = [
    *_base_.custom_hooks[:4],
    dict(type='ResultsHook', name='depth'),
    dict(type='LabelSheetHook', name='depth'),
]
work_dir = 'work_dirs/study/surreal/runs/depth/seed0'
model = _base_.depth_model

# data
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load_depth, *_base_.augment]))
val_dataloader = test_dataloader = dict(dataset=dict(pipeline=[*_base_.load_depth, *_base_.crop]))
val_evaluator = test_evaluator = _base_.depth_metric
