# D_R + D_Style: the rendered people of D_M have the look of their photo.
_base_ = ['../_base_/ltsh_dekr_demo.py']

custom_hooks = _base_.frozen_hooks
train_dataloader = dict(
    batch_sampler=_base_.balanced,
    dataset=dict(_delete_=True, type='RealSyntheticDataset', real=_base_.real, synthetic=_base_.style),
)
work_dir = 'work_dirs/study/ltsh/runs/style/seed0'
