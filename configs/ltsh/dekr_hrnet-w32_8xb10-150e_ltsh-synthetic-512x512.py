# D_S: synthetic data alone.
_base_ = ['../_base_/ltsh_dekr.py']

max_epochs = 150  # of 15 thousand images: as many iterations as other rows have
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [dict(_base_.param_scheduler[0], end=max_epochs)]
custom_hooks = _base_.frozen_hooks
train_dataloader = dict(dataset=dict(_delete_=True, **_base_.synthetic))
