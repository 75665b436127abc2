# What teacher C is compared with: all groups equally often, and nothing learned.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-teacher-c-448x256.py']

custom_hooks = [dict(_base_.teacher, policy='uniform'), *_base_.frozen_hooks]
work_dir = 'work_dirs/study/ltsh/runs/uniform/seed0'
