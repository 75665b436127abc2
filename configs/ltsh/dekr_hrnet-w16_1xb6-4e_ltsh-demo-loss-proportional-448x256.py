# What teacher C is compared with: groups as often as their last losses are large.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-teacher-c-448x256.py']

custom_hooks = [dict(_base_.teacher, policy='loss_proportional'), *_base_.frozen_hooks]
work_dir = 'work_dirs/study/ltsh/runs/loss-proportional/seed0'
