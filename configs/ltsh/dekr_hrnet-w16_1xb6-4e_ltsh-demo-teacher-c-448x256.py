# Adversarial teacher C: D_R + D_S, the synthetic half of a group of camera pitches that a teacher draws.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-real-synthetic-448x256.py']

custom_hooks = [_base_.teacher, *_base_.frozen_hooks]
train_dataloader = dict(batch_sampler=_base_.by_pitch)
work_dir = 'work_dirs/study/ltsh/runs/teacher-c/seed0'
