# The baseline without pictures: the mean bin of depth.
_base_ = ['mean_1xb6-1e_demo-parts-96x64.py']

custom_hooks = [
    *_base_.custom_hooks[:2],
    dict(type='ResultsHook', name='depth'),
    dict(type='LabelSheetHook', name='depth'),
]
work_dir = 'work_dirs/study/surreal/runs/mean-depth/seed0'
model = dict(num_classes=20, target='depth')

# data
pipeline = [*_base_.load_depth, *_base_.crop]
train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(pipeline=pipeline))
val_evaluator = test_evaluator = _base_.depth_metric
