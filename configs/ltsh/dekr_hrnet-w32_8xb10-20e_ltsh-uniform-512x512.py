# What teacher C is compared with: all groups equally often, and nothing learned.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-teacher-c-512x512.py']

custom_hooks = [dict(_base_.teacher, policy='uniform'), *_base_.frozen_hooks]
