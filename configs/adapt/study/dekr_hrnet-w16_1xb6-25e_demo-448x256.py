# The demo's DEKR and schedule, which every study of the look shares. Trained and tested on the source set.
_base_ = ['../../demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

custom_hooks = [dict(type='Float32PrecisionHook'), *_base_.custom_hooks]
work_dir = 'work_dirs/study/adapt_look/runs/source/seed0'
