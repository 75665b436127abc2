# Adversarial teacher C: D_R + D_S, the synthetic half of a group of camera pitches that a teacher draws.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-real-synthetic-512x512.py']

custom_hooks = [_base_.teacher, *_base_.frozen_hooks]
train_dataloader = dict(batch_sampler=_base_.by_pitch)
