# What teacher C is compared with: groups as often as they are large, so all images equally often.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-teacher-c-512x512.py']

custom_hooks = [dict(_base_.teacher, policy='proportional'), *_base_.frozen_hooks]
