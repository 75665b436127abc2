# The training on D_R, the target camera's training split, from which every row goes on.
_base_ = ['../_base_/ltsh_dekr_demo.py']

load_from = None
optim_wrapper = dict(optimizer=dict(lr=2e-3))
max_epochs = 24  # of 32 batches
train_cfg = dict(max_epochs=max_epochs, val_begin=max_epochs + 1)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=max_epochs)]
work_dir = 'work_dirs/study/ltsh/init'
