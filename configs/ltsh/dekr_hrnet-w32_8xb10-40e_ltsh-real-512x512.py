# D_R: real data alone.
_base_ = ['../_base_/ltsh_dekr.py']

max_epochs = 40  # a batch is all real, so an epoch has half the iterations
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [dict(_base_.param_scheduler[0], end=max_epochs)]
