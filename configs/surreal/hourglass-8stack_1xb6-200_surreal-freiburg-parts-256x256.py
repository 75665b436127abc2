# "Synth+Real" of Freiburg Sitting People: 200 steps from the network of SURREAL.
_base_ = ['../_base_/freiburg_parts.py']

train_cfg = dict(max_iters=200, val_interval=200)
default_hooks = dict(checkpoint=dict(interval=200))
load_from = 'work_dirs/hourglass-8stack_1xb6-60k_surreal-parts-256x256/iter_60000.pth'
