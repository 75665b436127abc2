# What teacher C is compared with: the group with the largest last losses, always.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-teacher-c-448x256.py']

custom_hooks = [dict(_base_.teacher, policy='hardest_first'), *_base_.frozen_hooks]
work_dir = 'work_dirs/study/ltsh/runs/hardest-first/seed0'
