# What teacher C is compared with: groups as often as they are large, so all images equally often.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-teacher-c-448x256.py']

custom_hooks = [dict(_base_.teacher, policy='proportional'), *_base_.frozen_hooks]
work_dir = 'work_dirs/study/ltsh/runs/proportional/seed0'
