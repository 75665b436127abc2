# D_R + D_M: real images, and real images to which rendered people were added, who are trained on too.
_base_ = ['../_base_/ltsh_dekr_demo.py']

custom_hooks = _base_.frozen_hooks
train_dataloader = dict(
    batch_sampler=_base_.balanced,
    dataset=dict(_delete_=True, type='RealSyntheticDataset', real=_base_.real, synthetic=_base_.mixed),
)
work_dir = 'work_dirs/study/ltsh/runs/mixed/seed0'
