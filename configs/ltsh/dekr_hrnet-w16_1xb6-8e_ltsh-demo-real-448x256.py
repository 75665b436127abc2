# D_R: real data alone.
_base_ = ['../_base_/ltsh_dekr_demo.py']

max_epochs = 8  # a batch is all real, so an epoch has half the iterations
train_cfg = dict(max_epochs=max_epochs, val_begin=max_epochs + 1)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=max_epochs)]
work_dir = 'work_dirs/study/ltsh/runs/real/seed0'
