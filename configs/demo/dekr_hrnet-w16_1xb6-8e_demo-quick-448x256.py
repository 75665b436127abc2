# The flow of the demo in four minutes: a twentieth of its training, too short to judge anything by.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

work_dir = 'work_dirs/demo-quick'
train_cfg = dict(max_epochs=8, val_interval=9)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=20, start_factor=0.05, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=8, eta_min_ratio=0.02, by_epoch=True, convert_to_iter_based=True),
]

data_root = 'data/demo-quick/source/'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
val_evaluator = [
    {k: v.replace('data/demo/source/', data_root) if isinstance(v, str) else v for k, v in metric.items()}
    for metric in _base_.val_evaluator
]
test_evaluator = val_evaluator
