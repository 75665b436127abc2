# Adversarial teacher C: D_R + D_S, the synthetic half of a group of camera pitches that a teacher draws.
_base_ = ['../_base_/ltsh_dekr_demo.py']

custom_hooks = [_base_.teacher, *_base_.frozen_hooks]
train_dataloader = dict(
    batch_sampler=_base_.by_pitch,
    dataset=dict(_delete_=True, type='RealSyntheticDataset', real=_base_.real, synthetic=_base_.synthetic),
)
work_dir = 'work_dirs/study/ltsh/runs/teacher-c/seed0'
