# D_R + D_M + masks: the rendered people of D_M are occluders only, no loss is theirs.
_base_ = ['../_base_/ltsh_dekr_demo.py']

custom_hooks = _base_.frozen_hooks
train_dataloader = dict(
    batch_sampler=_base_.balanced,
    dataset=dict(
        _delete_=True,
        type='RealSyntheticDataset',
        real=_base_.real,
        synthetic=_base_.masked_mixed,
    ),
)
work_dir = 'work_dirs/study/ltsh/runs/mixed-masks/seed0'
