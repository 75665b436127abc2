# What teacher C is compared with: the group with the largest last losses, always.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-teacher-c-512x512.py']

custom_hooks = [dict(_base_.teacher, policy='hardest_first'), *_base_.frozen_hooks]
