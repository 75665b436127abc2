# What teacher C is compared with: groups as often as their last losses are large.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-teacher-c-512x512.py']

custom_hooks = [dict(_base_.teacher, policy='loss_proportional'), *_base_.frozen_hooks]
