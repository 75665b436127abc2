# D_S: synthetic data alone.
_base_ = ['../_base_/ltsh_dekr_demo.py']

max_epochs = 6  # of 44 batches
train_cfg = dict(max_epochs=max_epochs, val_begin=max_epochs + 1)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=max_epochs)]
custom_hooks = _base_.frozen_hooks
train_dataloader = dict(dataset=dict(**_base_.synthetic))
work_dir = 'work_dirs/study/ltsh/runs/synthetic/seed0'
